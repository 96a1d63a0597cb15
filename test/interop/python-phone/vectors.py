"""What the specification makes of test/vectors/*.json: as a phone, and where a car has to judge, as a car."""

import collections
import hashlib
import json
import pathlib

from cryptography.exceptions import InvalidTag
from noise.exceptions import NoiseInvalidMessage

import crypto
import grants
import p256
import pairing
import revocation_lists
import session
import uris
import wire
from seals import Noise


class Wrong(Exception):
    """A vector says something else than the specification."""


_REFUSED = (
    crypto.AuthenticationFailed,
    p256.InvalidPoint,
    wire.Malformed,
    InvalidTag,
    NoiseInvalidMessage,
    ValueError,
)


def _fails(run):
    try:
        run()
    except _REFUSED:
        return True
    return False


def _bytes(vector):
    """With hex in bytes, but for texts."""
    texts = ("name", "note", "expect", "what", "uri", "end")
    return {
        key: bytes.fromhex(value) if isinstance(value, str) and key not in texts else value
        for key, value in vector.items()
    }


def advertisements(file):
    car_public = bytes.fromhex(file["car_public"])
    for vector in map(_bytes, file["heard"]):
        data = vector["service_data"]
        if len(data) != 9 or data[0] > 1:
            yield vector, "none"
        else:
            ours = session.service_data(car_public, data[0], data[1:5]) == data
            yield vector, "the car" if ours else "another car"


def names(file):
    for vector in map(_bytes, file["names"]):
        encoded = b"\x0a" + bytes([len(vector["utf8"])]) + vector["utf8"]
        try:
            name = wire.decode("CarIdentity", encoded)["name"]
        except wire.Malformed:
            yield vector, "malformed"
            continue
        yield vector, "bad" if _fails(lambda: pairing.check_name(name)) else "good"


def chunks(file):
    for vector in file["sequences"]:
        reader, messages, closed = wire.FrameReader(), [], False
        for chunk in vector["chunks"]:
            try:
                messages += reader.feed(bytes.fromhex(chunk))
            except wire.Malformed:
                closed = True
        if [message.hex() for message in messages] != vector["messages"]:
            raise Wrong(f"{vector['name']}: other messages")
        end = "closed" if closed else "partial" if reader.partial else "open"
        yield {**vector, "expect": vector["end"]}, end


# Lengths in bytes: of these exactly, and of these at least, as the comments of the schema say.
_EXACTLY = {"tag": 16, "share": 65, "confirm": 32}
_AT_LEAST = {"sealed": 16, "pair_commit": 64, "pair_offer": 96, "pair_done": 16, "revocation_list": 148}


def _check_lengths(case, value):
    if isinstance(value, bytes):
        if len(value) < _AT_LEAST[case]:
            raise wire.Malformed(case)
        return
    for name, each in value.items():
        if name == "handshake" and case == "proof":
            if len(each) < 96:
                raise wire.Malformed(name)
        elif name == "handshake":
            wire.of_length(each, 32 if case == "hello" else 48)
        elif name in _EXACTLY:
            wire.of_length(each, _EXACTLY[name])


def _frames(vectors, message):
    for vector in map(_bytes, vectors):
        try:
            (data,) = wire.FrameReader().feed(vector["frame"])
            fields = wire.decode(message, data)
            if "case" not in fields:
                raise wire.Malformed("no case")
            case = fields["case"]
            _check_lengths(case, fields[case])
        except _REFUSED:
            yield vector, "malformed"
            continue
        if case == "hello" and fields[case]["version"] != session.VERSION:
            case = "another version"
        head, *rest = case.split("_")
        yield vector, head + "".join(map(str.capitalize, rest))


def frames(file):
    yield from _frames(file["to_car"], "ToCar")


def from_car(file):
    yield from _frames(file["from_car"], "FromCar")


def uri(file):
    for vector in file["valid"]:
        bad = uris.decode(vector["what"], vector["uri"]).hex() != vector["bytes"]
        yield {**vector, "name": vector["what"], "expect": False}, bad
    checks = {"key": grants.read_key_uri, "grant": _read_package, "revocation-list": _read_part}
    for vector in file["invalid"]:
        yield {**vector, "expect": True}, all(_fails(lambda: read(vector["uri"])) for read in checks.values())


