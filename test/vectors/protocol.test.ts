import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { portableSuite } from '../../lib/crypto/index.js';
import { nodeSuite } from '../../lib/crypto/node.js';
import { CarPairing } from '../../lib/native/pairing/car.js';
import { pairingRegistration } from '../../lib/native/pairing/transcript.js';
import { fromHex } from '../../lib/platform/bytes.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { carSecrets, Challenge } from '../../lib/native/session/car.js';
import { decodeToCar } from '../../lib/native/codec.js';
import { Reassembler } from '../../lib/link/message-link.js';
import { MAX_MESSAGE_BYTES } from '../../lib/native/profile.js';
import { linkIn } from '../unit/native/car/link-rig.js';
import { fixed } from '../../scripts/example-keys.js';
import { frameVectors, pairingVectors, sessionVectors } from '../../scripts/make-vectors.js';
import { EXAMPLES, fillExamples } from '../../scripts/worked-example.js';

const hex = (text: string): Uint8Array => {
  const bytes = fromHex(text);
  if (bytes === undefined) throw new Error(`not hex: ${text}`);
  return bytes;
};

const read = (name: string): unknown =>
  JSON.parse(readFileSync(`test/vectors/${name}.json`, 'utf8'));

const session = read('session') as ReturnType<typeof sessionVectors>;
const pairing = read('pairing') as ReturnType<typeof pairingVectors>;
const frames = read('frames') as ReturnType<typeof frameVectors>;

describe('docs/PROTOCOL.md', () => {
  it('has every worked example, and each says what the code does', () => {
    const text = readFileSync('docs/PROTOCOL.md', 'utf8');
    expect(text.match(/<!-- example: \w+ -->/g)).toHaveLength(Object.keys(EXAMPLES).length);
    expect(fillExamples(text)).toBe(text);
  });
});

describe('vector files', () => {
  it('are what their generator writes', () => {
    expect(session).toEqual(sessionVectors());
    expect(pairing).toEqual(pairingVectors());
    expect(frames).toEqual(frameVectors());
  });
});

describe.each([nodeSuite, portableSuite])('proofs, suite $name', (suite) => {
  const secrets = carSecrets(suite, suite.x25519KeyPair(hex(session.car_private)));

  it.each(session.proofs)('$expect: $name', ({ at, handshake, tag, expect: wanted }) => {
    const challenge = new Challenge(suite, fixed(hex(session.car_ephemeral_private)), secrets, 0);
    expect(challenge.bytes).toEqual(hex(session.challenge));
    const verified = challenge.verify(hex(handshake), hex(tag), at);
    if (wanted === 'refused') {
      expect(verified).toBeUndefined();
    } else {
      expect(verified?.phonePublicKey).toEqual(hex(session.phone_public));
      expect(verified?.command).toEqual(hex(session.command));
    }
  });
});

describe('commands in a session', () => {
  it.each(session.commands)('$expect: $name after $after ms', (vector) => {
    const machine = linkIn('ready'); // the last word was said at 0
    const message = machine.phone.sealed(hex(vector.command));
    const { effects } = machine.input({ type: 'message', message }, { now: vector.after });
    const done = effects.some(({ type }) => type === 'execute');
    const refusal = vector.expect.replace(' ', '-');
    if (vector.expect === 'carried out') expect(done).toBe(true);
    else expect(machine.phone.result()).toEqual({ type: 'refused', refusal });
  });
});

describe('pairing', () => {
  const registration = pairingRegistration(pairing.code);
  const car = nodeSuite.x25519KeyPair(hex(pairing.car_private));

  it.each(pairing.cases)('$expect: $name', (vector) => {
    const { messages } = vector;
    const exchange = new CarPairing(
      nodeSuite,
      fixed(hex(pairing.verifier_random), hex(pairing.noise_car_private)),
      registration,
      hex(pairing.hello_handshake),
    );
    const steps = {
      share: () => exchange.respond(hex(messages.share)),
      confirm: () => {
        exchange.verify(hex(messages.confirm), hex(messages.handshake), car);
        return exchange.offer({ name: pairing.car_name, role: pairing.role });
      },
      commit: () => exchange.openCommit(hex(messages.commit)),
    };
    const run = (): unknown[] => [steps.share(), steps.confirm(), steps.commit()];
    if (vector.expect === 'accepted') {
      const { share, confirm, offer } = pairing.answers;
      expect(run()).toEqual([
        { share: hex(share), confirm: hex(confirm) },
        hex(offer),
        {
          publicKey: hex(pairing.phone_public),
          signingKey: hex(pairing.phone_signing_public),
          name: "Ada's phone",
        },
      ]);
    } else if (vector.expect === 'name invalid') {
      expect(run()[2]).toMatchObject({ publicKey: hex(pairing.phone_public), name: undefined });
    } else {
      expect(run).toThrow(PhoneKeyError);
    }
  });
});

describe('frames to a car', () => {
  it.each(frames.to_car)('$name: $expect', ({ frame, expect: wanted }) => {
    const decode = (): string | undefined => {
      const [message] = new Reassembler(MAX_MESSAGE_BYTES).push(hex(frame));
      if (message === undefined) throw new Error('the frame is not complete');
      return decodeToCar(message).case;
    };
    if (wanted === 'malformed') expect(decode).toThrow(PhoneKeyError);
    else expect(decode()).toBe(wanted);
  });
});
