"""The symmetric primitives and the key pairs of PROTOCOL.md, section 1."""

import hmac as _hmac

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


class AuthenticationFailed(Exception):
    """A tag, confirmation or ciphertext that is not what its sender should have made."""


def hmac(key, data):
    """HMAC-SHA-512, 64 bytes."""
    return _hmac.new(key, data, "sha512").digest()


def hkdf(ikm, info, length):
    """HKDF-SHA-512 with an empty salt."""
    return HKDF(hashes.SHA512(), length, salt=b"", info=info).derive(ikm)


def equal(a, b):
    """Comparison in constant time."""
    return _hmac.compare_digest(a, b)


def _raw_private(key):
    return key.private_bytes(
        serialization.Encoding.Raw,
        serialization.PrivateFormat.Raw,
        serialization.NoEncryption(),
    )


def new_x25519():
    """A new private key, 32 bytes."""
    return _raw_private(X25519PrivateKey.generate())


def new_ed25519():
    """A new private key (seed), 32 bytes."""
    return _raw_private(Ed25519PrivateKey.generate())


def x25519_public(private):
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def ed25519_public(private):
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def sign(private, message):
    """An Ed25519 signature, 64 bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def verify(public, message, signature):
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except InvalidSignature:
        raise AuthenticationFailed("a signature that does not hold") from None
