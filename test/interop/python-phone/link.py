"""The phone's end of a link, as lines on stdin and stdout.

In: `mtu N`, `code DIGITS`, `chunk HEX` (a notification), `closed`. Out: `chunk HEX` (a write).
"""

import queue
import sys
import threading
import time

import wire

CHUNK_TIMEOUT = 5.0


class LinkError(Exception):
    """The link ended, or its other end broke the rules."""


class Link:
    def __init__(self):
        self.mtu = None
        self._code = None
        self._frames = wire.FrameReader()
        self._messages = []
        self._lines = queue.SimpleQueue()
        threading.Thread(target=self._read_lines, daemon=True).start()

    def _read_lines(self):
        for line in sys.stdin:
            self._lines.put(line)
        self._lines.put("closed")

    def _step(self, timeout):
        """Takes one line; raises queue.Empty when none comes in time."""
        word, _, rest = self._lines.get(timeout=timeout).strip().partition(" ")
        if word == "chunk":
            self._messages += self._frames.feed(bytes.fromhex(rest))
        elif word == "mtu":
            self.mtu = int(rest)
        elif word == "code":
            self._code = rest.replace(" ", "")
        elif word == "closed":
            raise LinkError("the car closed the link")
        else:
            raise LinkError("unknown line on stdin")

    def code(self):
        """Waits for the person to type the pairing code."""
        while self._code is None:
            self._step(None)
        return self._code

    def receive(self, timeout):
        """The case and the value of the next FromCar."""
        deadline = time.monotonic() + timeout
        while not self._messages:
            wait = deadline - time.monotonic()
            if self._frames.partial:
                wait = CHUNK_TIMEOUT
            try:
                self._step(max(wait, 0))
            except queue.Empty:
                raise LinkError("the car does not answer") from None
        case, value = wire.from_car(self._messages.pop(0))
        if case is None:
            raise wire.Malformed("a message that this version does not know")
        return case, value

    def send(self, case, value):
        while self.mtu is None:
            self._step(None)
        framed = wire.frame(wire.to_car(case, value))
        size = self.mtu - 3
        for at in range(0, len(framed), size):
            print("chunk", framed[at : at + size].hex(), flush=True)