def _read_package(text):
    grants.parse(grants.read_package_uri(text)[1])


def _read_part(text):
    if not 148 <= len(revocation_lists.read_uri(text)) <= 2020:
        raise wire.Malformed("not a part")


def _owners(file):
    return {owner["slot"]: bytes.fromhex(owner["signing_public"]) for owner in file["owners"]}


def chains(file):
    owners = _owners(file)
    car_public = crypto.x25519_public(bytes.fromhex(file["car_private"]))

    def verify(chain):
        first, *_ = links = grants.parse(chain)
        if any(link.terms.epoch != file["epoch"] for link in links) or first.terms.slot not in owners:
            raise wire.Malformed("of another epoch, or of no owner")
        text = grants.signed(car_public, b"", first.data[:-64])
        crypto.verify(owners[first.terms.slot], text, first.data[-64:])
        grants.check_delegations(car_public, chain)

    for vector in map(_bytes, file["chains"]):
        if _fails(lambda: grants.parse(vector["chain"])):
            yield vector, "malformed"
        else:
            yield vector, "invalid" if _fails(lambda: verify(vector["chain"])) else "accepted"


def parts(file):
    owners = _owners(file)
    car_private = bytes.fromhex(file["car_private"])
    car_public = crypto.x25519_public(car_private)

    def open_part(part):
        tag = crypto.hmac(revocation_lists.tag_key(car_public), part[16:])[:16]
        if not 148 <= len(part) <= 2020 or tag != part[:16]:
            raise wire.Malformed("for another car")
        opened = Noise("N", revocation_lists.LABEL, False, static=car_private).read(part[16:])
        slot = revocation_lists.check_layout(opened[:-64])
        if slot not in owners:
            raise wire.Malformed("of no owner")
        crypto.verify(owners[slot], revocation_lists.signed(car_public, opened[:-64]), opened[-64:])

    for vector in map(_bytes, file["parts"]):
        yield vector, "refused" if _fails(lambda: open_part(vector["revocation_list"])) else "accepted"


def proofs(file):
    car_private, ephemeral = (bytes.fromhex(file[key]) for key in ("car_private", "car_ephemeral_private"))
    tag_key = session.proof_tag_key(crypto.x25519_public(car_private))

    def verify(at, handshake, tag):
        car = Noise("KX", session.PROLOGUE, True, static=car_private, ephemeral=ephemeral)
        challenge = car.write()
        if at >= 5000 or crypto.hmac(tag_key, challenge + handshake)[:16] != tag:
            raise wire.Malformed("too late, or of no phone of this car")
        car.read(handshake)

    for vector in map(_bytes, file["proofs"]):
        refused = _fails(lambda: verify(vector["at"], vector["handshake"], vector["tag"]))
        yield vector, "refused" if refused else "accepted"


def commands(file):
    """In a session, by section 5."""
    for vector in file["commands"]:
        case = wire.decode("Command", bytes.fromhex(vector["command"])).get("case")
        if case is None:
            yield vector, "unknown command"
        else:
            late = case not in session.AT_ANY_TIME and vector["after"] >= 5000
            yield vector, "too late" if late else "carried out"


def pairings(file):
    given = _bytes({key: value for key, value in file.items() if key not in ("code", "car_name", "role")})
    w0, w1 = pairing.secrets_of(file["code"])
    y = pairing.scalar(given["verifier_random"])

    def run(messages):
        share_p = wire.of_length(messages["share"], 65)
        unmasked = pairing.unmasked(share_p, w0, pairing.M)
        share_v = pairing.share(y, w0, pairing.N)
        points = p256.multiply(y, unmasked), p256.multiply(y * w1, p256.GENERATOR)
        text = pairing.transcript(given["hello_handshake"], (share_p, share_v), points, w0)
        k_main = hashlib.sha256(text).digest()
        if not crypto.equal(messages["confirm"], pairing.confirmations(k_main, share_p, share_v)[0]):
            raise crypto.AuthenticationFailed("confirmP")
        k_shared = pairing.hkdf256(k_main, b"SharedKey", 32)
        car = pairing.handshake(k_shared, False, given["car_private"], given["noise_car_private"])
        car.read(wire.of_length(messages["handshake"], 48))
        car.write(wire.encode("CarIdentity", name=file["car_name"], role=file["role"]))
        h = car.hash
        identity = wire.decode("PhoneIdentity", car.read(messages["commit"]))
        crypto.verify(identity["signing_key"], pairing.signed(h, car.remote), identity["signature"])
        return identity["name"]

    for vector in file["cases"]:
        try:
            name = run(_bytes(vector["messages"]))
        except _REFUSED:
            yield vector, "refused"
            continue
        yield vector, "name invalid" if _fails(lambda: pairing.check_name(name)) else "accepted"


