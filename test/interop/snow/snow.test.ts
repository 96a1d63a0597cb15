import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Transport } from '../../../lib/noise/index.js';
import { HandshakeState, PATTERNS } from '../../../lib/noise/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { PAIRING } from '../../../lib/native/pairing/transcript.js';
import { KEYS } from '../../../scripts/example-keys.js';
import { pairingRun, sharedKey, transcriptOf } from '../../../scripts/worked-example.js';
import { noiseVectors } from '../../vectors/noise-vectors.js';
import { suites } from '../../vectors/support.js';
import { requireTool } from '../support/toolchain.js';
import { buildPeer, Peer } from './peer.js';

const prologue = utf8('phonekey interop');
const empty = new Uint8Array(0);

const describeIf = requireTool('cargo') ? describe : describe.skip;

let program: string;
let peer: Peer;

if (requireTool('cargo')) {
  beforeAll(() => {
    program = buildPeer();
  }, 600_000);
  beforeEach(() => {
    peer = new Peer(program);
  });
  afterEach(() => peer.close());
}

async function expectConnected({ send, receive }: Transport): Promise<void> {
  for (const text of ['', 'locked', 'a'.repeat(1000)]) {
    const ours = send.encryptWithAd(empty, utf8(text));
    expect(await peer.ask('read', ours)).toEqual(utf8(text));
    const theirs = await peer.ask('write', utf8(text));
    expect(receive.decryptWithAd(empty, theirs)).toEqual(utf8(text));
  }
}

describeIf.each(suites)('Noise KX against snow, $name suite', (suite) => {
  const random = seededRandom('snow');
  const car = suite.x25519KeyPair(random(32));
  const phone = suite.x25519KeyPair(random(32));
  const base = { prologue, random };

  const newCar = (): HandshakeState =>
    new HandshakeState(suite, PATTERNS.KX, { ...base, initiator: true, s: car });
  const newPhone = (): HandshakeState =>
    new HandshakeState(suite, PATTERNS.KX, {
      ...base,
      initiator: false,
      s: phone,
      rs: car.publicKey,
    });

  it.each(['', 'unlock'])('our car, snow’s phone, payload "%s"', async (command) => {
    await peer.ask('phone', prologue, phone.privateKey, car.publicKey);
    const state = newCar();
    expect(await peer.ask('read', state.writeMessage(utf8('hello')))).toEqual(utf8('hello'));
    const proof = await peer.ask('write', utf8(command));
    expect(state.readMessage(proof)).toEqual(utf8(command));
    expect(state.rs).toEqual(phone.publicKey);
    expect(await peer.ask('hash')).toEqual(state.handshakeHash);
    await expectConnected(state.split());
  });

  it.each(['', 'unlock'])('snow’s car, our phone, payload "%s"', async (command) => {
    await peer.ask('car', prologue, car.privateKey);
    const state = newPhone();
    expect(state.readMessage(await peer.ask('write', utf8('hello')))).toEqual(utf8('hello'));
    const proof = state.writeMessage(utf8(command));
    expect(await peer.ask('read', proof)).toEqual(utf8(command));
    expect(await peer.ask('remote')).toEqual(phone.publicKey);
    expect(await peer.ask('hash')).toEqual(state.handshakeHash);
    await expectConnected(state.split());
  });

  it('snow refuses our proof after one flipped bit, and we refuse snow’s', async () => {
    await peer.ask('car', prologue, car.privateKey);
    const ours = newPhone();
    ours.readMessage(await peer.ask('write', empty));
    const proof = ours.writeMessage(empty);
    proof[95] = (proof[95] ?? 0) ^ 1;
    await expect(peer.ask('read', proof)).rejects.toThrow('decrypt error');

    await peer.ask('phone', prologue, phone.privateKey, car.publicKey);
    const state = newCar();
    await peer.ask('read', state.writeMessage(empty));
    const theirs = await peer.ask('write', empty);
    theirs[95] = (theirs[95] ?? 0) ^ 1;
    const refused = expect.objectContaining({ code: 'protocol.authentication' });
    expect(() => state.readMessage(theirs)).toThrow(refused);
  });

  it('does not connect under another prologue', async () => {
    await peer.ask('phone', utf8('other'), phone.privateKey, car.publicKey);
    const state = newCar();
    await peer.ask('read', state.writeMessage(empty));
    const proof = await peer.ask('write', empty);
    const refused = expect.objectContaining({ code: 'protocol.authentication' });
    expect(() => state.readMessage(proof)).toThrow(refused);
  });
});

