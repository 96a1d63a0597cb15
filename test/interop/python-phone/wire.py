"""Frames and protobuf messages, written from PROTOCOL.md section 3 and phonekey.proto."""

MAX_MESSAGE_BYTES = 2048

VARINT = 0
FIXED64 = 1
LENGTH_DELIMITED = 2
FIXED32 = 5


class Malformed(Exception):
    """A frame or message that the specification does not allow."""


def frame(message):
    """The length (2 bytes, big-endian) and the message."""
    if not 1 <= len(message) <= MAX_MESSAGE_BYTES:
        raise Malformed("message length out of range")
    return len(message).to_bytes(2, "big") + message


class FrameReader:
    """Puts chunks together again into messages."""

    def __init__(self):
        self._buffer = bytearray()

    @property
    def partial(self):
        return len(self._buffer) > 0

    def feed(self, chunk):
        """Returns the messages that this chunk completes."""
        self._buffer += chunk
        messages = []
        while len(self._buffer) >= 2:
            length = int.from_bytes(self._buffer[:2], "big")
            if not 1 <= length <= MAX_MESSAGE_BYTES:
                raise Malformed("frame length out of range")
            if len(self._buffer) < 2 + length:
                break
            messages.append(bytes(self._buffer[2 : 2 + length]))
            del self._buffer[: 2 + length]
        return messages


def _varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def bytes_field(number, value):
    """A length-delimited field: bytes, a string's UTF-8, or a message. Written even when empty."""
    return _varint(number << 3 | LENGTH_DELIMITED) + _varint(len(value)) + value


def uint_field(number, value, optional=False):
    """A uint32, enum or bool field; proto3 leaves the default out, but where the field is optional."""
    return b"" if value == 0 and not optional else _varint(number << 3 | VARINT) + _varint(value)


def _read_varint(data, at):
    value = 0
    for index in range(10):
        if at + index >= len(data):
            raise Malformed("message ends in a varint")
        byte = data[at + index]
        value |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, at + index + 1
    raise Malformed("varint longer than 10 bytes")


def read_fields(data):
    """All fields in order: (number, wire type, value)."""
    fields = []
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if not 1 <= number < 1 << 29:
            raise Malformed("field number out of range")
        if wire_type == VARINT:
            value, at = _read_varint(data, at)
        elif wire_type in (LENGTH_DELIMITED, FIXED64, FIXED32):
            if wire_type == LENGTH_DELIMITED:
                length, at = _read_varint(data, at)
            else:
                length = 8 if wire_type == FIXED64 else 4
            if at + length > len(data):
                raise Malformed("message ends in a field")
            value = data[at : at + length]
            at += length
        else:
            raise Malformed("wire type not in proto3")
        fields.append((number, wire_type, value))
    return fields


class Fields:
    """The known fields of one message; a field of another number or wire type is an unknown field."""

    def __init__(self, data):
        self._fields = read_fields(data)

    def _last(self, number, wire_type, default):
        found = [value for n, t, value in self._fields if (n, t) == (number, wire_type)]
        return found[-1] if found else default

    def uint(self, number):
        return self._last(number, VARINT, 0) & 0xFFFFFFFF

    def bool(self, number):
        return self._last(number, VARINT, 0) != 0

    def bytes(self, number, length=None):
        value = self._last(number, LENGTH_DELIMITED, b"")
        if length is not None and len(value) != length:
            raise Malformed("bytes field of a wrong length")
        return value

    def string(self, number):
        try:
            return self._last(number, LENGTH_DELIMITED, b"").decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("string that is not UTF-8") from None

    def repeated(self, number):
        return [value for n, t, value in self._fields if (n, t) == (number, LENGTH_DELIMITED)]

    def one_of(self, names):
        """The name and bytes of the last field among {number: name}, as a oneof wants."""
        for number, wire_type, value in reversed(self._fields):
            if number in names and wire_type == LENGTH_DELIMITED:
                return names[number], value
        return None, b""


