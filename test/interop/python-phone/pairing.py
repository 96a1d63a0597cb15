"""The phone's side of a pairing (PROTOCOL.md section 4), free of I/O."""

import hashlib
import hmac
import secrets
import unicodedata

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

import crypto
import p256
import wire
from seals import Noise

ID_PROVER = b"phonekey phone"
ID_VERIFIER = b"phonekey car"
LABEL = b"phonekey v1 pairing"
M = p256.decode(
    bytes.fromhex(
        "04886e2f97ace46e55ba9dd7242579f2993b64e16ef3dcab95afd497333d8fa12f"
        "5ff355163e43ce224e0b0e65ff02ac8e5c7be09419c785e0ca547d55a12e2d20"
    )
)
N = p256.decode(
    bytes.fromhex(
        "04d8bbd6c639c62937b04d997f38c3770719c629d7014d49a24b4f98baa1292b49"
        "07d60aa6bfade45008a636337f5168c64d9bd36034808cd564490b1e656edbe7"
    )
)


class WrongCode(Exception):
    """The car's confirmV is not that of the code that was typed."""


class NotEnrolled(Exception):
    """The car says, sealed, why it could not enrol the phone after all."""


def lv(data):
    return len(data).to_bytes(8, "little") + data


def scalar(data):
    return int.from_bytes(data, "big") % p256.ORDER


def secrets_of(code):
    """w0 and w1 of the eight digits."""
    given = lv(code.encode()) + lv(ID_PROVER) + lv(ID_VERIFIER)
    derived = hashlib.scrypt(given, salt=b"", n=16384, r=8, p=1, dklen=80, maxmem=1 << 26)
    return scalar(derived[:40]), scalar(derived[40:])


def context(challenge):
    return LABEL + challenge


def share(secret, w0, point):
    """shareP with M, shareV with N."""
    return p256.encode(p256.add(p256.multiply(secret, p256.GENERATOR), p256.multiply(w0, point)))


def unmasked(their_share, w0, point):
    return p256.add(p256.decode(their_share), p256.negate(p256.multiply(w0, point)))


def transcript(challenge, shares, points, w0):
    """TT: shares are encoded, points (Z and V) are not."""
    ends = [context(challenge), ID_PROVER, ID_VERIFIER]
    encoded = [p256.encode(point) for point in points]
    parts = [*ends, p256.encode(M), p256.encode(N), *shares, *encoded, w0.to_bytes(32, "big")]
    return b"".join(map(lv, parts))


def hkdf256(key, info, length):
    return HKDF(hashes.SHA256(), length, salt=None, info=info).derive(key)


def confirmations(k_main, share_p, share_v):
    """confirmP and confirmV, 32 bytes each."""
    keys = hkdf256(k_main, b"ConfirmationKeys", 64)
    return hmac.digest(keys[:32], share_v, "sha256"), hmac.digest(keys[32:], share_p, "sha256")


def handshake(k_shared, initiator, static, ephemeral=None):
    return Noise("XXpsk0", LABEL, initiator, psk=k_shared, static=static, ephemeral=ephemeral)


def signed(h, public_key):
    """What the phone's Ed25519 key signs."""
    return LABEL + h + public_key


def check_name(name):
    if not 1 <= len(name.encode()) <= 32:
        raise wire.Malformed("a name has 1 to 32 bytes")
    if any(unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp") for each in name):
        raise wire.Malformed("a name has no control or format characters")
    return name


class Pairing:
    """One try on one link. `random` (40 bytes) and `ephemeral` are for examples."""

    def __init__(self, code, challenge, random=None, ephemeral=None):
        if len(code) != 8 or not (code.isascii() and code.isdigit()):
            raise ValueError("a pairing code has 8 digits")
        self._challenge = challenge
        self._w0, self._w1 = secrets_of(code)
        self._x = scalar(random or secrets.token_bytes(40))
        self._ephemeral = ephemeral
        self.share = share(self._x, self._w0, M)

    def confirm(self, pair_share):
        """Takes a PairShare, gives a PairConfirm."""
        share_v = wire.of_length(pair_share["share"], 65)
        y = unmasked(share_v, self._w0, N)
        points = p256.multiply(self._x, y), p256.multiply(self._w1, y)
        text = transcript(self._challenge, (self.share, share_v), points, self._w0)
        k_main = hashlib.sha256(text).digest()
        confirm_p, confirm_v = confirmations(k_main, self.share, share_v)
        if not crypto.equal(wire.of_length(pair_share["confirm"], 32), confirm_v):
            raise WrongCode("wrong code")
        k_shared = hkdf256(k_main, b"SharedKey", 32)
        # The library wants a static key now; which one it is, is known only after the offer.
        self._noise = handshake(k_shared, True, crypto.new_x25519(), self._ephemeral)
        return {"confirm": confirm_p, "handshake": self._noise.write()}

    def offer(self, pair_offer):
        """The car's public key, which it has proved, its name, and the role of the window."""
        identity = wire.decode("CarIdentity", self._noise.read(pair_offer))
        if identity["role"] not in ("owner", "driver", "guest", "valet", "service"):
            raise wire.Malformed("a window that gives no role")
        return self._noise.remote, check_name(identity["name"]), identity["role"]

    def commit(self, private, signing, name):
        """The `pair_commit`, which proves both keys."""
        self._noise.set_static(private)
        text = signed(self._noise.hash, crypto.x25519_public(private))
        identity = wire.encode(
            "PhoneIdentity",
            signing_key=crypto.ed25519_public(signing),
            signature=crypto.sign(signing, text),
            name=name,
        )
        return self._noise.write(identity)

    def done(self, pair_done):
        """The Enrolment. Raises NotEnrolled where there is none."""
        enrolment = wire.decode("Enrolment", self._noise.open(pair_done))
        if enrolment["refusal"] != "unspecified":
            raise NotEnrolled(enrolment["refusal"])
        return enrolment
