"""Recomputes the worked examples of PROTOCOL.md from their inputs."""

import hashlib
import re

import crypto
import grants
import p256
import pairing
import revocation_lists
import session
import wire
from seals import Noise

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

    def input(self, key):
        if key not in self._values:
            raise Difference(f"{self.name}: no value {key}")
        if key in self._unused:
            self._unused.remove(key)
        return self._values[key]

    def numbers(self, key):
        """`name=1 other=2` as a dictionary."""
        pairs = (pair.split("=") for pair in self.input(key).split())
        return {name: int(value) for name, value in pairs}

    def compare(self, **computed):
        for key, value in computed.items():
            stated = self.input(key)
            if stated != value:
                raise Difference(f"{self.name}: {key} is {_show(stated)}, computed {_show(value)}")
            self.compared += 1

    def key_pair(self, name, public=crypto.x25519_public):
        """The private and the public key; the latter is computed."""
        private = self.input(f"{name}_private")
        self.compare(**{f"{name}_public": public(private)})
        return private, public(private)

    def end(self):
        if self._unused:
            raise Difference(f"{self.name}: not computed: {', '.join(self._unused)}")


def _show(value):
    return value if isinstance(value, str) else value.hex()


def to_car(case, value):
    return wire.frame(wire.to_car(case, value))


def from_car(case, value):
    return wire.frame(wire.encode("FromCar", **{case: value}))


def advertisement(example):
    car_public = example.input("car_public")
    (flags,) = example.input("flags")
    data = session.service_data(car_public, flags, example.input("nonce"))
    advertised, response = session.advertising(data)
    example.compare(
        advertisement_key=session.advertisement_key(car_public),
        service_data=data,
        advertising_data=advertised,
        scan_response=response,
    )


def _car(example, car_private):
    ephemeral = example.input("car_ephemeral_private")
    return Noise("KX", session.PROLOGUE, True, static=car_private, ephemeral=ephemeral)


def _proof(example, phone, challenge, command):
    """A Proof, and the keys of the handshake behind it: after ee, se and es."""
    proof = phone.prove(challenge, command)
    example.compare(
        hello_handshake=challenge,
        command_unlock=command,
        proof_handshake=proof["handshake"],
        proof_tag=proof["tag"],
        proof_frame=to_car("proof", proof),
    )
    return proof["handshake"]


def a_session(example):
    car_private, car_public = example.key_pair("car")
    phone_private, _ = example.key_pair("phone")
    car = _car(example, car_private)
    challenge = car.write()
    phone = session.Session(phone_private, car_public, example.input("phone_ephemeral_private"))
    unlock = wire.encode("Command", unlock={})
    handshake = _proof(example, phone, challenge, unlock)
    if car.read(handshake) != unlock:
        raise Difference("session: the car reads another command")
    _, after_se, after_es = phone.noise.mixed
    from_key, to_key = phone.noise.keys
    example.compare(
        prologue=session.PROLOGUE,
        hello_frame=from_car("hello", {"version": 1, "handshake": challenge}),
        key_of_static_key=after_se,
        key_of_command=after_es,
        key_from_car=from_key,
        key_to_car=to_key,
        proof_tag_key=session.proof_tag_key(car_public),
    )

    done = wire.encode("Result", done={})
    first = car.seal(done)
    status = wire.encode("Command", status={})
    asked = phone.seal(status)
    state = wire.encode("Result", status=example.numbers("vehicle_status"))
    example.compare(
        result_done=done,
        sealed_result=first,
        result_frame=from_car("sealed", first),
        command_status=status,
        sealed_command=asked,
        command_frame=to_car("sealed", asked),
        result_status=state,
        next_result_frame=from_car("sealed", car.seal(state)),
    )
    if "done" not in wire.decode("Result", phone.open(first)) or car.open(asked) != status:
        raise Difference("session: the other end reads something else")