FROM_CAR = {
    1: "hello",
    2: "sealed",
    3: "pair_share",
    4: "pair_offer",
    5: "pair_done",
    6: "pair_refusal",
}
TO_CAR = {
    "proof": 1,
    "sealed": 2,
    "pair_start": 3,
    "pair_confirm": 4,
    "pair_commit": 5,
    "revocation_list": 6,
}
COMMANDS = {
    "unlock": 1,
    "lock": 2,
    "start": 3,
    "trunk": 4,
    "frunk": 5,
    "status": 6,
    "list-keys": 7,
    "remove-key": 8,
    "deliver": 9,
    "set-pin": 10,
    "raise-epoch": 11,
    "set-time": 12,
    "list-revocations": 16,
}
NAME = 14
GRANTS = 15
RESULTS = {1: "done", 2: "refused", 3: "status", 4: "keys", 10: "revocations"}
RIGHTS = {
    "owner": {"unlock", "trunk", "frunk", "fast", "faster", "everything"},
    "driver": {"unlock", "trunk", "frunk", "fast", "faster"},
    "guest": {"unlock", "trunk", "fast", "faster"},
    "valet": {"unlock"},
    "service": {"unlock", "frunk", "fast"},
}
ROLES = {1: "owner", 2: "driver", 3: "guest", 4: "valet", 5: "service"}
PAIR_REFUSALS = {
    1: "closed",
    2: "failed",
    3: "slots full",
    4: "fault",
    5: "last owner",
    6: "key mismatch",
    7: "name invalid",
}
REFUSALS = {
    1: "not permitted",
    2: "unknown command",
    3: "door open",
    4: "driving",
    5: "no such key",
    6: "last owner",
    7: "fault",
    8: "suspended",
    9: "not yet",
    10: "expired",
    11: "used up",
    12: "lease over",
    13: "clock lost",
    14: "PIN needed",
    15: "PIN wrong",
    16: "PIN locked",
    17: "slots full",
    18: "grant invalid",
    19: "revocation list invalid",
    20: "owner's key",
    21: "own key",
    22: "too late",
    23: "dated ahead",
    24: "grant void",
    25: "revocation list old",
    26: "last card",
    27: "busy",
    28: "name invalid",
}
CLOSURES = ("front left", "front right", "rear left", "rear right", "trunk", "frunk")


def to_car(name, body):
    """An encoded ToCar."""
    return bytes_field(TO_CAR[name], body)


def from_car(message):
    """The name and body of a FromCar; the name is None for a message that this version does not know."""
    return Fields(message).one_of(FROM_CAR)


def command(name, parameter=None, grants=b"", own_name=""):
    """An encoded Command; its parameters are a number, bytes, a text or several. Grants go into a first command."""
    if parameter is None:
        value = b""
    elif isinstance(parameter, int):
        value = uint_field(1, parameter, optional=name == "remove-key")
    elif isinstance(parameter, tuple):
        value = b"".join(bytes_field(number, text.encode()) for number, text in enumerate(parameter, 1))
    else:
        value = bytes_field(1, parameter if isinstance(parameter, bytes) else parameter.encode())
    encoded = bytes_field(COMMANDS[name], value)
    if grants:
        encoded += bytes_field(NAME, own_name.encode()) + bytes_field(GRANTS, grants)
    return encoded


def hello(body):
    """Hello: version and handshake (32 bytes)."""
    fields = Fields(body)
    return fields.uint(1), fields.bytes(2, 32)


def news(data):
    """What a Result says besides its outcome: whether the clock is lost, and to owners what they sign by."""
    fields = Fields(data)
    told = {"epoch": 6, "time": 7, "mark": 8, "floor": 9}
    return {"clock_lost": fields.bool(5), **{name: fields.uint(number) for name, number in told.items()}}


def result(data):
    """A Result as a dictionary fit for JSON."""
    outcome, body = Fields(data).one_of(RESULTS)
    fields = Fields(body)
    if outcome == "done":
        return {"outcome": "done"}
    if outcome == "refused":
        return {"outcome": "refused", "reason": REFUSALS.get(fields.uint(1), "unspecified")}
    if outcome == "status":
        mask = fields.uint(2)
        return {
            "outcome": "status",
            "locked": fields.bool(1),
            "open": [name for bit, name in enumerate(CLOSURES) if mask >> bit & 1],
            "drive_seconds_left": fields.uint(3),
            "speed_limit": fields.uint(4),
            "pin_needed": fields.bool(5),
        }
    if outcome == "keys":
        return {"outcome": "keys", "keys": [_key(Fields(key)) for key in fields.repeated(1)]}
    if outcome == "revocations":
        return {
            "outcome": "revocations",
            "number": fields.uint(1),
            "pages": fields.uint(2),
            "entries": fields.bytes(3).hex(),
        }
    raise Malformed("a result that this version does not know")


def _key(fields):
    return {
        "slot": fields.uint(1),
        "name": fields.string(2),
        "role": ROLES.get(fields.uint(3), "unspecified"),
        "fingerprint": fields.bytes(4, 8).hex(),
        "own": fields.bool(5),
        "suspended": fields.bool(6),
        "not_after": fields.uint(7),
        "uses_left": fields.uint(8) - 1 if fields.uint(8) else None,
        "granted_by": fields.uint(9) - 1 if fields.uint(9) else None,
    }
