import { describe, expect, it } from '@jest/globals';
import { fingerprint } from '../../../../lib/credentials/key-slot.js';
import type { KeyEntry, VehicleStatus } from '../../../../lib/domain/outcomes.js';
import { defaultSuite } from '../../../../lib/crypto/index.js';
import { describeMessage } from '../../../../lib/native/inspect/index.js';
import type { InspectedMessage } from '../../../../lib/native/inspect/index.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { encodeFromCar, encodeToCar } from '../../../../lib/native/codec.js';
import { PairRefusalReason } from '../../../../lib/native/schema/gen/phonekey.js';
import { DONE, resultOf } from '../../../support/test-car.js';
import { keyPair } from '../session/sample.js';
import { framed, KNOWN, PHONE, Scene } from './setup.js';

const KEY = toHex(fingerprint(defaultSuite, PHONE.publicKey));
const UNLOCK = { type: 'unlock' } as const;

const text = (messages: readonly InspectedMessage[]): string[] => messages.map(describeMessage);

describe('a conversation without keys', () => {
  it('is told by the lengths of its messages', () => {
    const scene = new Scene();
    expect(text(scene.hello())).toEqual(['Hello: version 1, e 32 B']);
    const [proof, ...more] = scene.prove(UNLOCK);
    expect(more).toEqual([]);
    expect(proof).toEqual({
      kind: 'Proof',
      fields: 'e 32 B, encrypted s 48 B, sealed Command 18 B, tag 16 B',
      direction: 'to-car',
      bytes: 122,
    });
    expect(text(scene.result(DONE))).toEqual(['Sealed: sealed Result 18 B']);
    expect(text(scene.command(UNLOCK))).toEqual(['Sealed: sealed Command 18 B']);
  });

  it('is told alike with the keys of another session', () => {
    const scene = new Scene();
    const other = new Scene();
    other.hello();
    other.hello();
    other.prove(UNLOCK);
    for (const [challenge, keys] of other.logged) scene.viewed.set(challenge, keys);
    scene.hello();
    expect(scene.prove(UNLOCK)[0]).not.toHaveProperty('content');
    expect(scene.result(DONE)[0]).not.toHaveProperty('content');
  });
});

describe('a conversation with the keys of its session', () => {
  it('says who asks for what, and what the car answers', () => {
    // A phone writes its line before it sends the Proof.
    const scene = new Scene([], { live: true });
    scene.hello();
    const proof = scene.prove(UNLOCK);
    expect(text(proof)).toEqual([`Proof: unlock by key ${KEY}`]);
    expect(proof[0]?.content).toEqual({ type: 'command', command: 'unlock', key: KEY });
    expect(text(scene.result(DONE))).toEqual(['Sealed: done']);
    expect(text(scene.command({ type: 'removeKey' }))).toEqual(['Sealed: removeKey']);
    expect(text(scene.command({ type: 'removeKey', slot: 3 }))).toEqual([
      'Sealed: removeKey in slot 3',
    ]);
    expect(text(scene.result(resultOf({ type: 'refused', refusal: 'door-open' })))).toEqual([
      'Sealed: refused: door open',
    ]);
    scene.command({ type: 'status' });
    const status: VehicleStatus = {
      locked: false,
      open: ['front-left', 'trunk'],
      driveSecondsLeft: 90,
      speedLimit: null,
      pinNeeded: false,
    };
    expect(text(scene.result(resultOf({ type: 'status', status })))).toEqual([
      'Sealed: unlocked; open: front-left, trunk; driving for 90 s',
    ]);
  });

  it('tells of a list of keys only how long it is', () => {
    const scene = new Scene();
    scene.hello();
    scene.prove({ type: 'listKeys' });
    scene.reveal();
    const key: KeyEntry = {
      slot: 0,
      name: 'Ada',
      formFactor: 'unknown',
      role: 'owner',
      fingerprint: '00'.repeat(8),
      own: true,
      suspended: false,
      notAfter: null,
      usesLeft: null,
      grantedBy: null,
    };
    const told = scene.result(resultOf({ type: 'keys', keys: [key, key] }));
    expect(text(told).at(-1)).toBe('Sealed: a list of 2 keys');
    expect(JSON.stringify(told)).not.toContain('Ada');
  });

  it('opens a Proof later, when only the car logs its keys', () => {
    const scene = new Scene();
    scene.hello();
    expect(text(scene.prove(UNLOCK))[0]).toMatch(/^Proof: e 32 B/);
    scene.reveal();
    expect(text(scene.result(DONE))).toEqual([
      `Proof, opened now: unlock by key ${KEY}`,
      'Sealed: done',
    ]);
    expect(text(scene.command(UNLOCK))).toEqual(['Sealed: unlock']);
  });

  it('counts what it could not open', () => {
    const scene = new Scene();
    scene.hello();
    scene.prove(UNLOCK);
    scene.result(DONE);
    scene.command(UNLOCK);
    scene.reveal();
    expect(text(scene.result(DONE)).at(-1)).toBe('Sealed: done');
    expect(text(scene.command({ type: 'lock' }))).toEqual(['Sealed: lock']);
  });

  it('says when they do not open a message', () => {
    const scene = new Scene();
    scene.hello();
    scene.prove(UNLOCK);
    scene.reveal();
    const sealed = encodeFromCar({ case: 'sealed', value: new Uint8Array(18) });
    expect(text(scene.carry('from-car', sealed)).at(-1)).toBe(
      'Sealed: not opened by the keys of the session',
    );
  });

  it('says so, too, of a Proof', () => {
    const scene = new Scene();
    scene.hello();
    scene.prove(UNLOCK);
    for (const [challenge, keys] of scene.logged) {
      scene.viewed.set(challenge, { ...keys, commandKey: new Uint8Array(32) });
    }
    expect(text(scene.result(DONE))).toEqual([
      'Proof, opened now: not opened by the keys of the session',
      'Sealed: done',
    ]);
  });

  it('begins anew with every Hello', () => {
    const scene = new Scene();
    scene.hello();
    scene.prove(UNLOCK);
    scene.reveal();
    expect(scene.result(DONE)).toHaveLength(2);
    scene.hello();
    scene.prove({ type: 'lock' });
    scene.reveal();
    expect(text(scene.result(DONE))).toEqual([
      `Proof, opened now: lock by key ${KEY}`,
      'Sealed: done',
    ]);
  });
});

