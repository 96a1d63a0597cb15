"""The phone's side of a pairing (PROTOCOL.md section 5), free of I/O."""

import secrets
import unicodedata

from cryptography.exceptions import InvalidTag
from noise.connection import Keypair, NoiseConnection
from noise.exceptions import NoiseInvalidMessage

import crypto
import spake2plus
import wire

ID_PROVER = b"phonekey phone"
ID_VERIFIER = b"phonekey car"
CONTEXT = b"phonekey v1 pairing"
NOISE = b"Noise_XXpsk0_25519_ChaChaPoly_SHA512"


class NotEnrolled(Exception):
    """The car says, under the seal, why it could not enrol the phone after all."""


class WrongCode(Exception):
    """The car's confirmV is not that of the code typed in."""


def handshake(k_shared, ephemeral=None):
    """A NoiseConnection under the key that SPAKE2+ gave; not started yet."""
    noise = NoiseConnection.from_name(NOISE)
    noise.set_psks(k_shared)
    noise.set_prologue(CONTEXT)
    if ephemeral is not None:
        noise.set_keypair_from_private_bytes(Keypair.EPHEMERAL, ephemeral)
    return noise


def transcript(noise):
    """The hash of the handshake so far, 64 bytes; the library gives it only at the end."""
    return noise.noise_protocol.handshake_state.symmetric_state.h


def signed(h, public_key):
    """What the phone's Ed25519 key signs."""
    return CONTEXT + h + public_key


def check_name(name):
    """1 to 32 bytes of UTF-8 without characters that PROTOCOL.md section 5 excludes."""
    if not 1 <= len(name.encode()) <= 32:
        raise wire.Malformed("a name has 1 to 32 bytes")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") for character in name):
        raise wire.Malformed("a name has no control or format characters")
    return name


class Pairing:
    def __init__(self, code, challenge, random=None, ephemeral=None):
        if len(code) != 8 or not (code.isascii() and code.isdigit()):
            raise ValueError("a pairing code has 8 digits")
        self._context = CONTEXT + challenge
        self._w0, self._w1 = spake2plus.passwords(code.encode(), ID_PROVER, ID_VERIFIER)
        seed = random if random is not None else secrets.token_bytes(40)
        self._random = int.from_bytes(seed, "big") % spake2plus.ORDER
        self._share = spake2plus.share_p(self._random, self._w0)
        self._ephemeral = ephemeral

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
        self._noise = handshake(k_shared, self._ephemeral)
        self._noise.set_as_initiator()
        # The library wants a static key before it begins; which one it is, is known only after the offer.
        self._noise.set_keypair_from_private_bytes(Keypair.STATIC, crypto.new_x25519())
        self._noise.start_handshake()
        first = bytes(self._noise.write_message(b""))
        return wire.to_car("pair_confirm", wire.bytes_field(1, confirm_p) + wire.bytes_field(2, first))

    def offer(self, pair_offer):
        """The car's public key, which it has proved, its name, and the role of the window."""
        try:
            fields = wire.Fields(bytes(self._noise.read_message(pair_offer)))
        except (InvalidTag, NoiseInvalidMessage):
            raise crypto.AuthenticationFailed("the car does not prove its key") from None
        role = wire.ROLES.get(fields.uint(2))
        if role is None:
            raise wire.Malformed("a window that gives no role")
        public_key = self._noise.noise_protocol.handshake_state.rs.public_bytes
        return public_key, check_name(fields.string(1)), role

    def commit(self, private_key, signing_key, name):
        """Proves both keys, of which these are the private halves."""
        state = self._noise.noise_protocol.handshake_state
        state.s = state.noise_protocol.keypair_class.from_private_bytes(private_key)
        signature = crypto.sign(
            signing_key, signed(transcript(self._noise), crypto.x25519_public(private_key))
        )
        identity = (
            wire.bytes_field(1, crypto.ed25519_public(signing_key))
            + wire.bytes_field(2, signature)
            + wire.bytes_field(3, check_name(name).encode())
        )
        return wire.to_car("pair_commit", bytes(self._noise.write_message(identity)))

    def done(self, pair_done):
        """Slot, role and epoch that the car gave. Raises NotEnrolled where it gave none."""
        try:
            fields = wire.Fields(bytes(self._noise.decrypt(pair_done)))
        except (InvalidTag, NoiseInvalidMessage):
            raise crypto.AuthenticationFailed("the enrolment does not decrypt") from None
        refusal = fields.uint(3)
        if refusal != 0:
            raise NotEnrolled(wire.PAIR_REFUSALS.get(refusal, "unspecified"))
        return fields.uint(1), wire.ROLES.get(fields.uint(2), "unspecified"), fields.uint(5)
