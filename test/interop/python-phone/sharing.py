"""What an owner's phone and a guest's do without a car (PROTOCOL.md sections 7 and 8)."""

import time

import crypto
import grants
import revocation_lists
import wire

TOLERANCE = 300
# The answers that say nothing besides.
SILENT = ("unknown command", "fault")

ROLE_NUMBERS = {name: number for number, name in wire.ROLES.items()}


def _keys(entry):
    private = bytes.fromhex(entry["private_key"]), bytes.fromhex(entry["signing_key"])
    return crypto.x25519_public(private[0]), crypto.ed25519_public(private[1])


def learn(entry, answer, news):
    """What a result tells an owner, so that what it signs is believed; and what the car has by its lists."""
    if answer.get("reason") not in SILENT:
        entry.update(mark=news["mark"], floor=news["floor"])
    if news["epoch"] > entry.get("epoch", 0):
        # The entries of before are void with their epoch.
        entry.update(epoch=news["epoch"], entries=[])
    if news["time"]:
        entry.update(behind=news["time"] - int(time.time()))
    if answer["outcome"] != "revocations":
        return
    entry.update(number=max(answer["number"], entry.get("number", 0)))
    own = entry.setdefault("entries", [])
    for about, since, kind in revocation_lists.read_entries(bytes.fromhex(answer["entries"])):
        if not any(each[0] == about.hex() for each in own):
            own.append([about.hex(), since, kind])


def _car_time(entry):
    return int(time.time()) + entry.get("behind", 0)


def _date(entry, *after):
    """By the car's time, and later than these, the car's mark and its floor."""
    return max(_car_time(entry), *(each + 1 for each in (entry.get("mark", 0), entry.get("floor", 0), *after)))


def _taken_until(entry, about):
    """Up to which dates this owner has taken a key back."""
    said = entry.get("entries", [])
    return [since + TOLERANCE for each, since, kind in said if each == about and kind != revocation_lists.RESUMED]


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
    about = revocation_lists.fingerprint(public_key).hex()
    now = _car_time(entry)
    chain = bytes.fromhex(entry.get("grant", ""))
    outer = grants.parse(chain)[-1].terms if chain else None
    terms = grants.Terms(
        delegations=delegations,
        role=ROLE_NUMBERS[role],
        slot=outer.slot if outer else entry["slot"],
        epoch=outer.epoch if outer else entry.get("epoch", 0),
        issued=_date(entry, outer.issued - 1 if outer else 0, *_taken_until(entry, about)),
        begins=outer.begins if outer else now,
        ends=min(now + hours * 3600, outer.ends if outer else 0xFFFFFFFF),
        uses=uses,
        lease=lease,
    )
    if outer:
        terms.check_narrows(outer)
    if terms.issued > now + TOLERANCE:
        raise ValueError("the car would call that dated ahead: wait a moment")
    car_public = bytes.fromhex(entry["public_key"])
    signing = bytes.fromhex(entry["signing_key"])
    added = grants.link(signing, car_public, chain, terms, public_key, signing_key)
    return {
        "uri": grants.package_uri(car_public, chain + added),
        "fingerprint": about,
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
    """An owner's next revocation list: what it has said before, and this."""
    entry = store.only_car()
    entries = [each for each in entry.get("entries", []) if each[0] != fingerprint]
    # It is always signed, and never dated ahead.
    issued = min(_date(entry, entry.get("issued", 0)), _car_time(entry) + TOLERANCE)
    entries.append([fingerprint, issued, kind])
    # Used up before anybody can see it.
    entry.update(number=entry.get("number", 0) + 1, issued=issued, entries=entries)
    store.save()
    parts = revocation_lists.sign(
        bytes.fromhex(entry["signing_key"]),
        bytes.fromhex(entry["public_key"]),
        entry["slot"],
        entry.get("epoch", 0),
        entry["number"],
        issued,
        [(bytes.fromhex(about), since, code) for about, since, code in entries],
    )
    return {"uris": [revocation_lists.to_uri(part) for part in parts], "number": entry["number"]}
