"""The phone's side of a session (PROTOCOL.md section 4), free of I/O."""

from cryptography.exceptions import InvalidTag
from noise.connection import Keypair, NoiseConnection
from noise.exceptions import NoiseInvalidMessage

import crypto
import wire

NOISE = b"Noise_KX_25519_ChaChaPoly_SHA512"
PROLOGUE = b"phonekey v1 9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10"


def advertisement_key(car_public):
    return crypto.hkdf(car_public, b"phonekey v1 advertisement", 32)


def service_data(car_public, flags, nonce):
    """The 9 bytes that a car advertises: flags, nonce (4 bytes) and hint."""
    clear = bytes([flags]) + nonce
    return clear + crypto.hmac(advertisement_key(car_public), clear)[:4]


def proof_tag_key(car_public):
    return crypto.hkdf(car_public, b"phonekey v1 proof tag", 32)


def proof_tag(car_public, challenge, handshake):
    return crypto.hmac(proof_tag_key(car_public), challenge + handshake)[:16]


class Session:
    """Answers one challenge and then carries commands."""

    def __init__(self, phone_private, car_public, ephemeral=None):
        self._car_public = car_public
        self._noise = NoiseConnection.from_name(NOISE)
        self._noise.set_as_responder()
        self._noise.set_prologue(PROLOGUE)
        self._noise.set_keypair_from_private_bytes(Keypair.STATIC, phone_private)
        self._noise.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, car_public)
        if ephemeral is not None:
            self._noise.set_keypair_from_private_bytes(Keypair.EPHEMERAL, ephemeral)
        self._noise.start_handshake()

    def prove(self, challenge, command):
        """The ToCar with the Proof for a Hello's handshake and the first command in it."""
        self._noise.read_message(challenge)
        handshake = bytes(self._noise.write_message(command))
        tag = proof_tag(self._car_public, challenge, handshake)
        return wire.to_car("proof", wire.bytes_field(1, handshake) + wire.bytes_field(2, tag))

    def seal(self, command):
        """The ToCar with a later command."""
        return wire.to_car("sealed", bytes(self._noise.encrypt(command)))

    def open(self, sealed):
        """The decrypted Result."""
        try:
            return bytes(self._noise.decrypt(sealed))
        except (InvalidTag, NoiseInvalidMessage):
            raise crypto.AuthenticationFailed("the car's result does not decrypt") from None
