"""Recomputes the worked examples of PROTOCOL.md from their inputs."""

import re
import warnings

from noise.connection import Keypair, NoiseConnection

import crypto
import grants
import revocation_lists
import pairing
import session
import spake2plus
import wire

EXAMPLE = re.compile(r"<!-- example: (\S+) -->\s*```text\n(.*?)```\s*<!-- end -->", re.S)
ROW = re.compile(r"(\S+)( \(text\))?\s+(\S.*)")


class Difference(Exception):
    """A value of the document is not the one computed."""


class Example:
    """The values of one example; each must be used as an input or compared, or it counts as a difference."""

    def __init__(self, name, text):
        self.name = name
        self._values = {}
        self._unused = []
        self.compared = 0
        last = None
        for line in text.splitlines():
            if line.startswith(" "):
                rest = line.strip()
                self._values[last] += rest if is_text else bytes.fromhex(rest)
                continue
            last, is_text, value = ROW.fullmatch(line).groups()
            self._values[last] = value if is_text else bytes.fromhex(value)
            self._unused.append(last)

    def _use(self, key):
        if key not in self._values:
            raise Difference(f"{self.name}: no value {key}")
        if key in self._unused:
            self._unused.remove(key)
        return self._values[key]

    def input(self, key):
        return self._use(key)

    def compare(self, key, computed):
        stated = self._use(key)
        if stated != computed:
            raise Difference(f"{self.name}: {key} is {_show(stated)}, computed {_show(computed)}")
        self.compared += 1

    def end(self):
        if self._unused:
            raise Difference(f"{self.name}: not computed: {', '.join(self._unused)}")


def _show(value):
    return value if isinstance(value, str) else value.hex()


def _numbers(text):
    """`name=1 other=2` as a dictionary."""
    return {name: int(value) for name, value in (pair.split("=") for pair in text.split())}


def _message(framed):
    [message] = wire.FrameReader().feed(framed)
    return message


def _hello(handshake):
    return wire.bytes_field(1, wire.uint_field(1, 1) + wire.bytes_field(2, handshake))


def advertisement(example):
    car_public = example.input("car_public")
    example.compare("advertisement_key", session.advertisement_key(car_public))
    [flags] = example.input("flags")
    example.compare(
        "service_data", session.service_data(car_public, flags, example.input("nonce"))
    )


def _car_noise(private, ephemeral):
    """The initiator; KX gives it no static key of the phone to begin with."""
    noise = NoiseConnection.from_name(session.NOISE)
    noise.set_as_initiator()
    noise.set_prologue(session.PROLOGUE)
    noise.set_keypair_from_private_bytes(Keypair.STATIC, private)
    noise.set_keypair_from_private_bytes(Keypair.EPHEMERAL, ephemeral)
    noise.start_handshake()
    return noise


def a_session(example):
    car_private = example.input("car_private")
    phone_private = example.input("phone_private")
    car_public = crypto.x25519_public(car_private)
    example.compare("car_public", car_public)
    example.compare("phone_public", crypto.x25519_public(phone_private))
    example.compare("prologue", session.PROLOGUE)

    car = _car_noise(car_private, example.input("car_ephemeral_private"))
    challenge = bytes(car.write_message(b""))
    example.compare("hello_handshake", challenge)
    example.compare("hello_frame", wire.frame(_hello(challenge)))

    unlock = wire.command("unlock")
    example.compare("command_unlock", unlock)
    phone = session.Session(phone_private, car_public, example.input("phone_ephemeral_private"))
    proof = phone.prove(challenge, unlock)
    fields = wire.Fields(wire.Fields(proof).bytes(1, 2 + 96 + len(unlock) + 2 + 16))
    handshake = fields.bytes(1, 96 + len(unlock))
    example.compare("proof_handshake", handshake)
    example.compare("proof_tag_key", session.proof_tag_key(car_public))
    example.compare("proof_tag", fields.bytes(2, 16))
    example.compare("proof_frame", wire.frame(proof))
    if bytes(car.read_message(handshake)) != unlock:
        raise Difference("session: the car reads another command")

    done = wire.bytes_field(1, b"")
    example.compare("result_done", done)
    sealed_result = bytes(car.encrypt(done))
    example.compare("sealed_result", sealed_result)
    example.compare("result_frame", wire.frame(wire.bytes_field(2, sealed_result)))
    if wire.result(phone.open(sealed_result)) != {"outcome": "done"}:
        raise Difference("session: the phone reads another result")

    status = wire.command("status")
    example.compare("command_status", status)
    sealed = phone.seal(status)
    example.compare("sealed_command", wire.Fields(sealed).bytes(2, len(status) + 16))
    example.compare("command_frame", wire.frame(sealed))

    vehicle = wire.bytes_field(3, wire.uint_field(2, 1) + wire.uint_field(3, 120))
    example.compare("result_status", vehicle)
    sealed_status = bytes(car.encrypt(vehicle))
    example.compare("next_result_frame", wire.frame(wire.bytes_field(2, sealed_status)))
    if wire.result(phone.open(sealed_status))["open"] != ["front left"]:
        raise Difference("session: the phone reads another status")


