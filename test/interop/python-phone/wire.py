"""Frames (PROTOCOL.md section 3), and protobuf as phonekey.proto has it: the schema is read, not copied."""

import pathlib
import re

MOST_BYTES = 2048
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SCHEMA = pathlib.Path(__file__).parents[3] / "lib/native/schema/phonekey.proto"


class Malformed(Exception):
    """A frame or message that the specification does not allow."""


def frame(message):
    """The length (2 bytes) and the message."""
    if not 1 <= len(message) <= MOST_BYTES:
        raise Malformed("a message of a length that is none")
    return len(message).to_bytes(2, "big") + message


class FrameReader:
    """Puts chunks together again into messages."""

    def __init__(self):
        self._buffer = b""

    @property
    def partial(self):
        return self._buffer != b""

    def feed(self, chunk):
        """The messages that this chunk completes."""
        self._buffer += chunk
        messages = []
        while len(self._buffer) >= 2:
            length = int.from_bytes(self._buffer[:2], "big")
            if not 1 <= length <= MOST_BYTES:
                raise Malformed("a frame of a length that is none")
            if len(self._buffer) < 2 + length:
                break
            messages.append(self._buffer[2 : 2 + length])
            self._buffer = self._buffer[2 + length :]
        return messages


def _read_schema(text):
    """Messages as {name: {number: (field, type, oneof, repeated)}}, enums as {name: {number: word}}."""
    messages, enums, inside, oneof = {}, {}, None, None
    for line in re.sub(r"//.*", "", text).replace("{}", "{\n}").splitlines():
        line = line.strip()
        if found := re.fullmatch(r"(message|enum) (\w+) \{", line):
            inside = found[2]
            (messages if found[1] == "message" else enums)[inside] = {}
        elif found := re.fullmatch(r"oneof (\w+) \{", line):
            oneof = found[1]
        elif line == "}":
            inside, oneof = (inside, None) if oneof else (None, None)
        elif found := re.fullmatch(r"(?:(repeated|optional) )?(\w+) (\w+) = (\d+);", line):
            messages[inside][int(found[4])] = (found[3], found[2], oneof, found[1])
        elif found := re.fullmatch(r"(\w+) = (\d+);", line):
            prefix = re.sub(r"(?<!^)(?=[A-Z])", "_", inside).upper() + "_"
            enums[inside][int(found[2])] = found[1].removeprefix(prefix).lower().replace("_", " ")
    return messages, enums


MESSAGES, ENUMS = _read_schema(_SCHEMA.read_text(encoding="utf-8"))


def number_of(enum, word):
    return next(number for number, each in ENUMS[enum].items() if each == word)


def _varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _encode_value(kind, value):
    if kind in MESSAGES:
        return encode(kind, **value)
    return value.encode() if kind == "string" else value


def encode(message, **values):
    """Fields in the order of their numbers. What is zero is left out, but in a oneof and where it is optional."""
    out = b""
    for number, (name, kind, oneof, label) in sorted(MESSAGES[message].items()):
        value = values.pop(name, None)
        if value is None or not (value or oneof or label == "optional"):
            continue
        if kind in ENUMS and isinstance(value, str):
            value = number_of(kind, value)
        if kind in ("uint32", "bool") or kind in ENUMS:
            out += _varint(number << 3 | _VARINT) + _varint(int(value))
            continue
        for each in value if label == "repeated" else [value]:
            data = _encode_value(kind, each)
            out += _varint(number << 3 | _BYTES) + _varint(len(data)) + data
    if values:
        raise ValueError(f"{message} has no {', '.join(values)}")
    return out


def _read_varint(data, at):
    value = 0
    for index in range(10):
        if at + index >= len(data):
            break
        byte = data[at + index]
        value |= (byte & 0x7F) << 7 * index
        if byte < 0x80:
            return value, at + index + 1
    raise Malformed("a varint that does not end")


def _fields(data):
    """(number, wire type, value) of each field."""
    at = 0
    while at < len(data):
        tag, at = _read_varint(data, at)
        number, wire_type = tag >> 3, tag & 7
        if not 1 <= number < 1 << 29:
            raise Malformed("a field number that is none")
        if wire_type == _VARINT:
            value, at = _read_varint(data, at)
        elif wire_type in (_BYTES, _FIXED64, _FIXED32):
            length = {_FIXED64: 8, _FIXED32: 4}.get(wire_type)
            if length is None:
                length, at = _read_varint(data, at)
            value, at = data[at : at + length], at + length
            if at > len(data):
                raise Malformed("a field that ends too late")
        else:
            raise Malformed("a group")
        yield number, wire_type, value


def _decode_value(kind, value, before):
    if kind in MESSAGES:
        return decode(kind, value, before)
    if kind in ENUMS:
        return ENUMS[kind].get(value, "unknown")
    if kind == "string":
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            raise Malformed("a string that is no UTF-8") from None
    return {"bytes": lambda: value, "uint32": lambda: value & 0xFFFFFFFF, "bool": lambda: value != 0}[kind]()


_ZEROS = {"uint32": 0, "bool": False, "bytes": b"", "string": ""}


def _zero(kind, label):
    if label == "repeated":
        return []
    return ENUMS[kind][0] if kind in ENUMS else _ZEROS.get(kind)


def decode(message, data, before=None):
    """All fields by name; of a oneof only the one that is set, and its name as `case`. Merged with what came before."""
    known = MESSAGES[message]
    out = before or {name: _zero(kind, label) for name, kind, oneof, label in known.values() if oneof is None}
    for number, wire_type, value in _fields(data):
        if number not in known:
            continue
        name, kind, oneof, label = known[number]
        wanted = _VARINT if kind in ("uint32", "bool") or kind in ENUMS else _BYTES
        if wire_type != wanted:
            raise Malformed(f"{name} has another wire type")
        read = _decode_value(kind, value, None if label == "repeated" else out.get(name))
        if label == "repeated":
            out[name].append(read)
            continue
        if oneof is not None:
            out.pop(out.get("case"), None)
            out["case"] = name
        out[name] = read
    return out


def of_length(data, length):
    if len(data) != length:
        raise Malformed(f"{len(data)} bytes in place of {length}")
    return data


def to_car(case, value):
    return encode("ToCar", **{case: value})


def from_car(message):
    """The case and the value of a FromCar; the case is None for one that is not known."""
    fields = decode("FromCar", message)
    case = fields.get("case")
    return case, fields.get(case)
