"""What an owner's phone and a guest's do without a car (PROTOCOL.md sections 7 to 9, R12)."""

import time

import crypto
import grants
import revocation_lists
import wire

TOLERANCE = 300
# Results that say nothing of epoch, time, mark and floor.
_SILENT = ("unknown command", "fault")


def public_keys(entry):
    private, signing = bytes.fromhex(entry["private_key"]), bytes.fromhex(entry["signing_key"])
    return crypto.x25519_public(private), crypto.ed25519_public(signing)


def learn(entry, result):
    """What a Result tells an owner, so that what it signs is believed, and what the car has by its lists."""
    if result.get("refusal", {}).get("reason") not in _SILENT:
        entry.update(mark=result["mark"], floor=result["floor"])
    if result["epoch"] > entry.get("epoch", 0):
        entry.update(epoch=result["epoch"], number=0, issued=0, entries=[])
    if result["time"]:
        entry["behind"] = result["time"] - int(time.time())
    if result["case"] == "revocations":
        _merge(entry, result["revocations"])


def _merge(entry, page):
    """R8: what the car has and this phone does not know of, and a number that is not below the car's."""
    entry["number"] = max(page["number"], entry.get("number", 0))
    own = entry.setdefault("entries", [])
    known = {about for about, _, _ in own}
    for about, since, kind in revocation_lists.read_entries(page["entries"]):
        if about.hex() not in known:
            own.append([about.hex(), since, kind])


def _car_time(entry):
    return int(time.time()) + entry.get("behind", 0)


def _date(entry, *later_than):
    """By the car's time, and later than these, the car's mark and its floor."""
    reached = [entry.get("mark", 0), entry.get("floor", 0), *later_than]
    return max(_car_time(entry), *(each + 1 for each in reached))


def _taken_until(entry, about):
    """Up to which date this owner has taken a key back."""
    said = entry.get("entries", [])
    taken = [since for key, since, kind in said if key == about and kind != revocation_lists.RESUMED]
    return max((since + TOLERANCE for since in taken), default=0)


def offer(store):
    """A new key, to be granted rights."""
    entry = {"private_key": crypto.new_x25519().hex(), "signing_key": crypto.new_ed25519().hex()}
    store.offers.append(entry)
    store.save()
    public_key, signing_key = public_keys(entry)
    return {
        "uri": grants.key_uri(public_key, signing_key),
        "fingerprint": revocation_lists.fingerprint(public_key).hex(),
    }


def share(store, to, role, hours, uses, lease, delegations):
    """An owner begins a chain; who has a grant appends a link to it."""
    entry = store.only_car()
    public_key, signing_key = grants.read_key_uri(to)
    about = revocation_lists.fingerprint(public_key).hex()
    chain = bytes.fromhex(entry.get("grant", ""))
    outer = grants.parse(chain)[-1].terms if chain else None
    now = _car_time(entry)
    terms = grants.Terms(
        delegations=delegations,
        role=role,
        slot=outer.slot if outer else entry["slot"],
        epoch=outer.epoch if outer else entry["epoch"],
        issued=_date(entry, _taken_until(entry, about), outer.issued - 1 if outer else 0),
        begins=outer.begins if outer else now,
        ends=min(now + hours * 3600, outer.ends if outer else revocation_lists.FOR_ALL_TIMES),
        uses=uses,
        lease=lease,
    )
    if outer:
        terms.check_narrows(outer)
    if terms.issued > now + TOLERANCE:
        raise ValueError("the car would call that dated ahead: wait a moment")
    entry.setdefault("granted", {})[about] = terms.issued
    store.save()
    car_public, signing = bytes.fromhex(entry["public_key"]), bytes.fromhex(entry["signing_key"])
    added = grants.link(signing, car_public, chain, terms, public_key, signing_key)
    return {"uri": grants.package_uri(car_public, chain + added), "fingerprint": about}


def accept(store, uri, name):
    """Takes a grant for a key that was offered."""
    car_public, chain = grants.read_package_uri(uri)
    last = grants.check_delegations(car_public, chain)[-1]
    for entry in store.offers:
        public_key, signing_key = public_keys(entry)
        if public_key == last.public_key and last.signing_key in (b"", signing_key):
            break
    else:
        raise wire.Malformed("a grant for another phone")
    store.offers.remove(entry)
    entry.update(public_key=car_public.hex(), grant=chain.hex(), own_name=name, pending=True)
    store.cars.append(entry)
    store.save()
    return {"role": last.terms.role, "links": len(grants.parse(chain))}


def set_status(store, about, kind):
    """An owner's next list: what it has said before, and this."""
    entry = store.only_car()
    now = _car_time(entry)
    said = [each for each in entry.get("entries", []) if each[0] != about]
    since = max(now, entry.get("granted", {}).get(about, 0) - TOLERANCE)
    # It is always signed, never dated ahead, and not before the last one.
    issued = min(max(_date(entry), entry.get("issued", 0)), now + TOLERANCE)
    said.append([about, since, kind])
    # Used up before anybody can see it.
    entry.update(number=entry.get("number", 0) + 1, issued=issued, entries=said)
    store.save()
    parts = revocation_lists.sign(
        bytes.fromhex(entry["signing_key"]),
        bytes.fromhex(entry["public_key"]),
        entry["slot"],
        entry["epoch"],
        entry["number"],
        issued,
        [(bytes.fromhex(key), since, code) for key, since, code in said],
    )
    return {"uris": [revocation_lists.to_uri(part) for part in parts], "number": entry["number"]}