describe('a Proof', () => {
  it('is told with the car that its tag is valid for', () => {
    const scene = new Scene([{ name: 'Other', publicKey: PHONE.publicKey }, KNOWN]);
    scene.hello();
    expect(text(scene.prove(UNLOCK))[0]).toMatch(/; its tag is valid for My car$/);
    const stranger = keyPair(defaultSuite, 'stranger');
    expect(scene.prove(UNLOCK, stranger.publicKey)[0]?.car).toBeNull();
    expect(text(scene.prove(UNLOCK, stranger.publicKey))[0]).toMatch(
      /; its tag is valid for no car of this phone$/,
    );
  });

  it('that answers nothing is told by its lengths', () => {
    const scene = new Scene([KNOWN]);
    const value = { handshake: new Uint8Array(98), tag: new Uint8Array(16) };
    const [proof] = scene.carry('to-car', encodeToCar({ case: 'proof', value }));
    expect(proof?.kind).toBe('Proof');
    expect(proof).not.toHaveProperty('car');
  });
});

describe('a pairing', () => {
  it('is lengths only', () => {
    const scene = new Scene([KNOWN]);
    scene.hello();
    const told = [
      ...scene.carry('to-car', encodeToCar({ case: 'pairStart', value: { share: bytes(65) } })),
      ...scene.carry(
        'from-car',
        encodeFromCar({ case: 'pairShare', value: { share: bytes(65), confirm: bytes(32) } }),
      ),
      ...scene.carry(
        'to-car',
        encodeToCar({ case: 'pairConfirm', value: { confirm: bytes(32), handshake: bytes(48) } }),
      ),
      ...scene.carry('from-car', encodeFromCar({ case: 'pairOffer', value: bytes(111) })),
      ...scene.carry('to-car', encodeToCar({ case: 'pairCommit', value: bytes(177) })),
      ...scene.carry('from-car', encodeFromCar({ case: 'pairDone', value: bytes(18) })),
      ...scene.carry(
        'from-car',
        encodeFromCar({ case: 'pairRefusal', value: { reason: PairRefusalReason.FAILED } }),
      ),
    ];
    expect(text(told)).toEqual([
      'PairStart: share 65 B',
      'PairShare: share 65 B, confirmation 32 B',
      'PairConfirm: confirmation 32 B, e 32 B, tag 16 B',
      'PairOffer: e 32 B, encrypted s 48 B, sealed CarIdentity 31 B',
      'PairCommit: encrypted s 48 B, sealed PhoneIdentity 129 B',
      'PairDone: sealed Enrolment 18 B',
      'PairRefusal: reason 2',
    ]);
    expect(JSON.stringify(told)).not.toMatch(/c5c5|197,197/);
  });
});

describe('frames', () => {
  it('may share a chunk', () => {
    const hello = encodeFromCar({ case: 'hello', value: { version: 1, handshake: bytes(32) } });
    const scene = new Scene();
    expect(scene.conversation.chunk('from-car', framed(hello, hello))).toHaveLength(2);
  });

  it('that are none end what can be told of a direction', () => {
    const scene = new Scene();
    expect(text(scene.conversation.chunk('to-car', Uint8Array.of(0, 0)))).toEqual([
      'malformed: frame of length 0',
    ]);
    expect(scene.conversation.chunk('to-car', Uint8Array.of(0, 1, 1))).toEqual([]);
    expect(scene.hello()).toHaveLength(1); // the other direction goes on
    expect(text(scene.carry('from-car', Uint8Array.of(1, 2, 3)))).toEqual(['malformed: bytes 3 B']);
  });
});

function bytes(length: number): Uint8Array {
  return new Uint8Array(length).fill(0xc5);
}
