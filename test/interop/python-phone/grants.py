"""Grants: links, chains and packages (PROTOCOL.md section 7), free of I/O."""

import dataclasses
import struct

import crypto
import uris
import wire

LABEL = b"phonekey v1 grant"
MOST_LINKS = 4
_HEAD = struct.Struct(">BBBHIIIBB")
_SIGNATURE = 64
_EVERYBODY = frozenset({"unlock", "lock", "start", "status", "deliver", "remove_key"})
# The table of section 6.
COMMANDS = {
    "owner": _EVERYBODY | {"trunk", "frunk", "everything"},
    "driver": _EVERYBODY | {"trunk", "frunk"},
    "guest": _EVERYBODY | {"trunk"},
    "valet": _EVERYBODY,
    "service": _EVERYBODY | {"frunk"},
}
_SPEED = {"valet": 30, "service": 50}


def covers(outer, inner):
    """Whether a role has all that the other one has."""
    return COMMANDS[inner] <= COMMANDS[outer] and _SPEED.get(inner, 999) <= _SPEED.get(outer, 999)


@dataclasses.dataclass(frozen=True)
class Terms:
    """In the order of their bytes. Times are seconds since 1970."""

    delegations: int
    role: str
    slot: int
    epoch: int
    issued: int
    begins: int
    ends: int
    uses: int = 0
    lease: int = 0

    def check(self):
        """What no link may say, whatever was before it."""
        may = self.delegations < MOST_LINKS and self.role in COMMANDS and self.role != "owner"
        if not may or self.begins >= self.ends or (self.uses and self.delegations):
            raise wire.Malformed("a link that no car takes")
        return self

    def check_narrows(self, outer):
        if not (
            self.delegations < outer.delegations
            and covers(outer.role, self.role)
            and (self.slot, self.epoch) == (outer.slot, outer.epoch)
            and self.issued >= outer.issued
            and self.begins >= outer.begins
            and self.ends <= outer.ends
            and (outer.lease == 0 or 0 < self.lease <= outer.lease)
        ):
            raise wire.Malformed("a link that gives more than the one before")

    def encode(self):
        first, *others = dataclasses.astuple(self.check())
        others[0] = wire.number_of("Role", self.role)
        return _HEAD.pack(1 << 4 | first, *others)


@dataclasses.dataclass(frozen=True)
class Link:
    terms: Terms
    public_key: bytes
    signing_key: bytes
    data: bytes


def signed(car_public, chain, unsigned):
    """What the signature of the link behind this chain covers."""
    return LABEL + car_public + chain + unsigned


def unsigned_link(terms, public_key, signing_key):
    return terms.encode() + public_key + (signing_key if terms.delegations else b"")


def link(issuer, car_public, chain, terms, public_key, signing_key):
    """The next link of a chain, which is empty for an owner."""
    unsigned = unsigned_link(terms, public_key, signing_key)
    return unsigned + crypto.sign(issuer, signed(car_public, chain, unsigned))


def _first_link(data):
    if len(data) < _HEAD.size or data[0] >> 4 != 1:
        raise wire.Malformed("not a link of a grant")
    versioned, role, *others = _HEAD.unpack_from(data)
    delegations = versioned & 15
    terms = Terms(delegations, wire.ENUMS["Role"].get(role, ""), *others).check()
    length = _HEAD.size + (64 if delegations else 32) + _SIGNATURE
    if len(data) < length:
        raise wire.Malformed("a link that ends too early")
    return Link(terms, data[19:51], data[51 : length - _SIGNATURE], data[:length])


def parse(chain):
    """Its links; no signature is verified."""
    links = []
    while chain:
        if len(links) == MOST_LINKS:
            raise wire.Malformed("too many links")
        links.append(_first_link(chain))
        chain = chain[len(links[-1].data) :]
    if not links:
        raise wire.Malformed("no link")
    return links


def check_delegations(car_public, chain):
    """Verifies what a phone can: every link but the first."""
    links = parse(chain)
    before = b""
    for outer, inner in zip(links, links[1:]):
        inner.terms.check_narrows(outer.terms)
        before += outer.data
        unsigned, signature = inner.data[:-_SIGNATURE], inner.data[-_SIGNATURE:]
        crypto.verify(outer.signing_key, signed(car_public, before, unsigned), signature)
    return links


def key_uri(public_key, signing_key):
    return uris.encode("key", public_key + signing_key)


def read_key_uri(text):
    """The X25519 and the Ed25519 public key of who is to get a grant."""
    keys = wire.of_length(uris.decode("key", text), 64)
    return keys[:32], keys[32:]


def package_uri(car_public, chain):
    return uris.encode("grant", car_public + chain)


def read_package_uri(text):
    """The car's public key and the chain."""
    package = uris.decode("grant", text)
    return package[:32], package[32:]
