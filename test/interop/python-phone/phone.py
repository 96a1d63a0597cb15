"""A phone for the phonekey protocol, written from PROTOCOL.md and phonekey.proto alone. For tests only."""

import argparse
import json
import sys
import time

from noise.exceptions import NoiseInvalidMessage

import crypto
import examples
import link
import revocation_lists
import pairing
import session
import sharing
import spake2plus
import state
import wire

VERSION = 1
HELLO_TIMEOUT = 10.0
STEP_TIMEOUT = 30.0
OLD_CHALLENGE = 4.0
# After these the car may not have taken the key of a grant, which is shown to it again.
NOT_TAKEN = (
    "suspended",
    "not yet",
    "expired",
    "clock lost",
    "slots full",
    "grant invalid",
    "dated ahead",
    "grant void",
    "name invalid",
    "fault",
)

FAILURES = (
    crypto.AuthenticationFailed,
    examples.Difference,
    link.LinkError,
    NoiseInvalidMessage,
    pairing.WrongCode,
    spake2plus.InvalidPoint,
    wire.Malformed,
    OSError,
    ValueError,
)


class Refused(Exception):
    """The car says no."""


def read_hello(body):
    version, challenge = wire.hello(body)
    if version != VERSION:
        raise wire.Malformed("the car speaks another version")
    return challenge


def expect(car, name, timeout):
    got, body = car.receive(timeout)
    if got == "pair_refusal":
        reason = wire.PAIR_REFUSALS.get(wire.Fields(body).uint(1), "unspecified")
        raise Refused(f"the car refuses to pair: {reason}")
    if got != name:
        raise Refused(f"the car answers {got} instead of {name}")
    return body


def gives_less(role, before):
    """Whether a window would take something away that the phone has there; the table is that of section 6."""
    return before is not None and not wire.RIGHTS[before] <= wire.RIGHTS[role]


def pair(store, name, accept_role):
    car = link.Link()
    code = car.code()
    challenge = read_hello(expect(car, "hello", HELLO_TIMEOUT))
    attempt = pairing.Pairing(code, challenge)
    car.send(attempt.start())
    car.send(attempt.confirm(expect(car, "pair_share", STEP_TIMEOUT)))
    public_key, car_name, offered = attempt.offer(expect(car, "pair_offer", STEP_TIMEOUT))

    entry = store.find(public_key.hex())
    fresh = entry is None
    if not fresh and gives_less(offered, entry.get("role")) and not accept_role:
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

    private_key, signing_key = (bytes.fromhex(entry[key]) for key in ("private_key", "signing_key"))
    car.send(attempt.commit(private_key, signing_key, name))
    try:
        body = expect(car, "pair_done", STEP_TIMEOUT)
    except Refused:
        raise Refused("the car may have enrolled this phone") from None
    try:
        slot, role, epoch = attempt.done(body)
    except pairing.NotEnrolled as reason:
        if fresh:
            store.cars.remove(entry)
        else:
            entry["unconfirmed"] = before
        store.save()
        raise Refused(f"the car refuses to pair: {reason}") from None
    entry.pop("grant", None)
    entry.update(pending=False, unconfirmed=False, slot=slot, role=role, epoch=epoch)
    store.save()
    own_public = crypto.x25519_public(private_key)
    fingerprint = revocation_lists.fingerprint(own_public).hex()
    return {
        "car": car_name,
        "public_key": public_key.hex(),
        "slot": slot,
        "role": role,
        "fingerprint": fingerprint,
    }


def prove(car, entry, first):
    """Sends the Proof with the first command; answers one new Hello if the challenge had grown old."""
    private = bytes.fromhex(entry["private_key"])
    car_public = bytes.fromhex(entry["public_key"])
    hello = expect(car, "hello", HELLO_TIMEOUT)
    for may_retry in (True, False):
        received = time.monotonic()
        current = session.Session(private, car_public)
        car.send(current.prove(read_hello(hello), first))
        name, body = car.receive(STEP_TIMEOUT)
        if name == "sealed":
            return current, body
        if name != "hello":
            raise Refused(f"the car answers {name} instead of a result")
        if not may_retry or time.monotonic() - received <= OLD_CHALLENGE:
            break
        hello = body
    raise Refused("the car does not accept the key")


