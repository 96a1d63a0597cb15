"""A phone for the phonekey protocol, written from PROTOCOL.md and phonekey.proto alone. For tests only."""

import argparse
import json
import secrets
import sys
import time

import crypto
import examples
import grants
import link
import p256
import pairing
import revocation_lists
import session
import sharing
import state
import vectors
import wire

HELLO_TIMEOUT = 10.0
# A car may have to write to its memory, on a machine that does much else.
STEP_TIMEOUT = 30.0
OLD_WORD = 4.0
WISH = 10.0
# After these the car may not have taken the key of a grant, which is shown to it again.
NOT_TAKEN = (
    "suspended",
    "not yet",
    "expired",
    "used up",
    "clock lost",
    "slots full",
    "grant invalid",
    "dated ahead",
    "grant void",
    "name invalid",
    "fault",
)
OPENS = ("unlock", "trunk", "frunk")
CLOSURES = ("front left", "front right", "rear left", "rear right", "trunk", "frunk")

FAILURES = (
    crypto.AuthenticationFailed,
    examples.Difference,
    link.LinkError,
    p256.InvalidPoint,
    pairing.WrongCode,
    vectors.Wrong,
    wire.Malformed,
    OSError,
    ValueError,
)


class Refused(Exception):
    """The car says no."""


def expect(car, case, timeout=STEP_TIMEOUT):
    got, value = car.receive(timeout)
    if got == "pair_refusal":
        raise Refused(f"the car refuses to pair: {value['reason']}")
    if got != case:
        raise Refused(f"the car answers {got} in place of {case}")
    return value


def pair(store, name, accept_role):
    car = link.Link()
    # The person types before the phone connects; here the link is there already.
    code = car.code()
    challenge = session.read_hello(expect(car, "hello", HELLO_TIMEOUT))
    attempt = pairing.Pairing(code, challenge)
    car.send("pair_start", {"share": attempt.share})
    car.send("pair_confirm", attempt.confirm(expect(car, "pair_share")))
    public_key, car_name, offered = attempt.offer(expect(car, "pair_offer"))

    entry = store.find(public_key.hex())
    fresh = entry is None
    if not fresh and "role" in entry and not grants.covers(offered, entry["role"]) and not accept_role:
        raise Refused(f"the window makes this phone {offered}, which is {entry['role']}")
    if fresh:
        entry = {
            "public_key": public_key.hex(),
            "private_key": crypto.new_x25519().hex(),
            "signing_key": crypto.new_ed25519().hex(),
            "name": car_name,
            "pending": True,
        }
        store.cars.append(entry)
    before = entry.get("unconfirmed", False)
    entry["unconfirmed"] = True
    store.save()

    private, signing = (bytes.fromhex(entry[key]) for key in ("private_key", "signing_key"))
    car.send("pair_commit", attempt.commit(private, signing, name))
    try:
        done = expect(car, "pair_done")
    except Refused:
        raise Refused("the car may have enrolled this phone") from None
    try:
        enrolment = attempt.done(done)
    except pairing.NotEnrolled as reason:
        if fresh:
            store.cars.remove(entry)
        else:
            entry["unconfirmed"] = before
        store.save()
        raise Refused(f"the car refuses to pair: {reason}") from None
    entry.pop("grant", None)
    told = {key: enrolment[key] for key in ("slot", "role", "epoch", "mark", "floor")}
    entry.update(pending=False, unconfirmed=False, **told)
    store.save()
    fingerprint = revocation_lists.fingerprint(crypto.x25519_public(private)).hex()
    told = {key: enrolment[key] for key in ("slot", "role")}
    return {"car": car_name, "public_key": public_key.hex(), "fingerprint": fingerprint, **told}