describeIf.each(suites)('Noise XXpsk0 against snow, $name suite', (suite) => {
  const random = seededRandom('snow');
  const car = suite.x25519KeyPair(random(32));
  const phone = suite.x25519KeyPair(random(32));
  const psk = random(32);
  const ours = (initiator: boolean): HandshakeState =>
    new HandshakeState(suite, PATTERNS.XXpsk0, {
      initiator,
      prologue,
      s: initiator ? phone : car,
      psk,
      random,
    });
  const expectSameHash = async (state: HandshakeState): Promise<void> => {
    expect(await peer.ask('hash')).toEqual(state.handshakeHash);
  };

  it.each(['', 'payload'])('our phone, snow’s car, payload "%s"', async (text) => {
    await peer.ask('responder', prologue, car.privateKey, psk);
    const state = ours(true);
    expect(await peer.ask('read', state.writeMessage(utf8(text)))).toEqual(utf8(text));
    expect(state.readMessage(await peer.ask('write', utf8(text)))).toEqual(utf8(text));
    expect(state.rs).toEqual(car.publicKey);
    await expectSameHash(state);
    expect(await peer.ask('read', state.writeMessage(utf8(text)))).toEqual(utf8(text));
    expect(await peer.ask('remote')).toEqual(phone.publicKey);
    await expectSameHash(state);
    await expectConnected(state.split());
  });

  it.each(['', 'payload'])('snow’s phone, our car, payload "%s"', async (text) => {
    await peer.ask('initiator', prologue, phone.privateKey, psk);
    const state = ours(false);
    expect(state.readMessage(await peer.ask('write', utf8(text)))).toEqual(utf8(text));
    expect(await peer.ask('read', state.writeMessage(utf8(text)))).toEqual(utf8(text));
    await expectSameHash(state);
    expect(state.readMessage(await peer.ask('write', utf8(text)))).toEqual(utf8(text));
    expect(state.rs).toEqual(phone.publicKey);
    await expectSameHash(state);
    await expectConnected(state.split());
  });

  it('neither takes the first message of another pre-shared key', async () => {
    const other = psk.map((byte, i) => (i === 31 ? byte ^ 1 : byte));
    await peer.ask('responder', prologue, car.privateKey, other);
    const theirs = peer.ask('read', ours(true).writeMessage(empty));
    await expect(theirs).rejects.toThrow('decrypt error');

    await peer.ask('initiator', prologue, phone.privateKey, other);
    const first = await peer.ask('write', empty);
    const refused = expect.objectContaining({ code: 'protocol.authentication' });
    expect(() => ours(false).readMessage(first)).toThrow(refused);
  });

  it('makes the vector that stands in test/vectors', async () => {
    const { psk, prologue, initiator, responder, messages, handshakeHash } = noiseVectors.find(
      ({ pattern }) => pattern === 'XXpsk0',
    )!;
    const other = new Peer(program);
    await peer.ask('initiator', prologue, initiator.static!, psk!, initiator.ephemeral);
    await other.ask('responder', prologue, responder.static!, psk!, responder.ephemeral);
    for (const [i, { payload, ciphertext }] of messages.entries()) {
      const [writer, reader] = i % 2 === 0 ? [peer, other] : [other, peer];
      expect(await writer.ask('write', payload)).toEqual(ciphertext);
      expect(await reader.ask('read', ciphertext)).toEqual(payload);
    }
    expect(await other.ask('hash')).toEqual(handshakeHash);
    await other.close();
  });

  it('makes the handshake of the worked pairing, from the same keys', async () => {
    const run = pairingRun();
    const { confirm, offer, commit, done } = run;
    const shared = sharedKey(run);
    const car = new Peer(program);
    const { phone: ofPhone, car: ofCar, pairingPhoneEphemeral, pairingCarEphemeral } = KEYS;
    await peer.ask('initiator', PAIRING, ofPhone.privateKey, shared, pairingPhoneEphemeral);
    await car.ask('responder', PAIRING, ofCar.privateKey, shared, pairingCarEphemeral);
    expect(await peer.ask('write', empty)).toEqual(confirm.handshake);
    expect(await car.ask('read', confirm.handshake)).toEqual(empty);
    const carIdentity = await peer.ask('read', offer);
    expect(await car.ask('write', carIdentity)).toEqual(offer);
    expect(await peer.ask('hash')).toEqual(transcriptOf(run));
    const phoneIdentity = await car.ask('read', commit);
    expect(await peer.ask('write', phoneIdentity)).toEqual(commit);
    const enrolment = await peer.ask('read', done);
    expect(await car.ask('write', enrolment)).toEqual(done);
    expect(await peer.ask('remote')).toEqual(ofCar.publicKey);
    expect(await car.ask('remote')).toEqual(ofPhone.publicKey);
    await car.close();
  });
});