def a_pairing(example):
    code = example.input("code").replace(" ", "")
    example.compare("id_prover", pairing.ID_PROVER)
    example.compare("id_verifier", pairing.ID_VERIFIER)
    w0, w1 = spake2plus.passwords(code.encode(), pairing.ID_PROVER, pairing.ID_VERIFIER)
    example.compare("w0", w0.to_bytes(32, "big"))
    example.compare("w1", w1.to_bytes(32, "big"))
    registration = spake2plus.multiply(w1, spake2plus.GENERATOR)
    example.compare("L", spake2plus.encode(registration))

    challenge = crypto.x25519_public(example.input("car_ephemeral_private"))
    example.compare("hello_handshake", challenge)
    context = pairing.CONTEXT + challenge
    example.compare("context", context)

    ephemeral = example.input("noise_phone_private")
    phone = pairing.Pairing(code, challenge, example.input("prover_random"), ephemeral)
    start = phone.start()
    share_p = wire.Fields(wire.Fields(start).bytes(3, 67)).bytes(1, 65)
    example.compare("shareP", share_p)
    example.compare("pair_start_frame", wire.frame(start))

    random = int.from_bytes(example.input("verifier_random"), "big") % spake2plus.ORDER
    share_v = spake2plus.share_v(random, w0)
    example.compare("shareV", share_v)
    confirm_p, confirm_v, k_shared = spake2plus.schedule(
        context,
        pairing.ID_PROVER,
        pairing.ID_VERIFIER,
        (share_p, share_v),
        spake2plus.verifier_points(random, w0, registration, share_p),
        w0,
    )
    example.compare("confirmV", confirm_v)
    pair_share = wire.bytes_field(1, share_v) + wire.bytes_field(2, confirm_v)
    example.compare("pair_share_frame", wire.frame(wire.bytes_field(3, pair_share)))
    example.compare("confirmP", confirm_p)
    example.compare("K_shared", k_shared)
    example.compare("prologue", pairing.CONTEXT)
    confirm = phone.confirm(pair_share)
    example.compare("pair_confirm_frame", wire.frame(confirm))

    car_private = example.input("car_private")
    example.compare("car_public", crypto.x25519_public(car_private))
    car = pairing.handshake(k_shared, example.input("noise_car_private"))
    car.set_as_responder()
    car.set_keypair_from_private_bytes(Keypair.STATIC, car_private)
    car.start_handshake()
    car.read_message(wire.Fields(wire.Fields(confirm).bytes(4, 84)).bytes(2, 48))
    car_name = example.input("car_name")
    identity = wire.bytes_field(1, car_name.encode()) + wire.uint_field(2, 1)
    example.compare("car_identity", identity)
    offer = bytes(car.write_message(identity))
    example.compare("pair_offer_frame", wire.frame(wire.bytes_field(4, offer)))
    if phone.offer(offer) != (crypto.x25519_public(car_private), car_name, "owner"):
        raise Difference("pairing: the phone reads another identity of the car")

    h = pairing.transcript(car)
    example.compare("h", h)
    private, signing = example.input("phone_private"), example.input("phone_signing_private")
    public = crypto.x25519_public(private)
    example.compare("phone_public", public)
    example.compare("phone_signing_public", crypto.ed25519_public(signing))
    example.compare("signed", pairing.signed(h, public))
    example.compare("signature", crypto.sign(signing, pairing.signed(h, public)))
    commit = phone.commit(private, signing, example.input("phone_name"))
    third = wire.Fields(commit).one_of({5: "commit"})[1]
    example.compare("phone_identity", bytes(car.read_message(third)))
    example.compare("pair_commit_frame", wire.frame(commit))

    enrolment = wire.uint_field(1, 0) + wire.uint_field(2, 1) + wire.uint_field(6, 1_800_000_000)
    example.compare("enrolment", enrolment)
    done = bytes(car.encrypt(enrolment))
    example.compare("pair_done_frame", wire.frame(wire.bytes_field(5, done)))
    if phone.done(done) != (0, "owner", 0):
        raise Difference("pairing: the phone reads another enrolment")


def _terms(example, name):
    numbers = _numbers(example.input(f"{name}_terms"))
    times = _numbers(example.input(f"{name}_times"))
    begins, ends = times.pop("from"), times.pop("until")
    return grants.Terms(**numbers, **times, begins=begins, ends=ends)


def _link(example, name, signing, car_public, chain, terms, keys):
    unsigned = grants.body(terms, *keys)
    example.compare(f"{name}_signed", grants.signed(car_public, chain, unsigned))
    link = grants.link(signing, car_public, chain, terms, *keys)
    example.compare(f"{name}_signature", link[-64:])
    example.compare(f"{name}_link", link)
    return link


