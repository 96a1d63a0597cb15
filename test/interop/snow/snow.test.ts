import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Transport } from '../../../lib/noise/index.js';
import { HandshakeState, PATTERNS } from '../../../lib/noise/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import { suites } from '../../vectors/support.js';
import { requireTool } from '../support/toolchain.js';
import { buildPeer, Peer } from './peer.js';

const prologue = utf8('phonekey interop');
const empty = new Uint8Array(0);

const describeIf = requireTool('cargo') ? describe : describe.skip;

describeIf.each(suites)('Noise KX against snow, $name suite', (suite) => {
  const random = seededRandom('snow');
  const car = suite.x25519KeyPair(random(32));
  const phone = suite.x25519KeyPair(random(32));
  const base = { prologue, random };
  let program: string;
  let peer: Peer;

  beforeAll(() => {
    program = buildPeer();
  }, 600_000);
  beforeEach(() => {
    peer = new Peer(program);
  });
  afterEach(() => peer.close());

  const newCar = (): HandshakeState =>
    new HandshakeState(suite, PATTERNS.KX, { ...base, initiator: true, s: car });
  const newPhone = (): HandshakeState =>
    new HandshakeState(suite, PATTERNS.KX, {
      ...base,
      initiator: false,
      s: phone,
      rs: car.publicKey,
    });

  async function expectConnected({ send, receive }: Transport): Promise<void> {
    for (const text of ['', 'locked', 'a'.repeat(1000)]) {
      const ours = send.encryptWithAd(empty, utf8(text));
      expect(await peer.ask('read', ours)).toEqual(utf8(text));
      const theirs = await peer.ask('write', utf8(text));
      expect(receive.decryptWithAd(empty, theirs)).toEqual(utf8(text));
    }
  }

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