# What is left to a key, by section 6.
_LEFT = {
    "suspended": {"deliver"},
    "not yet": {"deliver", "remove_key"},
    "expired": {"deliver", "remove_key"},
    "clock lost": {"lock", "status", "deliver", "remove_key"},
    "used up": {"lock", "status", "deliver", "remove_key"},
}


def _reasons(vector):
    """In the order in which a car decides, those that there are."""
    grant, now = vector["grant"], vector["now"]
    if vector["suspended"]:
        yield "suspended"
    if grant is None:
        return
    if now is None:
        yield "clock lost"
    elif now < grant["not_before"]:
        yield "not yet"
    elif now >= grant["not_after"] and grant["not_after"] != revocation_lists.FOR_ALL_TIMES:
        yield "expired"
    signed_at = max(grant["issued_at"], vector["last_list"])
    if now is not None and grant["lease_hours"] and now >= signed_at + grant["lease_hours"] * 3600:
        yield "lease over"
    if grant["uses"] and grant["used"] >= grant["uses"]:
        yield "used up"


def decisions(file):
    for vector in file["decisions"]:
        command = wire.decode("Command", bytes.fromhex(vector["command"]))["case"]
        rights = grants.COMMANDS[vector["role"]]
        if command not in rights and "everything" not in rights:
            yield vector, "not permitted"
            continue
        left = {**_LEFT, "lease over": {command} - {"start"}}
        if vector["role"] == "owner":
            left["suspended"] = {"unlock", "lock", "status", "deliver"}
        refused = [reason for reason in _reasons(vector) if command not in left[reason]]
        yield vector, refused[0] if refused else "allowed"


class _Pin:
    """Of a car, by section 9. Times are seconds."""

    def __init__(self, pin, now):
        self.pin = pin
        self.tries = {"owner": 0, "other": 0}
        self.last = {"owner": now, "other": now}

    def check(self, by, typed, now):
        if typed == "":
            return "PIN needed"
        made = self.tries[by]
        if made >= 3 and now < self.last[by] + min(3600, 30 * 2 ** (made - 3)):
            return "PIN locked"
        self.tries[by] += 1
        self.last[by] = now
        if typed != self.pin:
            return "PIN wrong"
        if by == "owner":
            self.tries = {"owner": 0, "other": 0}
        else:
            self.tries["other"] -= 1
        return "right"


def pins(file):
    for sequence in file["sequences"]:
        pin = _Pin(file["pin"], 0)
        for index, step in enumerate(sequence["steps"]):
            name, by = f"{sequence['name']}: {index}", step["by"]
            if by == "power":
                pin.last = dict.fromkeys(pin.last, step["at"])
            elif by == "card":
                pin = _Pin(step["pin"], step["at"])
            else:
                yield {**step, "name": name}, pin.check(by, step["pin"], step["at"])


