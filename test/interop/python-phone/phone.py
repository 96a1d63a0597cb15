"""A phone for the phonekey protocol, written from PROTOCOL.md and phonekey.proto alone. For tests only."""

import argparse
import hashlib
import json
import sys
import time

from noise.exceptions import NoiseInvalidMessage

import crypto
import examples
import link
import pairing
import session
import spake2plus
import state
import wire

VERSION = 1
HELLO_TIMEOUT = 10.0
STEP_TIMEOUT = 30.0
OLD_CHALLENGE = 4.0

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


def pair(store, name):
    car = link.Link()
    code = car.code()
    challenge = read_hello(expect(car, "hello", HELLO_TIMEOUT))
    attempt = pairing.Pairing(code, challenge)
    car.send(attempt.start())
    car.send(attempt.confirm(expect(car, "pair_share", STEP_TIMEOUT)))
    public_key, car_name = attempt.offer(expect(car, "pair_offer", STEP_TIMEOUT))

    entry = store.find(public_key.hex())
    fresh = entry is None
    if fresh:
        entry = {
            "public_key": public_key.hex(),
            "private_key": crypto.new_x25519().hex(),
            "signing_key": crypto.new_ed25519().hex(),
        }
        store.cars.append(entry)
    entry.update(name=car_name, pending=True)
    store.save()

    own_public = crypto.x25519_public(bytes.fromhex(entry["private_key"]))
    own_signing = crypto.ed25519_public(bytes.fromhex(entry["signing_key"]))
    car.send(attempt.commit(own_public, own_signing, name))
    try:
        slot, role = attempt.done(expect(car, "pair_done", STEP_TIMEOUT))
    except pairing.NotEnrolled as reason:
        if fresh:
            store.cars.remove(entry)
            store.save()
        raise Refused(f"the car refuses to pair: {reason}") from None
    entry.update(pending=False)
    store.save()
    fingerprint = hashlib.sha512(own_public).digest()[:8].hex()
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


def command(store, names):
    if len(store.cars) != 1:
        raise Refused("the state file has to hold one car")
    [entry] = store.cars
    car = link.Link()
    current, sealed = prove(car, entry, wire.command(names[0]))
    results = [{"command": names[0], **wire.result(current.open(sealed))}]
    if entry["pending"]:
        entry.update(pending=False)
        store.save()
    for name in names[1:]:
        car.send(current.seal(wire.command(name)))
        sealed = expect(car, "sealed", STEP_TIMEOUT)
        results.append({"command": name, **wire.result(current.open(sealed))})
    return {"results": results}


def check_examples(path):
    with open(path, encoding="utf-8") as file:
        return {"compared": examples.run(file.read())}


def parse_arguments():
    parser = argparse.ArgumentParser(prog="phone.py")
    actions = parser.add_subparsers(dest="action", required=True)
    pairs = actions.add_parser("pair")
    pairs.add_argument("--state", required=True)
    pairs.add_argument("--name", default="Python phone")
    commands = actions.add_parser("command")
    commands.add_argument("--state", required=True)
    commands.add_argument("commands", nargs="+", choices=list(wire.COMMANDS))
    actions.add_parser("examples").add_argument("document")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    try:
        if arguments.action == "pair":
            outcome = pair(state.Store(arguments.state), pairing.check_name(arguments.name))
        elif arguments.action == "command":
            outcome = command(state.Store(arguments.state), arguments.commands)
        else:
            outcome = check_examples(arguments.document)
    except (Refused, *FAILURES) as error:
        print(f"phone.py: {error or type(error).__name__}", file=sys.stderr)
        return 1
    print("result", json.dumps(outcome), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
