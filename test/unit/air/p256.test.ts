import { beforeEach, describe, expect, it } from '@jest/globals';
import { P256KeyPair } from '../../../air/controller/security/p256.js';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import { LeSetEventMask, Reset } from '../../../lib/hci/commands/host-control.js';
import { LeGenerateDhKey, LeReadLocalP256PublicKey } from '../../../lib/hci/commands/security.js';
import { answered, bytes, event, readEvent } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeGenerateDhKeyComplete,
  LeReadLocalP256PublicKeyComplete,
} from '../../../lib/hci/events/general.js';

/** From the order of the specification's samples to that of HCI. */
const reversed = (hex: string): Buffer => Buffer.from(hex, 'hex').reverse();

/** Core Specification, Vol 2 Part G 7.1.2.1, the first P-256 sample. */
const SAMPLE = {
  privateA: '3f49f6d4a3c55f3874c9b3e3d2103f504aff607beb40b7995899b8a6cd3c1abd',
  privateB: '55188b3d32f6bb9a900afcfbeed4e72a59cb9ac2f19d7cfb6b4fdd49f47fc5fd',
  publicA: [
    '20b003d2f297be2c5e2c83a7e9f9a5b9eff49111acf4fddbcc0301480e359de6',
    'dc809c49652aeb6d63329abf5a52155c766345c28fed3024741c8ed01589d28b',
  ],
  publicB: [
    '1ea1f0f01faf1d9609592284f19e4c0047b58afd8615a69f559077b22faaa190',
    '4c55f33e429dad377356703a9ab85160472d1130e28e36765f89aff915b1214a',
  ],
  dhKey: 'ec0234a357c8ad05341010a60a397d9b99796b13b4f866f1868d34f373bfa698',
} as const;

const point = ([x, y]: readonly [string, string]): Buffer =>
  Buffer.concat([reversed(x), reversed(y)]);

describe('P-256', () => {
  it('gives the public keys and the shared key of the published sample', () => {
    const a = new P256KeyPair(reversed(SAMPLE.privateA));
    const b = new P256KeyPair(reversed(SAMPLE.privateB));
    expect(a.publicKey).toEqual(point(SAMPLE.publicA));
    expect(b.publicKey).toEqual(point(SAMPLE.publicB));
    expect(a.dhKey(b.publicKey)).toEqual(reversed(SAMPLE.dhKey));
    expect(b.dhKey(a.publicKey)).toEqual(reversed(SAMPLE.dhKey));
  });

  it('has no shared key with what is no point of the curve', () => {
    const a = new P256KeyPair(reversed(SAMPLE.privateA));
    const off = point(SAMPLE.publicB);
    off[0]! ^= 1;
    expect(a.dhKey(off)).toBeUndefined();
    expect(a.dhKey(Buffer.alloc(64))).toBeUndefined();
  });

  it('draws again when the number is not in the group', () => {
    const draws = [Buffer.alloc(32, 0xff), Buffer.alloc(32), reversed(SAMPLE.privateA)];
    expect(P256KeyPair.generate(() => draws.shift()!).publicKey).toEqual(point(SAMPLE.publicA));
  });
});

describe('the commands', () => {
  let hosts: TestHost[];

  beforeEach(async () => {
    const air = new VirtualAir({ seed: 'p256', clock: new SimClock() });
    hosts = [new TestHost(air.controller()), new TestHost(air.controller())];
    for (const host of hosts) {
      await host.enableEvents();
      await host.exchange(LeSetEventMask, { mask: bytes('ff01000000000000') });
    }
  });

  const publicKey = async (host: TestHost): Promise<Uint8Array> => {
    const [answer, told] = await host.exchange(LeReadLocalP256PublicKey);
    expect(answer).toBe(answered(LeReadLocalP256PublicKey));
    const { status, publicKey } = readEvent(LeReadLocalP256PublicKeyComplete, told);
    expect(status).toBe(Status.success);
    return publicKey;
  };

  it('agree on a key between two controllers', async () => {
    const [a, b] = hosts as [TestHost, TestHost];
    const [keyA, keyB] = [await publicKey(a), await publicKey(b)];
    expect(keyA).not.toEqual(await publicKey(b));
    const [answer, shared] = await a.exchange(LeGenerateDhKey, { publicKey: keyB });
    expect(answer).toBe(answered(LeGenerateDhKey));
    expect(readEvent(LeGenerateDhKeyComplete, shared).status).toBe(Status.success);
    expect(await b.exchange(LeGenerateDhKey, { publicKey: keyA })).not.toContain(shared);
    const fresh = await publicKey(b);
    const answers = [await a.exchange(LeGenerateDhKey, { publicKey: fresh })];
    answers.push(await b.exchange(LeGenerateDhKey, { publicKey: keyA }));
    expect(answers[0]).toEqual(answers[1]);
  });

  it('tell of a peer key off the curve, and of a pair that was not made', async () => {
    const [a] = hosts as [TestHost, TestHost];
    expect(await a.exchange(LeGenerateDhKey)).toEqual([
      answered(LeGenerateDhKey, Status.commandDisallowed),
    ]);
    await publicKey(a);
    expect(await a.exchange(LeGenerateDhKey)).toEqual([
      answered(LeGenerateDhKey),
      event(LeGenerateDhKeyComplete, {
        status: Status.invalidParameters,
        key: new Uint8Array(32).fill(0xff),
      }),
    ]);
    await a.exchange(Reset);
    expect(await a.exchange(LeGenerateDhKey)).toEqual([
      answered(LeGenerateDhKey, Status.commandDisallowed),
    ]);
  });
});
