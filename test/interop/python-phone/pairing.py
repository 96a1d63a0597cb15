"""The phone's side of a pairing (PROTOCOL.md section 5), free of I/O."""

import secrets
import unicodedata

import crypto
import spake2plus
import wire

ID_PROVER = b"phonekey phone"
ID_VERIFIER = b"phonekey car"
CONTEXT = b"phonekey v1 pairing"


class NotEnrolled(Exception):
    """The car says, under the seal, why it could not enrol the phone after all."""


class WrongCode(Exception):
    """The car's confirmV is not that of the code typed in."""


def keys(k_shared):
    """The keys phone to car and car to phone."""
    both = crypto.hkdf(k_shared, b"phonekey v1 pairing keys", 64)
    return both[:32], both[32:]


def check_name(name):
    """1 to 32 bytes of UTF-8 without characters that PROTOCOL.md section 5 excludes."""
    if not 1 <= len(name.encode()) <= 32:
        raise wire.Malformed("a name has 1 to 32 bytes")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in name):
        raise wire.Malformed("a name has no control or format characters")
    return name


class Pairing:
    def __init__(self, code, challenge, random=None):
        if len(code) != 8 or not (code.isascii() and code.isdigit()):
            raise ValueError("a pairing code has 8 digits")
        self._context = CONTEXT + challenge
        self._w0, self._w1 = spake2plus.passwords(code.encode(), ID_PROVER, ID_VERIFIER)
        seed = random if random is not None else secrets.token_bytes(40)
        self._random = int.from_bytes(seed, "big") % spake2plus.ORDER
        self._share = spake2plus.share_p(self._random, self._w0)

    def start(self):
        return wire.to_car("pair_start", wire.bytes_field(1, self._share))

    def confirm(self, pair_share):
        """Checks confirmV and gives the ToCar with confirmP."""
        fields = wire.Fields(pair_share)
        share, confirm = fields.bytes(1, 65), fields.bytes(2, 32)
        confirm_p, confirm_v, k_shared = spake2plus.schedule(
            self._context,
            ID_PROVER,
            ID_VERIFIER,
            (self._share, share),
            spake2plus.prover_points(self._random, self._w0, self._w1, share),
            self._w0,
        )
        if not crypto.equal(confirm, confirm_v):
            raise WrongCode("wrong code")
        to_car_key, from_car_key = keys(k_shared)
        self._to_car, self._from_car = crypto.Cipher(to_car_key), crypto.Cipher(from_car_key)
        return wire.to_car("pair_confirm", wire.bytes_field(1, confirm_p))

    def offer(self, pair_offer):
        """The car's public key and name."""
        fields = wire.Fields(self._from_car.decrypt(pair_offer))
        return fields.bytes(1, 32), check_name(fields.string(2))

    def commit(self, public_key, signing_key, name):
        identity = (
            wire.bytes_field(1, public_key)
            + wire.bytes_field(2, signing_key)
            + wire.bytes_field(3, check_name(name).encode())
        )
        return wire.to_car("pair_commit", self._to_car.encrypt(identity))

    def done(self, pair_done):
        """The slot and role that the car gave. Raises NotEnrolled where it gave none."""
        fields = wire.Fields(self._from_car.decrypt(pair_done))
        refusal = fields.uint(3)
        if refusal != 0:
            raise NotEnrolled(wire.PAIR_REFUSALS.get(refusal, "unspecified"))
        return fields.uint(1), wire.ROLES.get(fields.uint(2), "unspecified")
