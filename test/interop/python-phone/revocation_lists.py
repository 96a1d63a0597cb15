"""Revocation lists of an owner (PROTOCOL.md section 8), free of I/O."""

import hashlib

from noise.connection import Keypair, NoiseConnection

import crypto
import uris
import wire

CONTEXT = b"phonekey v1 revocation list"
NOISE = b"Noise_N_25519_ChaChaPoly_SHA512"
ENTRIES_PER_PART = 144
MOST_PARTS = 8
REVOKED, SUSPENDED, RESUMED = 1, 2, 3
ENTRY_BYTES = 13


def fingerprint(public_key):
    return hashlib.sha512(public_key).digest()[:8]


def tag_key(car_public):
    return crypto.hkdf(car_public, b"phonekey v1 revocation list tag", 32)


def body(slot, epoch, number, issued, floor, part, parts, entries):
    """One part without its signature; entries are (fingerprint, since, kind)."""
    out = bytes([1, slot]) + epoch.to_bytes(2, "big")
    for each in (number, issued, floor):
        out += each.to_bytes(4, "big")
    out += bytes([part, parts]) + len(entries).to_bytes(2, "big")
    for about, since, kind in entries:
        out += about + since.to_bytes(4, "big") + bytes([kind])
    return out


def read_entries(data):
    """Of a page of revocations, as they stand in a part."""
    if len(data) % ENTRY_BYTES:
        raise wire.Malformed("not a whole number of entries")
    cut = [data[at : at + ENTRY_BYTES] for at in range(0, len(data), ENTRY_BYTES)]
    return [(each[:8], int.from_bytes(each[8:12], "big"), each[12]) for each in cut]


def signed(car_public, unsigned):
    return CONTEXT + car_public + unsigned


def seal(car_public, payload, ephemeral=None):
    """The tag, and the Noise message that only the car can open."""
    noise = NoiseConnection.from_name(NOISE)
    noise.set_as_initiator()
    noise.set_prologue(CONTEXT)
    noise.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, car_public)
    if ephemeral is not None:
        noise.set_keypair_from_private_bytes(Keypair.EPHEMERAL, ephemeral)
    noise.start_handshake()
    message = bytes(noise.write_message(payload))
    return crypto.hmac(tag_key(car_public), message)[:16] + message


def sign(signing_private, car_public, slot, epoch, number, issued, entries):
    """All parts of a revocation list, as they travel; none of its owner's grants is declared void."""
    cut = [entries[at : at + ENTRIES_PER_PART] for at in range(0, len(entries), ENTRIES_PER_PART)]
    cut = cut or [[]]
    if len(cut) > MOST_PARTS:
        raise wire.Malformed("too many entries")
    parts = []
    for index, some in enumerate(cut):
        unsigned = body(slot, epoch, number, issued, 0, index, len(cut), some)
        signature = crypto.sign(signing_private, signed(car_public, unsigned))
        parts.append(seal(car_public, unsigned + signature))
    return parts


def to_uri(revocation_list):
    return uris.encode("revocation-list", revocation_list)


def read_uri(text):
    return uris.decode("revocation-list", text)