def learn(store, entry, encoded):
    """A result as a dictionary; remembers what it says about the key, and what its owner signs by."""
    answer = wire.result(encoded)
    taken = "grant" not in entry or answer.get("reason") not in NOT_TAKEN
    entry.update(pending=entry["pending"] and not taken)
    sharing.learn(entry, answer, wire.news(encoded))
    store.save()
    return answer


def encode(text):
    """A Command from `name` or `name=parameter`, as it was typed."""
    name, _, parameter = text.partition("=")
    if name not in wire.COMMANDS:
        raise ValueError(f"no command {name}")
    if name == "deliver":
        return name, revocation_lists.read_uri(parameter)
    if name == "remove-key" and not parameter:
        return name, None  # its own key
    if name in ("remove-key", "set-time", "list-revocations"):
        return name, int(parameter)
    if name == "set-pin":
        return name, tuple(parameter.split(","))  # the new one, the old one
    return name, parameter if name == "start" and parameter else None


def command(store, texts):
    entry = store.only_car()
    commands = [encode(text) for text in texts]
    car = link.Link()
    name, parameter = commands[0]
    introduction = {}
    if entry["pending"] and "grant" in entry:
        introduction = {"grants": bytes.fromhex(entry["grant"]), "own_name": entry["own_name"]}
    current, sealed = prove(car, entry, wire.command(name, parameter, **introduction))
    results = [{"command": name, **learn(store, entry, current.open(sealed))}]
    for name, parameter in commands[1:]:
        car.send(current.seal(wire.command(name, parameter)))
        sealed = expect(car, "sealed", STEP_TIMEOUT)
        results.append({"command": name, **learn(store, entry, current.open(sealed))})
    return {"results": results}


def relay(uri):
    """Relays a part to a car of which this phone knows nothing; the car does not say what it is worth."""
    car = link.Link()
    read_hello(expect(car, "hello", HELLO_TIMEOUT))
    car.send(wire.to_car("revocation_list", revocation_lists.read_uri(uri)))
    read_hello(expect(car, "hello", HELLO_TIMEOUT))
    return {"handed": 1}


def check_examples(path):
    with open(path, encoding="utf-8") as file:
        return {"compared": examples.run(file.read())}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="phone.py")
    actions = parser.add_subparsers(dest="action", required=True)
    pairs = actions.add_parser("pair")
    pairs.add_argument("--state", required=True)
    pairs.add_argument("--name", default="Python phone")
    pairs.add_argument("--accept-role", action="store_true")
    commands = actions.add_parser("command")
    commands.add_argument("--state", required=True)
    commands.add_argument("commands", nargs="+", metavar="COMMAND[=PARAMETER]")
    actions.add_parser("examples").add_argument("document")
    actions.add_parser("offer").add_argument("--state", required=True)
    share = actions.add_parser("share")
    share.add_argument("--state", required=True)
    share.add_argument("--role", default="guest", choices=list(sharing.ROLE_NUMBERS))
    for name, default in (("hours", 24), ("uses", 0), ("lease", 0), ("delegations", 0)):
        share.add_argument(f"--{name}", type=int, default=default)
    share.add_argument("to")
    accept = actions.add_parser("accept")
    accept.add_argument("--state", required=True)
    accept.add_argument("--name", default="Python phone")
    accept.add_argument("uri")
    for name in ("revoke", "suspend", "resume"):
        change = actions.add_parser(name)
        change.add_argument("--state", required=True)
        change.add_argument("fingerprint")
    actions.add_parser("relay").add_argument("uri")
    return parser.parse_args()


def run(arguments):
    action = arguments.action
    if action == "examples":
        return check_examples(arguments.document)
    if action == "relay":
        return relay(arguments.uri)
    store = state.Store(arguments.state)
    if action == "pair":
        return pair(store, pairing.check_name(arguments.name), arguments.accept_role)
    if action == "command":
        return command(store, arguments.commands)
    if action == "offer":
        return sharing.offer(store)
    if action == "accept":
        return sharing.accept(store, arguments.uri, pairing.check_name(arguments.name))
    if action == "share":
        terms = (arguments.role, arguments.hours, arguments.uses, arguments.lease)
        return sharing.share(store, arguments.to, *terms, arguments.delegations)
    kinds = {
        "revoke": revocation_lists.REVOKED,
        "suspend": revocation_lists.SUSPENDED,
        "resume": revocation_lists.RESUMED,
    }
    return sharing.set_status(store, arguments.fingerprint, kinds[action])


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