def encode(text):
    """The name of a command and its value, from `name` or `name=parameter` as it was typed."""
    name, _, parameter = text.partition("=")
    name = name.replace("-", "_")
    if name not in [field for field, _, oneof, _ in wire.MESSAGES["Command"].values() if oneof]:
        raise ValueError(f"no command {name}")
    if not parameter:
        return name, {}
    if name == "deliver":
        return name, {"revocation_list": revocation_lists.read_uri(parameter)}
    if name == "set_pin":
        # `new`, or `new,old` where the person remembers the old one.
        return name, dict(zip(("pin", "old_pin"), parameter.split(",")))
    (field, kind, _, _) = wire.MESSAGES[_message_of(name)][1]
    return name, {field: int(parameter) if kind == "uint32" else parameter}


def _message_of(name):
    return next(kind for field, kind, _, _ in wire.MESSAGES["Command"].values() if field == name)


class Conversation:
    """A session on a link: proves with the first command, and keeps count of how old the car's word is."""

    def __init__(self, entry):
        self._entry = entry
        self._car = link.Link()
        self._hello = expect(self._car, "hello", HELLO_TIMEOUT)
        # The Hello came after the phone subscribed, and that was before this program began.
        self._word_since = self._asked = time.monotonic()
        self._session = None

    def ask(self, name, value):
        """The Result of a command."""
        acts = name not in session.AT_ANY_TIME
        # One wish has one id, however often it is sent. What opens gets one: a car remembers few.
        fields = {name: value, **({"id": secrets.token_bytes(8)} if name in OPENS else {})}
        if self._session is None:
            return self._prove(acts, wire.encode("Command", **self._introduction(), **fields))
        for _ in range(3):
            for _ in range(2):
                if acts and time.monotonic() - self._word_since >= OLD_WORD:
                    self._say(wire.encode("Command", status={}))
            self._check_wish(acts)
            result = self._say(wire.encode("Command", **fields))
            if result.get("refusal", {}).get("reason") != "too late":
                break
        return result

    def _introduction(self):
        entry = self._entry
        if not (entry["pending"] and "grant" in entry):
            return {}
        return {"grants": bytes.fromhex(entry["grant"]), "name": entry["own_name"]}

    def _check_wish(self, acts):
        if acts and time.monotonic() - self._asked >= WISH:
            raise Refused("dropped: it was asked for 10 s ago")

    def _prove(self, acts, encoded):
        private, car_public = (bytes.fromhex(self._entry[key]) for key in ("private_key", "public_key"))
        for _ in range(2):
            self._check_wish(acts)
            sent = time.monotonic()
            old = sent - self._word_since >= OLD_WORD
            current = session.Session(private, car_public)
            self._car.send("proof", current.prove(session.read_hello(self._hello), encoded))
            case, value = self._car.receive(STEP_TIMEOUT)
            self._word_since = sent
            if case == "sealed":
                self._session = current
                return wire.decode("Result", current.open(value))
            if case != "hello":
                raise Refused(f"the car answers {case} in place of a result")
            if not old:
                break
            self._hello = value
        raise Refused("the car does not accept the key")

    def _say(self, encoded):
        sent = time.monotonic()
        self._car.send("sealed", self._session.seal(encoded))
        result = wire.decode("Result", self._session.open(expect(self._car, "sealed")))
        self._word_since = sent
        return result


def shown(result):
    """A Result as a dictionary fit for JSON."""
    case = result.get("case")
    if case == "refusal":
        return {"outcome": "refused", "reason": result["refusal"]["reason"]}
    if case == "status":
        mask = result["status"].pop("open_closures")
        opened = [name for bit, name in enumerate(CLOSURES) if mask >> bit & 1]
        return {"outcome": case, "open": opened, **result["status"]}
    if case == "keys":
        return {"outcome": case, "keys": [_shown_key(key) for key in result["keys"]["keys"]]}
    if case == "revocations":
        page = result["revocations"]
        return {"outcome": case, **page, "entries": page["entries"].hex()}
    return {"outcome": case or "unknown"}


