import { junkProof } from '../lab/hostile-phone.js';
import { SilentLink } from '../lab/silent-link.js';
import { nativeCar } from '../lib/native/car.js';
import { MOST_PATIENCE_MS, Patience } from '../lib/radio/patience.js';
import { stepLink } from '../lib/native/car/link-machine.js';
import { nodeSuite as suite } from '../lib/crypto/node.js';
import { openLink, REFUSAL_DELAY_MS } from '../lib/native/car/link-state.js';
import type { LinkContext, LinkState } from '../lib/native/car/link-state.js';
import { findKey } from '../lib/credentials/key-slot.js';
import { silentLogger } from '../lib/platform/logger.js';
import { systemRandom as random } from '../lib/platform/random.js';
import { SimClock } from '../lib/platform/sim-clock.js';
import { carSecrets } from '../lib/native/session/car.js';
import { answerChallenge } from '../lib/native/session/phone.js';
import { decodeToCar, encodeFromCar, encodeToCar } from '../lib/native/codec.js';
import { frame } from '../lib/link/message-link.js';
import { figure, medians } from './measure.js';
import { DONE, hostWith, keySlots, somePhones, UNLOCK } from './setup.js';

const ROUNDS = 11;
/** Challenges are good for one proof: so many are made before each stretch that is measured. */
const POOL = 1_000;
const LINKS = 200;

/** A car whose slots are all taken; the phone that unlocks it is in the last one. */
const identity = suite.x25519KeyPair(random(32));
const secrets = carSecrets(suite, identity);
const phones = somePhones();
const host = hostWith(identity, keySlots(phones));
const phone = phones.at(-1) ?? identity;

const context: LinkContext = {
  suite,
  random,
  secrets,
  carName: host.name,
  now: 0,
  unprovenMs: MOST_PATIENCE_MS,
  findKey: (publicKey) => findKey(suite, host.keys(), publicKey),
  pairingWindow: () => undefined,
  admits: () => true,
};

/** What proofs cost the car, on one core: right ones, junk, and links that are opened to send junk. */
export const proofFigures = async () => {
  const [valid = NaN, challenge = NaN, junk = NaN, links = NaN] = await medians(ROUNDS, [
    () => cost(POOL / 10, provenLink, unlock),
    () => cost(POOL / 10, () => undefined, openAndEncode),
    () => cost(POOL, junkLink, refuse),
    junkLinks,
  ]);
  return [
    figure('proof.per_second', 1e6 / (valid + challenge), '1/s'),
    figure('proof.junk_us', junk, 'us'),
    figure('proof.challenge_us', challenge, 'us'),
    figure('link.junk_us', links, 'us'),
  ];
};

/** Microseconds of CPU for each of `count` runs on something that was prepared beforehand. */
const cost = <T>(count: number, prepare: () => T, run: (prepared: T) => void): number => {
  const prepared = Array.from({ length: count }, prepare);
  const before = process.cpuUsage();
  for (const each of prepared) run(each);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / count;
};

interface Prepared {
  readonly state: LinkState;
  /** The proof as it comes from the air, without framing. */
  readonly proof: Uint8Array;
}

const challenged = (): { state: LinkState; challenge: Uint8Array } => {
  const { state } = openLink(context);
  if (state.phase !== 'challenged') throw new Error('no challenge');
  return { state, challenge: state.challenge.bytes };
};

const provenLink = (): Prepared => {
  const { state, challenge } = challenged();
  const secretsOfPhone = { identity: phone, carPublicKey: identity.publicKey };
  const { handshake, tag } = answerChallenge(suite, random, secretsOfPhone, challenge, UNLOCK);
  return { state, proof: encodeToCar({ case: 'proof', value: { handshake, tag } }) };
};

const junkLink = (): Prepared => ({ state: challenged().state, proof: junkProof(random) });

const openAndEncode = (): void => {
  for (const effect of openLink(context).effects) {
    if (effect.type === 'send') encodeFromCar(effect.message);
  }
};

const receive = ({ state, proof }: Prepared) =>
  stepLink(state, { type: 'message', message: decodeToCar(proof) }, context);

/** From the bytes of a proof to the bytes of the answer. */
const unlock = (prepared: Prepared): void => {
  const { state } = receive(prepared);
  if (state.phase !== 'executing') throw new Error('a right proof was refused');
  const { effects } = stepLink(state, { type: 'executed', result: DONE }, context);
  for (const effect of effects) if (effect.type === 'send') encodeFromCar(effect.message);
};

/** From the bytes of a junk proof to the decision to refuse it. */
const refuse = (prepared: Prepared): void => {
  if (receive(prepared).state.phase !== 'refusing') throw new Error('a junk proof was taken');
};

/**
 * Microseconds of CPU for a stranger who connects, sends one junk proof, waits for the refusal (a
 * fresh challenge) and goes: everything above the radio.
 */
const junkLinks = async (): Promise<number> => {
  const clock = new SimClock();
  const proof = junkProof(random);
  const radios = Array.from({ length: LINKS }, () => new SilentLink());
  const links = radios.map((radio) =>
    nativeCar.serve(
      radio,
      {
        suite,
        random,
        clock: clock.quiet, // whose timers cost the least
        log: silentLogger,
        host,
        patience: new Patience(clock.quiet),
        admits: () => true,
        trace: undefined,
        keyLog: undefined,
      },
      () => undefined,
    ),
  );
  const before = process.cpuUsage();
  for (const link of links) await link.open();
  for (const radio of radios) for (const chunk of frame(proof, radio.mtu)) radio.deliver(chunk);
  await clock.advance(REFUSAL_DELAY_MS);
  for (const link of links) await link.close();
  const { user, system } = process.cpuUsage(before);
  if (radios.some(({ sent }) => sent !== 2)) throw new Error('a challenge is missing');
  return (user + system) / LINKS;
};
