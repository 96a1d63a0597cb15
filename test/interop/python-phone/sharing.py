"""What an owner's phone and a guest's do without a car (PROTOCOL.md sections 7 and 8)."""

import time

import crypto
import grants
import revocation_lists
import wire

ROLE_NUMBERS = {name: number for number, name in wire.ROLES.items()}


def _keys(entry):
    private = bytes.fromhex(entry["private_key"]), bytes.fromhex(entry["signing_key"])
    return crypto.x25519_public(private[0]), crypto.ed25519_public(private[1])


def offer(store):
    """A new key, to be granted rights."""
    entry = {"private_key": crypto.new_x25519().hex(), "signing_key": crypto.new_ed25519().hex()}
    store.offers.append(entry)
    store.save()
    public_key, signing_key = _keys(entry)
    return {
        "uri": grants.key_uri(public_key, signing_key),
        "fingerprint": revocation_lists.fingerprint(public_key).hex(),
    }


def share(store, to, role, hours, uses, lease, delegations):
    """An owner begins a chain; who has a grant appends a link to it."""
    entry = store.only_car()
    public_key, signing_key = grants.read_key_uri(to)
    now = int(time.time())
    chain = bytes.fromhex(entry.get("grant", ""))
    outer = grants.parse(chain)[-1].terms if chain else None
    terms = grants.Terms(
        delegations=delegations,
        role=ROLE_NUMBERS[role],
        slot=outer.slot if outer else entry["slot"],
        epoch=outer.epoch if outer else entry.get("epoch", 0),
        issued=now,
        begins=outer.begins if outer else now,
        ends=min(now + hours * 3600, outer.ends if outer else 0xFFFFFFFF),
        uses=uses,
        lease=lease,
    )
    if outer:
        terms.check_narrows(outer)
    car_public = bytes.fromhex(entry["public_key"])
    signing = bytes.fromhex(entry["signing_key"])
    added = grants.link(signing, car_public, chain, terms, public_key, signing_key)
    return {
        "uri": grants.package_uri(car_public, chain + added),
        "fingerprint": revocation_lists.fingerprint(public_key).hex(),
    }


def accept(store, uri, name):
    """Takes a grant for a key that was offered."""
    car_public, chain = grants.read_package_uri(uri)
    last = grants.check_delegations(car_public, chain)[-1]
    for entry in store.offers:
        public_key, signing_key = _keys(entry)
        if public_key == last.public_key and last.signing_key in (b"", signing_key):
            break
    else:
        raise wire.Malformed("a grant for another phone")
    store.offers.remove(entry)
    entry.update(public_key=car_public.hex(), grant=chain.hex(), own_name=name, pending=True)
    store.cars.append(entry)
    store.save()
    return {"role": wire.ROLES[last.terms.role], "links": len(grants.parse(chain))}


def set_status(store, fingerprint, kind):
    """An owner's next revocation list: with one entry more, or without it where kind is None."""
    entry = store.only_car()
    now = int(time.time())
    entries = [each for each in entry.get("entries", []) if each[0] != fingerprint]
    issued = max(now, entry.get("issued", 0) + 1)
    if kind is not None:
        entries.append([fingerprint, issued, kind])
    # Used up before anybody can see it.
    entry.update(number=entry.get("number", 0) + 1, issued=issued, entries=entries)
    store.save()
    parts = revocation_lists.sign(
        bytes.fromhex(entry["signing_key"]),
        bytes.fromhex(entry["public_key"]),
        entry["slot"],
        entry["number"],
        issued,
        [(bytes.fromhex(about), since, code) for about, since, code in entries],
    )
    return {"uris": [revocation_lists.to_uri(part) for part in parts], "number": entry["number"]}
