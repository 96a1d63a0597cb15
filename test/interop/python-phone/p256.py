"""P-256 in plain integers, not in constant time: for tests only."""

# FIPS 186 / SEC 2. The cofactor is 1.
P = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
GENERATOR = (
    0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
    0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
)


class InvalidPoint(Exception):
    """A share that is not an uncompressed point of the curve, or that leads to the identity."""


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