def a_grant(example):
    """Gives the car's public key and the chain."""
    car_public = example.input("car_public")
    owner = example.input("owner_signing_private")
    guest = example.input("guest_signing_private")
    example.compare("owner_signing_public", crypto.ed25519_public(owner))
    guest_public = crypto.x25519_public(example.input("guest_private"))
    example.compare("guest_public", guest_public)
    guest_keys = guest_public, crypto.ed25519_public(guest)
    example.compare("guest_signing_public", guest_keys[1])
    example.compare("guest_key_uri", grants.key_uri(*guest_keys))

    first = _link(example, "first", owner, car_public, b"", _terms(example, "first"), guest_keys)
    example.compare("first_grant_uri", grants.package_uri(car_public, first))
    friend_public = crypto.x25519_public(example.input("friend_private"))
    example.compare("friend_public", friend_public)
    terms = _terms(example, "second")
    second = _link(example, "second", guest, car_public, first, terms, (friend_public, b""))
    example.compare("package", car_public + first + second)
    uri = grants.package_uri(car_public, first + second)
    example.compare("grant_uri", uri)
    if grants.read_package_uri(uri) != (car_public, first + second):
        raise Difference("grant: the phone reads another package")
    if [link.data for link in grants.check_delegations(car_public, first + second)] != [first, second]:
        raise Difference("grant: the phone reads other links")
    return car_public, first + second


def an_introduction(example, car_private, car_public, chain):
    car = _car_noise(car_private, example.input("car_ephemeral_private"))
    challenge = bytes(car.write_message(b""))
    example.compare("hello_handshake", challenge)
    name = example.input("friend_name")
    unlock = wire.command("unlock", grants=chain, own_name=name)
    example.compare("command_unlock", unlock)
    private, ephemeral = example.input("friend_private"), example.input("phone_ephemeral_private")
    phone = session.Session(private, car_public, ephemeral)
    proof = phone.prove(challenge, unlock)
    fields = wire.Fields(wire.Fields(proof).one_of({1: "proof"})[1])
    handshake = fields.bytes(1, 96 + len(unlock))
    example.compare("proof_handshake", handshake)
    example.compare("proof_tag", fields.bytes(2, 16))
    example.compare("proof_frame", wire.frame(proof))
    car.read_message(handshake)
    expired = wire.bytes_field(2, wire.uint_field(1, 10))
    example.compare("result_expired", expired)
    sealed = bytes(car.encrypt(expired))
    example.compare("sealed_result", sealed)
    example.compare("result_frame", wire.frame(wire.bytes_field(2, sealed)))
    if wire.result(phone.open(sealed)) != {"outcome": "refused", "reason": "expired"}:
        raise Difference("introduction: the phone reads another result")


def a_revocation_list(example, guests):
    """The entries are about the two keys of the grant example."""
    car_private = example.input("car_private")
    car_public = crypto.x25519_public(car_private)
    example.compare("car_public", car_public)
    entries = []
    for index, guest in enumerate(guests):
        example.compare(f"fingerprint_{index}", revocation_lists.fingerprint(guest))
        entry = _numbers(example.input(f"entry_{index}"))
        entries.append((revocation_lists.fingerprint(guest), entry["since"], entry["kind"]))
    header = {**_numbers(example.input("header")), **_numbers(example.input("times"))}
    unsigned = revocation_lists.body(**header, entries=entries)
    example.compare("signed", revocation_lists.signed(car_public, unsigned))
    signing = example.input("owner_signing_private")
    signature = crypto.sign(signing, revocation_lists.signed(car_public, unsigned))
    example.compare("signature", signature)
    example.compare("prologue", revocation_lists.CONTEXT)
    revocation_list = revocation_lists.seal(car_public, unsigned + signature, example.input("ephemeral_private"))
    example.compare("sealed", revocation_list[16:])
    example.compare("tag_key", revocation_lists.tag_key(car_public))
    example.compare("revocation_list", revocation_list)
    example.compare("revocation_list_frame", wire.frame(wire.to_car("revocation_list", revocation_list)))
    example.compare("command_deliver", wire.command("deliver", revocation_list))
    example.compare("revocation_list_uri", revocation_lists.to_uri(revocation_list))
    if revocation_lists.read_uri(revocation_lists.to_uri(revocation_list)) != revocation_list:
        raise Difference("revocation_list: the phone reads another one")


def run(text):
    """Checks every example of the document; returns how many values were compared."""
    # The library warns of every ephemeral key that was chosen, as those of the examples are.
    warnings.filterwarnings("ignore", message="One of ephemeral keypairs")
    found = {name: Example(name, body) for name, body in EXAMPLE.findall(text)}
    for name in ("advertisement", "session", "pairing", "grant", "introduction", "revocation_list"):
        if name not in found:
            raise Difference(f"no example {name}")
    advertisement(found["advertisement"])
    a_session(found["session"])
    a_pairing(found["pairing"])
    granted, chain = a_grant(found["grant"])
    car_private = found["session"].input("car_private")
    an_introduction(found["introduction"], car_private, granted, chain)
    a_revocation_list(found["revocation_list"], [link.public_key for link in grants.parse(chain)])
    for example in found.values():
        example.end()
    return sum(example.compared for example in found.values())
