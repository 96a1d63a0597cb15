"""Revocation lists of an owner (PROTOCOL.md section 8), free of I/O."""

import hashlib
import struct

import crypto
import uris
import wire
from seals import Noise

LABEL = b"phonekey v1 revocation list"
REVOKED, SUSPENDED, RESUMED = 1, 2, 3
FOR_ALL_TIMES = 2**32 - 1
_HEAD = struct.Struct(">BBHIIIBBH")
_ENTRY = struct.Struct(">8sIB")
_PER_PART, _MOST_PARTS = 144, 8


def fingerprint(public_key):
    return hashlib.sha512(public_key).digest()[:8]


def tag_key(car_public):
    return crypto.hkdf(car_public, LABEL + b" tag", 32)


def unsigned_part(slot, epoch, number, issued, floor, part, parts, entries):
    """Entries are (fingerprint, since, kind)."""
    head = _HEAD.pack(1, slot, epoch, number, issued, floor, part, parts, len(entries))
    return head + b"".join(_ENTRY.pack(*entry) for entry in entries)


def read_entries(data):
    """Of a page of `list_revocations`, as they stand in a part."""
    if len(data) % _ENTRY.size:
        raise wire.Malformed("not a whole number of entries")
    return list(_ENTRY.iter_unpack(data))


def check_layout(unsigned):
    """The slot of who is to have signed a part that is well-formed, as a car sees it."""
    if len(unsigned) < _HEAD.size:
        raise wire.Malformed("a part that ends too early")
    version, slot, _, _, _, _, part, parts, count = _HEAD.unpack_from(unsigned)
    entries = read_entries(unsigned[_HEAD.size :])
    full = part == parts - 1 or count == _PER_PART
    if version != 1 or not part < parts <= _MOST_PARTS or count != len(entries) or not full:
        raise wire.Malformed("a part that is none")
    if count > _PER_PART or any(kind not in (REVOKED, SUSPENDED, RESUMED) for _, _, kind in entries):
        raise wire.Malformed("entries that are none")
    return slot


def signed(car_public, unsigned):
    return LABEL + car_public + unsigned


def seal(car_public, part, ephemeral=None):
    """The tag, and the message that only the car can open."""
    message = Noise("N", LABEL, True, remote=car_public, ephemeral=ephemeral).write(part)
    return crypto.hmac(tag_key(car_public), message)[:16] + message


def sign(signing, car_public, slot, epoch, number, issued, entries):
    """All parts of a list, as they travel; its floor is 0."""
    cut = [entries[at : at + _PER_PART] for at in range(0, len(entries), _PER_PART)] or [[]]
    if len(cut) > _MOST_PARTS:
        raise wire.Malformed("too many entries")
    sealed = []
    for index, some in enumerate(cut):
        unsigned = unsigned_part(slot, epoch, number, issued, 0, index, len(cut), some)
        signature = crypto.sign(signing, signed(car_public, unsigned))
        sealed.append(seal(car_public, unsigned + signature))
    return sealed


def to_uri(part):
    return uris.encode("revocation-list", part)


def read_uri(text):
    return uris.decode("revocation-list", text)
