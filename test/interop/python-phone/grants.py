"""Grants: links, chains and packages (PROTOCOL.md section 7), free of I/O."""

import dataclasses

import crypto
import uris
import wire

CONTEXT = b"phonekey v1 grant"
VERSION = 1
MOST_LINKS = 4
SIGNATURE = 64

# What each role may do, and km/h while it drives (section 6).
_COMMANDS = {
    2: {"unlock", "lock", "start", "status", "trunk", "frunk", "remove_key", "deliver"},
    3: {"unlock", "lock", "start", "status", "trunk", "remove_key", "deliver"},
    4: {"unlock", "lock", "start", "status", "remove_key", "deliver"},
    5: {"unlock", "lock", "start", "status", "frunk", "remove_key", "deliver"},
}
_SPEED = {4: 30, 5: 50}
_NO_LIMIT = 1 << 32


@dataclasses.dataclass(frozen=True)
class Terms:
    delegations: int
    role: int
    slot: int
    epoch: int
    issued: int
    begins: int
    ends: int
    uses: int = 0
    lease: int = 0

    def check(self):
        if not 0 <= self.delegations < MOST_LINKS or self.role not in _COMMANDS:
            raise wire.Malformed("a grant that no car takes")
        if self.begins >= self.ends or (self.uses and self.delegations):
            raise wire.Malformed("a grant that no car takes")
        return self

    def check_narrows(self, outer):
        """Nothing in it that the link before does not have."""
        if not (
            self.delegations < outer.delegations
            and _COMMANDS[self.role] <= _COMMANDS[outer.role]
            and _SPEED.get(self.role, _NO_LIMIT) <= _SPEED.get(outer.role, _NO_LIMIT)
            and (self.slot, self.epoch) == (outer.slot, outer.epoch)
            and self.issued >= outer.issued
            and self.begins >= outer.begins
            and self.ends <= outer.ends
            and (outer.lease == 0 or 0 < self.lease <= outer.lease)
        ):
            raise wire.Malformed("a link that gives more than the one before")


@dataclasses.dataclass(frozen=True)
class Link:
    terms: Terms
    public_key: bytes
    signing_key: bytes
    data: bytes


def signed(car_public, chain, body):
    """What the signature of the link after this chain covers."""
    return CONTEXT + car_public + chain + body


def body(terms, public_key, signing_key):
    terms.check()
    head = bytes([VERSION << 4 | terms.delegations, terms.role, terms.slot])
    head += terms.epoch.to_bytes(2, "big")
    for time in (terms.issued, terms.begins, terms.ends):
        head += time.to_bytes(4, "big")
    head += bytes([terms.uses, terms.lease])
    return head + public_key + (signing_key if terms.delegations else b"")


def link(signing_private, car_public, chain, terms, public_key, signing_key):
    """The next link of a chain, which is empty for an owner."""
    unsigned = body(terms, public_key, signing_key)
    signature = crypto.sign(signing_private, signed(car_public, chain, unsigned))
    return unsigned + signature


def _parse_link(data):
    if len(data) < 51 + SIGNATURE or data[0] >> 4 != VERSION:
        raise wire.Malformed("not a link of a grant")
    delegations = data[0] & 15
    length = 51 + (32 if delegations else 0) + SIGNATURE
    if len(data) < length:
        raise wire.Malformed("a link that ends too early")
    number = lambda at, size: int.from_bytes(data[at : at + size], "big")
    terms = Terms(
        delegations=delegations,
        role=data[1],
        slot=data[2],
        epoch=number(3, 2),
        issued=number(5, 4),
        begins=number(9, 4),
        ends=number(13, 4),
        uses=data[17],
        lease=data[18],
    ).check()
    return Link(terms, data[19:51], data[51 : length - SIGNATURE], data[:length])


def parse(chain):
    """The links of a chain; no signature is verified."""
    links = []
    while chain:
        if len(links) == MOST_LINKS:
            raise wire.Malformed("too many links")
        links.append(_parse_link(chain))
        chain = chain[len(links[-1].data) :]
    if not links:
        raise wire.Malformed("no link")
    return links


def check_delegations(car_public, chain):
    """Verifies what a phone can: every link but the first."""
    links = parse(chain)
    so_far = b""
    for before, after in zip(links, links[1:]):
        after.terms.check_narrows(before.terms)
        so_far += before.data
        message = signed(car_public, so_far, after.data[:-SIGNATURE])
        crypto.verify(before.signing_key, message, after.data[-SIGNATURE:])
    return links


def key_uri(public_key, signing_key):
    return uris.encode("key", public_key + signing_key)


def read_key_uri(text):
    """The X25519 and the Ed25519 key of whoever is to get a grant."""
    payload = uris.decode("key", text)
    if len(payload) != 64:
        raise wire.Malformed("a key of a wrong length")
    return payload[:32], payload[32:]


def package_uri(car_public, chain):
    return uris.encode("grant", car_public + chain)


def read_package_uri(text):
    """The car's public key and the chain."""
    payload = uris.decode("grant", text)
    return payload[:32], payload[32:]