def a_pairing(example):
    code = example.input("code")
    w0, w1 = pairing.secrets_of(code)
    registration = p256.multiply(w1, p256.GENERATOR)
    challenge = crypto.x25519_public(example.input("car_ephemeral_private"))
    phone_random, car_random = example.input("phone_random"), example.input("car_random")
    ephemeral = example.input("noise_phone_private")
    phone = pairing.Pairing(code, challenge, phone_random, ephemeral)
    x, y = pairing.scalar(phone_random), pairing.scalar(car_random)
    share_p, share_v = phone.share, pairing.share(y, w0, pairing.N)
    # As the car computes them; the phone does on its own.
    z = p256.multiply(y, pairing.unmasked(share_p, w0, pairing.M))
    v = p256.multiply(y, registration)
    text = pairing.transcript(challenge, (share_p, share_v), (z, v), w0)
    k_main = hashlib.sha256(text).digest()
    confirm_p, confirm_v = pairing.confirmations(k_main, share_p, share_v)
    k_shared = pairing.hkdf256(k_main, b"SharedKey", 32)
    pair_share = {"share": share_v, "confirm": confirm_v}
    confirm = phone.confirm(pair_share)
    example.compare(
        id_prover=pairing.ID_PROVER,
        id_verifier=pairing.ID_VERIFIER,
        M=p256.encode(pairing.M),
        N=p256.encode(pairing.N),
        w0=w0.to_bytes(32, "big"),
        w1=w1.to_bytes(32, "big"),
        L=p256.encode(registration),
        hello_handshake=challenge,
        context=pairing.context(challenge),
        x=x.to_bytes(32, "big"),
        y=y.to_bytes(32, "big"),
        shareP=share_p,
        pair_start_frame=to_car("pair_start", {"share": share_p}),
        shareV=share_v,
        Z=p256.encode(z),
        V=p256.encode(v),
        TT=text,
        K_main=k_main,
        K_confirm=pairing.hkdf256(k_main, b"ConfirmationKeys", 64),
        confirmV=confirm_v,
        pair_share_frame=from_car("pair_share", pair_share),
        confirmP=confirm_p,
        K_shared=k_shared,
        prologue=pairing.LABEL,
        pair_confirm_frame=to_car("pair_confirm", confirm),
    )

    car_private, car_public = example.key_pair("car")
    car = pairing.handshake(k_shared, False, car_private, example.input("noise_car_private"))
    car.read(confirm["handshake"])
    name = example.input("car_name")
    identity = wire.encode("CarIdentity", name=name, role="owner")
    offer = car.write(identity)
    if phone.offer(offer) != (car_public, name, "owner"):
        raise Difference("pairing: the phone reads another identity of the car")
    phone_private, phone_public = example.key_pair("phone")
    signing, _ = example.key_pair("phone_signing", crypto.ed25519_public)
    text = pairing.signed(car.hash, phone_public)
    example.compare(
        car_identity=identity,
        pair_offer_frame=from_car("pair_offer", offer),
        h=car.hash,
        signed=text,
        signature=crypto.sign(signing, text),
    )
    commit = phone.commit(phone_private, signing, example.input("phone_name"))
    enrolment = wire.encode("Enrolment", role="owner", time=1_800_000_000)
    example.compare(
        phone_identity=car.read(commit),
        pair_commit_frame=to_car("pair_commit", commit),
        enrolment=enrolment,
    )
    done = car.seal(enrolment)
    example.compare(pair_done_frame=from_car("pair_done", done))
    told = phone.done(done)
    if (told["slot"], told["role"], told["epoch"]) != (0, "owner", 0):
        raise Difference("pairing: the phone reads another enrolment")


def _link(example, name, issuer, car_public, chain, keys):
    numbers = {**example.numbers(f"{name}_terms"), **example.numbers(f"{name}_times")}
    numbers["begins"], numbers["ends"] = numbers.pop("from"), numbers.pop("until")
    terms = grants.Terms(**{**numbers, "role": wire.ENUMS["Role"][numbers["role"]]})
    link = grants.link(issuer, car_public, chain, terms, *keys)
    text = grants.signed(car_public, chain, grants.unsigned_link(terms, *keys))
    stated = {"signed": text, "signature": link[-64:], "link": link}
    example.compare(**{f"{name}_{key}": value for key, value in stated.items()})
    return link


