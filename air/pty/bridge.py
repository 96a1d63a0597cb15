"""
bridge.py FOLDER LINK: a pseudo-terminal for server.ts, which starts this.

FOLDER/tty leads to its slave. While somebody has that open, the bytes pass between it and a connection
to the Unix socket FOLDER/h4.sock; when it is closed, so is the connection. When server.ts ends the
connection, the pty is hung up and another one takes its place. Prints `ready` once FOLDER/tty is there.
Ends with its stdin, also when the other end of that was killed, and leaves neither LINK nor FOLDER.
"""

import os
import select
import shutil
import socket
import sys
import termios
import time
import tty

STDIN = 0
CHUNK = 4096
# How long a slave that was opened may wait until it is noticed.
LOOK_MS = 20
# How long the last bytes for a slave may wait for their reader before the pty is hung up.
LAST_WORDS_S = 1


class Ended(Exception):
    """Nobody holds the other end of stdin any more."""


def wait(events, timeout=None):
    """What poll(2) says of the file descriptors in `events`; milliseconds."""
    poller = select.poll()
    for descriptor, mask in {**events, STDIN: select.POLLIN}.items():
        poller.register(descriptor, mask)
    ready = dict(poller.poll(timeout))
    if STDIN in ready:
        raise Ended
    return ready


class Pty:
    """A pty whose slave only its user may open, and which nobody has open to begin with."""

    def __init__(self, folder):
        self.master, slave = os.openpty()
        self._name = os.ttyname(slave)
        os.fchmod(slave, 0o600)
        tty.setraw(slave)
        os.close(slave)
        os.set_blocking(self.master, False)
        # In one step: whoever opens FOLDER/tty finds the old one or the new one.
        os.symlink(self._name, f"{folder}/tty.new")
        os.replace(f"{folder}/tty.new", f"{folder}/tty")

    def read(self):
        """What was written to the slave: b"" for nothing yet, None when nobody has it open any more."""
        try:
            return os.read(self.master, CHUNK) or None
        except BlockingIOError:
            return b""
        except OSError:
            return None

    def wait_for_user(self):
        """Waits until somebody opens the slave; gives their first bytes."""
        while True:
            first = self.read()
            if first is not None:
                return first
            wait({}, LOOK_MS)

    def clean(self):
        """Drops what the last user has not read, and settings of theirs."""
        termios.tcflush(self.master, termios.TCOFLUSH)
        slave = os.open(self._name, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(slave, termios.TCSAFLUSH)
        os.close(slave)

    def hang_up(self):
        """Ends it under its user, who gets a moment to read the last bytes."""
        deadline = time.monotonic() + LAST_WORDS_S
        while self.read() is not None and time.monotonic() < deadline:
            wait({}, LOOK_MS)
        os.close(self.master)


def relay(pty, host):
    """Until the slave is closed (True) or the host's connection ends (False)."""
    to_slave = b""
    while True:
        ready = wait(
            {
                pty.master: select.POLLIN | (select.POLLOUT if to_slave else 0),
                host.fileno(): 0 if to_slave else select.POLLIN,
            }
        )
        of_pty = ready.get(pty.master, 0)
        if of_pty & (select.POLLIN | select.POLLHUP):
            from_slave = pty.read()
            if from_slave is None:
                return True
            host.sendall(from_slave)
        elif of_pty & select.POLLOUT:
            to_slave = to_slave[os.write(pty.master, to_slave) :]
        elif host.fileno() in ready:
            from_host = host.recv(CHUNK)
            if not from_host:
                return False
            to_slave += from_host


def serve(folder):
    pty = Pty(folder)
    print("ready", flush=True)
    while True:
        first = pty.wait_for_user()
        with socket.socket(socket.AF_UNIX) as host:
            try:
                host.connect(f"{folder}/h4.sock")
                host.sendall(first)
                closed = relay(pty, host)
            except ConnectionError:
                closed = False
            if closed:
                pty.clean()
                continue
        # The next one first: FOLDER/tty always leads somewhere.
        last, pty = pty, Pty(folder)
        last.hang_up()


def main(folder, link):
    try:
        serve(folder)
    except Ended:
        pass
    finally:
        if os.path.islink(link) and os.readlink(link) == f"{folder}/tty":
            os.unlink(link)
        shutil.rmtree(folder, ignore_errors=True)


main(*sys.argv[1:])
