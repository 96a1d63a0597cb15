"""SPAKE2+ of RFC 9383 with P256-SHA256-HKDF-SHA256-HMAC-SHA256, both sides.

Plain integers, not in constant time: for tests only.
"""

import hashlib
import hmac

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# P-256: FIPS 186 / SEC 2. The cofactor is 1.
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GENERATOR = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


class InvalidPoint(Exception):
    """A share that is not an uncompressed point of the curve, or that leads to the identity."""


def _decompress(encoded):
    x = int.from_bytes(encoded[1:], "big")
    y = pow(x**3 - 3 * x + B, (P + 1) // 4, P)
    point = (x, y if y & 1 == encoded[0] & 1 else P - y)
    decode(encode(point))
    return point


def encode(point):
    """An uncompressed point, 65 bytes."""
    if point is None:
        raise InvalidPoint("the point at infinity")
    return b"\x04" + point[0].to_bytes(32, "big") + point[1].to_bytes(32, "big")


def decode(encoded):
    """Reads an uncompressed point (65 bytes) and checks that it is on the curve."""
    if len(encoded) != 65 or encoded[0] != 4:
        raise InvalidPoint("not an uncompressed point")
    x, y = int.from_bytes(encoded[1:33], "big"), int.from_bytes(encoded[33:], "big")
    if x >= P or y >= P or (y * y - (x**3 - 3 * x + B)) % P != 0:
        raise InvalidPoint("not on the curve")
    return x, y


def add(a, b):
    """Affine addition; None is the identity."""
    if a is None or b is None:
        return a or b
    if a[0] == b[0]:
        if (a[1] + b[1]) % P == 0:
            return None
        slope = (3 * a[0] * a[0] - 3) * pow(2 * a[1], -1, P)
    else:
        slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, P)
    x = (slope * slope - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def multiply(scalar, point):
    result = None
    while scalar > 0:
        if scalar & 1:
            result = add(result, point)
        point = add(point, point)
        scalar >>= 1
    return result


def negate(point):
    return None if point is None else (point[0], -point[1] % P)


# RFC 9383, section 4.
M = _decompress(bytes.fromhex("02886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"))
N = _decompress(bytes.fromhex("03d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"))


def passwords(code, id_prover, id_verifier):
    """w0 and w1 of a pairing code (PROTOCOL.md section 5)."""
    parts = (code, id_prover, id_verifier)
    ikm = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    derived = hashlib.scrypt(ikm, salt=b"", n=16384, r=8, p=1, dklen=80, maxmem=1 << 26)
    w0, w1 = (int.from_bytes(half, "big") % ORDER for half in (derived[:40], derived[40:]))
    return w0, w1


def share_p(random, w0):
    """X = x P + w0 M."""
    return encode(add(multiply(random, GENERATOR), multiply(w0, M)))


def share_v(random, w0):
    """Y = y P + w0 N."""
    return encode(add(multiply(random, GENERATOR), multiply(w0, N)))


def prover_points(random, w0, w1, their_share):
    """Z and V of the prover."""
    unmasked = add(decode(their_share), negate(multiply(w0, N)))
    return multiply(random, unmasked), multiply(w1, unmasked)


def verifier_points(random, w0, registration, their_share):
    """Z and V of the verifier, which knows L = w1 P instead of w1."""
    unmasked = add(decode(their_share), negate(multiply(w0, M)))
    return multiply(random, unmasked), multiply(random, registration)


def _hkdf256(ikm, info, length):
    return HKDF(hashes.SHA256(), length, salt=None, info=info).derive(ikm)


def schedule(context, id_prover, id_verifier, shares, points, w0):
    """confirmP, confirmV and K_shared, 32 bytes each (RFC 9383, sections 3.3 and 3.4)."""
    parts = (
        context,
        id_prover,
        id_verifier,
        encode(M),
        encode(N),
        *shares,
        *(encode(point) for point in points),
        w0.to_bytes(32, "big"),
    )
    transcript = b"".join(len(part).to_bytes(8, "little") + part for part in parts)
    k_main = hashlib.sha256(transcript).digest()
    confirmation_keys = _hkdf256(k_main, b"ConfirmationKeys", 64)
    share_of_prover, share_of_verifier = shares
    confirm_p = hmac.digest(confirmation_keys[:32], share_of_verifier, "sha256")
    confirm_v = hmac.digest(confirmation_keys[32:], share_of_prover, "sha256")
    return confirm_p, confirm_v, _hkdf256(k_main, b"SharedKey", 32)