def a_grant(example):
    """Gives the chain."""
    car_public = example.input("car_public")
    owner, _ = example.key_pair("owner_signing", crypto.ed25519_public)
    _, guest_public = example.key_pair("guest")
    guest, guest_signing = example.key_pair("guest_signing", crypto.ed25519_public)
    _, friend_public = example.key_pair("friend")
    first = _link(example, "first", owner, car_public, b"", (guest_public, guest_signing))
    second = _link(example, "second", guest, car_public, first, (friend_public, b""))
    chain = first + second
    uri = grants.package_uri(car_public, chain)
    example.compare(
        guest_key_uri=grants.key_uri(guest_public, guest_signing),
        first_grant_uri=grants.package_uri(car_public, first),
        package=car_public + chain,
        grant_uri=uri,
    )
    if grants.read_package_uri(uri) != (car_public, chain):
        raise Difference("grant: the phone reads another package")
    if [link.data for link in grants.check_delegations(car_public, chain)] != [first, second]:
        raise Difference("grant: the phone reads other links")
    return chain


def an_introduction(example, chain):
    example.input("grants")
    car_private, car_public = example.key_pair("car")
    friend, _ = example.key_pair("friend")
    car = _car(example, car_private)
    challenge = car.write()
    phone = session.Session(friend, car_public, example.input("phone_ephemeral_private"))
    unlock = wire.encode("Command", unlock={}, grants=chain, name=example.input("friend_name"))
    car.read(_proof(example, phone, challenge, unlock))
    expired = wire.encode("Result", refusal={"reason": "expired"})
    sealed = car.seal(expired)
    example.compare(
        result_expired=expired,
        sealed_result=sealed,
        result_frame=from_car("sealed", sealed),
    )
    if wire.decode("Result", phone.open(sealed))["refusal"] != {"reason": "expired"}:
        raise Difference("introduction: the phone reads another result")


def a_revocation_list(example):
    car_private, car_public = example.key_pair("car")
    signing, _ = example.key_pair("owner_signing", crypto.ed25519_public)
    entries = []
    for name in ("guest", "friend"):
        about = revocation_lists.fingerprint(example.input(f"{name}_public"))
        example.compare(**{f"{name}_fingerprint": about})
        entries.append((about, *example.numbers(f"{name}_entry").values()))
    header = {**example.numbers("header"), **example.numbers("times")}
    unsigned = revocation_lists.unsigned_part(**header, entries=entries)
    text = revocation_lists.signed(car_public, unsigned)
    signature = crypto.sign(signing, text)
    ephemeral = example.input("ephemeral_private")
    part = revocation_lists.seal(car_public, unsigned + signature, ephemeral)
    uri = revocation_lists.to_uri(part)
    example.compare(
        signed=text,
        signature=signature,
        prologue=revocation_lists.LABEL,
        sealed=part[16:],
        tag_key=revocation_lists.tag_key(car_public),
        revocation_list=part,
        revocation_list_frame=to_car("revocation_list", part),
        command_deliver=wire.encode("Command", deliver={"revocation_list": part}),
        revocation_list_uri=uri,
    )
    car = Noise("N", revocation_lists.LABEL, False, static=car_private)
    if car.read(part[16:]) != unsigned + signature or revocation_lists.read_uri(uri) != part:
        raise Difference("revocation_list: the other end reads another one")


def run(text):
    """Checks every example of the document; returns how many values were compared."""
    found = {name: Example(name, body) for name, body in EXAMPLE.findall(text)}
    names = ("advertisement", "session", "pairing", "grant", "introduction", "revocation_list")
    if missing := [name for name in names if name not in found]:
        raise Difference(f"no example {missing[0]}")
    advertisement(found["advertisement"])
    a_session(found["session"])
    a_pairing(found["pairing"])
    an_introduction(found["introduction"], a_grant(found["grant"]))
    a_revocation_list(found["revocation_list"])
    for example in found.values():
        example.end()
    return sum(example.compared for example in found.values())
