"""Advertisements (PROTOCOL.md section 2) and the phone's side of a session (section 5), free of I/O."""

import crypto
import wire
from seals import Noise

PROLOGUE = b"phonekey v1 9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10"
SERVICE = bytes.fromhex("9d1f5a007c524b6e9a431f0c6e2b7d10")
VERSION = 1
# What a car takes at any time of a session; every other command acts.
AT_ANY_TIME = ("status", "list_keys", "list_revocations", "deliver")


def advertisement_key(car_public):
    return crypto.hkdf(car_public, b"phonekey v1 advertisement", 32)


def service_data(car_public, flags, nonce):
    clear = bytes([flags]) + nonce
    return clear + crypto.hmac(advertisement_key(car_public), clear)[:4]


def advertising(data):
    """Advertising data and scan response around service data, the last byte of the UUID first."""

    def structure(kind, value):
        return bytes([1 + len(value), kind]) + value

    uuid = SERVICE[::-1]
    # General discoverable, no BR/EDR.
    return structure(0x01, b"\x06") + structure(0x07, uuid), structure(0x21, uuid + data)


def read_hello(hello):
    """The challenge, 32 bytes."""
    if hello["version"] != VERSION:
        raise wire.Malformed("the car speaks another version: one of the two is out of date")
    return wire.of_length(hello["handshake"], 32)


def proof_tag_key(car_public):
    return crypto.hkdf(car_public, b"phonekey v1 proof tag", 32)


def check_ids(command):
    """Of a decoded Command: its own id and those that it voids."""
    ident, voids = command["id"], command["voids"]
    if len(ident) not in (0, 8) or len(voids) > 4 or (voids and not ident) or ident in voids:
        raise wire.Malformed("ids that are none")
    for each in voids:
        wire.of_length(each, 8)


class Session:
    """Answers one challenge, and then carries commands."""

    def __init__(self, private, car_public, ephemeral=None):
        self._car_public = car_public
        self.noise = Noise("KX", PROLOGUE, False, static=private, remote=car_public, ephemeral=ephemeral)

    def prove(self, challenge, command):
        """A Proof with this encoded Command inside."""
        self.noise.read(challenge)
        handshake = self.noise.write(command)
        tag = crypto.hmac(proof_tag_key(self._car_public), challenge + handshake)[:16]
        return {"handshake": handshake, "tag": tag}

    def seal(self, command):
        return self.noise.seal(command)

    def open(self, sealed):
        return self.noise.open(sealed)