def _shown_key(key):
    counts = {name: key[name] - 1 if key[name] else None for name in ("uses_left", "granted_by")}
    return {**key, **counts, "fingerprint": wire.of_length(key["fingerprint"], 8).hex()}


def command(store, texts):
    entry = store.only_car()
    commands = [encode(text) for text in texts]
    conversation = Conversation(entry)
    results = []
    for text, (name, value) in zip(texts, commands):
        old_pin = {"old_pin": value.pop("old_pin")} if "old_pin" in value else {}
        result = conversation.ask(name, value)
        if old_pin and result.get("refusal", {}).get("reason") == "pin needed":
            result = conversation.ask(name, {**value, **old_pin})
        answer = shown(result)
        taken = "grant" not in entry or answer.get("reason") not in NOT_TAKEN
        entry["pending"] = entry["pending"] and not taken
        sharing.learn(entry, result)
        if name == "remove_key" and value == {} and answer["outcome"] == "done":
            store.cars.remove(entry)
        store.save()
        results.append({"command": text.partition("=")[0], **answer})
    return {"results": results}


def relay(uri):
    """To a car of which this phone knows nothing, and which does not say what it is worth."""
    car = link.Link()
    session.read_hello(expect(car, "hello", HELLO_TIMEOUT))
    car.send("revocation_list", revocation_lists.read_uri(uri))
    session.read_hello(expect(car, "hello", HELLO_TIMEOUT))
    return {"handed": 1}


def check_examples(path):
    with open(path, encoding="utf-8") as file:
        return {"compared": examples.run(file.read())}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="phone.py")
    actions = parser.add_subparsers(dest="action", required=True)

    def action(name, **positional):
        added = actions.add_parser(name)
        added.add_argument("--state", required=True)
        for argument, options in positional.items():
            added.add_argument(argument, **options)
        return added

    name = {"default": "Python phone", "type": pairing.check_name}
    pairs = action("pair")
    pairs.add_argument("--name", **name)
    pairs.add_argument("--accept-role", action="store_true")
    action("command", commands={"nargs": "+", "metavar": "COMMAND[=PARAMETER]"})
    action("offer")
    share = action("share", to={})
    share.add_argument("--role", default="guest", choices=[role for role in grants.COMMANDS if role != "owner"])
    for number, default in (("hours", 24), ("uses", 0), ("lease", 0), ("delegations", 0)):
        share.add_argument(f"--{number}", type=int, default=default)
    action("accept", uri={}).add_argument("--name", **name)
    for kind in ("revoke", "suspend", "resume"):
        action(kind, fingerprint={})
    actions.add_parser("relay").add_argument("uri")
    actions.add_parser("examples").add_argument("document")
    actions.add_parser("vectors").add_argument("folder")
    return parser.parse_args()


KINDS = {
    "revoke": revocation_lists.REVOKED,
    "suspend": revocation_lists.SUSPENDED,
    "resume": revocation_lists.RESUMED,
}


def run(given):
    if given.action == "examples":
        return check_examples(given.document)
    if given.action == "vectors":
        return {"judged": vectors.run(given.folder)}
    if given.action == "relay":
        return relay(given.uri)
    store = state.Store(given.state)
    if given.action == "pair":
        return pair(store, given.name, given.accept_role)
    if given.action == "command":
        return command(store, given.commands)
    if given.action == "offer":
        return sharing.offer(store)
    if given.action == "accept":
        return sharing.accept(store, given.uri, given.name)
    if given.action == "share":
        terms = (given.role, given.hours, given.uses, given.lease, given.delegations)
        return sharing.share(store, given.to, *terms)
    return sharing.set_status(store, given.fingerprint, KINDS[given.action])


def main():
    try:
        outcome = run(parse_arguments())
    except (Refused, *FAILURES) as error:
        print(f"phone.py: {error or type(error).__name__}", file=sys.stderr)
        return 1
    print("result", json.dumps(outcome), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