class _Links:
    """Of a car, by section 5. Times are milliseconds."""

    def __init__(self, most):
        self.most = most
        # By key: since when it has a link and when its turn is over, both None without a proof.
        self.held = {}
        # By key: the turn with which it came.
        self._used_at = {}
        self._now = 0
        # By key: how much of the turn it has used, since when it is away, and since when the turn is over.
        self.turns = {}

    def _used(self, key, now):
        used, away, over = self.turns.get(key, (0, now, None))
        forgotten = now - away >= 5000 or (over is not None and now - over >= 30000)
        return (0, None) if forgotten else (used, over)

    def leave(self, key, now):
        since, _ = self.held.pop(key)
        if since is not None:
            used, over = self._used_at[key]
            used += now - since if now - since >= 2500 else 0
            ended = 30000 - used < 2500
            self.turns[key] = (used, now, (now if over is None else over) if ended else None)

    def _make_room(self, now):
        over = [(at, key) for key, (_, at) in self.held.items() if at is not None and at <= now]
        if len(self.held) < self.most or not over:
            return []
        _, key = min(over)
        self.leave(key, now)
        return [key]

    def pass_until(self, now):
        """Whose sessions end until then: a car looks for room when a turn is over."""
        ended = []
        for at in sorted(at for _, at in self.held.values() if at is not None and self._now < at <= now):
            ended += self._make_room(at)
        self._now = now
        return ended

    def prove(self, key, now):
        used, over = self._used(key, now)
        left = 30000 - used if 30000 - used >= 2500 else 0
        self.held.setdefault(key, (None, None))
        if len(self.held) >= self.most and left == 0:
            del self.held[key]
            self.turns[key] = (used, now, over)
            return "busy", []
        self.held[key] = (now, now + left)
        self._used_at[key] = (used, over)
        return "served", self._make_room(now)


def turns(file):
    for sequence in file["sequences"]:
        links = _Links(sequence["links"])
        for index, step in enumerate(sequence["steps"]):
            key, now = step["key"], step["at"]
            verdict, ended = "", links.pass_until(now)
            if step["does"] == "proves":
                verdict, more = links.prove(key, now)
                ended += more
            elif step["does"] == "connects":
                links.held[key] = (None, None)
            else:
                links.leave(key, now)
            expected = {"name": f"{sequence['name']}: {index}", "expect": (step["expect"], step["ended"])}
            yield expected, (verdict, ended)


class _Outcomes:
    """What a car remembers of commands, by section 6. Times are seconds."""

    def __init__(self):
        # By key and id: until when, and what came of it; None where nobody knows.
        self.known = {}

    def _room(self, key, superseded):
        counts = collections.Counter(
            who for (who, _), (_, outcome) in self.known.items() if (outcome == "superseded") == superseded
        )
        shared = 64 - sum(max(0, count - 8) for count in counts.values())
        return max(0, 8 - counts[key]) + shared

    def carry_out(self, key, command, meets, now):
        self.known = {each: known for each, known in self.known.items() if known[0] > now}
        ident, looks = command["id"], command["case"] in ("status", "list_keys", "list_revocations")
        if not ident or looks:
            return meets
        again = (key, ident) in self.known
        voids = {each for each in command["voids"] if (key, each) not in self.known}
        if self._room(key, False) < (not again) or self._room(key, True) < len(voids):
            return "fault" if again else "busy"
        self.known.update({(key, each): (now + 30, "superseded") for each in voids})
        if again:
            return self.known[key, ident][1] or "fault"
        cut = meets == "power cut"
        self.known[key, ident] = (now + 30, None if cut else meets)
        return "" if cut else meets


def wishes(file):
    for sequence in file["sequences"]:
        outcomes = _Outcomes()
        for index, step in enumerate(sequence["steps"]):
            command = wire.decode("Command", bytes.fromhex(step["command"]))
            expected = {**step, "name": f"{sequence['name']}: {index}"}
            if _fails(lambda: session.check_ids(command)):
                yield expected, "unknown command"
            else:
                yield expected, outcomes.carry_out(step["key"], command, step["meets"], step["at"])


FILES = {
    "advertisements": (advertisements,),
    "names": (names,),
    "chunks": (chunks,),
    "frames": (frames,),
    "from-car": (from_car,),
    "decisions": (decisions,),
    "pin": (pins,),
    "turns": (turns,),
    "wishes": (wishes,),
    "uris": (uri,),
    "grants": (chains,),
    "revocation-lists": (parts,),
    "session": (proofs, commands),
    "pairing": (pairings,),
}


def run(folder):
    """Judges every vector of the folder; returns how many."""
    count = 0
    for name, judges in FILES.items():
        file = json.loads((pathlib.Path(folder) / f"{name}.json").read_text(encoding="utf-8"))
        for judge in judges:
            for vector, verdict in judge(file):
                if verdict != vector["expect"]:
                    raise Wrong(f"{name}: {vector['name']}: {verdict}")
                count += 1
    return count
