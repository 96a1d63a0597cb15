"""The three Noise handshakes of the protocol, over a library that somebody else wrote."""

import warnings

from cryptography.exceptions import InvalidTag
from noise.connection import Keypair, NoiseConnection
from noise.exceptions import NoiseInvalidMessage

import crypto

# The library warns of every ephemeral key that was chosen, as those of examples and vectors are.
warnings.filterwarnings("ignore", message="One of ephemeral keypairs")


class Noise:
    """One end of Noise_PATTERN_25519_ChaChaPoly_SHA512, and after its last message both CipherStates."""

    def __init__(self, pattern, prologue, initiator, *, static=None, remote=None, psk=None, ephemeral=None):
        """Keys are raw, 32 bytes; `ephemeral` is for examples alone."""
        self._is_initiator = initiator
        self._noise = NoiseConnection.from_name(f"Noise_{pattern}_25519_ChaChaPoly_SHA512".encode())
        self._noise.set_prologue(prologue)
        (self._noise.set_as_initiator if initiator else self._noise.set_as_responder)()
        if psk is not None:
            self._noise.set_psks(psk)
        for kind, private in ((Keypair.STATIC, static), (Keypair.EPHEMERAL, ephemeral)):
            if private is not None:
                self._noise.set_keypair_from_private_bytes(kind, private)
        if remote is not None:
            self._noise.set_keypair_from_public_bytes(Keypair.REMOTE_STATIC, remote)
        self._noise.start_handshake()
        # The library forgets it with the last message.
        self._state = self._noise.noise_protocol.handshake_state
        cipher = self._state.symmetric_state.cipher_state
        initialize = cipher.initialize_key
        # Each key that MixKey() gave, 32 bytes: examples show them.
        self.mixed = []
        cipher.initialize_key = lambda key: (self.mixed.append(key), initialize(key))

    @property
    def hash(self):
        """GetHandshakeHash(), which the library has only at the end."""
        return self._state.symmetric_state.h

    @property
    def keys(self):
        """Of the first and the second CipherState of Split()."""
        protocol = self._noise.noise_protocol
        ours, theirs = protocol.cipher_state_encrypt.k, protocol.cipher_state_decrypt.k
        return (ours, theirs) if self._is_initiator else (theirs, ours)

    @property
    def remote(self):
        """The static public key that the other end has proved."""
        return self._state.rs.public_bytes

    def set_static(self, private):
        """A phone that pairs knows only after the offer which of its keys it has to use."""
        self._state.s = self._state.noise_protocol.keypair_class.from_private_bytes(private)

    def write(self, payload=b""):
        return bytes(self._noise.write_message(payload))

    def read(self, message):
        return _opened(self._noise.read_message, message)

    def seal(self, plain):
        return bytes(self._noise.encrypt(plain))

    def open(self, sealed):
        return _opened(self._noise.decrypt, sealed)


def _opened(read, message):
    try:
        return bytes(read(message))
    except (InvalidTag, NoiseInvalidMessage):
        raise crypto.AuthenticationFailed("what the car sent does not decrypt") from None
