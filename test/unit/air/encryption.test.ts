import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import { LeSetEventMask, Reset } from '../../../lib/hci/commands/host-control.js';
import {
  Disconnect,
  LeEnableEncryption,
  LeLongTermKeyNegativeReply,
  LeLongTermKeyReply,
} from '../../../lib/hci/commands/links.js';
import { LeEncrypt, LeRand } from '../../../lib/hci/commands/security.js';
import { answered, bytes, completed, event } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';
import { LeLongTermKeyRequest } from '../../../lib/hci/events/links.js';

const HANDLE = '4000';
const RANDOM = '0102030405060708';
const KEY = '000102030405060708090a0b0c0d0e0f';
const OTHER_KEY = `${KEY.slice(0, -2)}0e`;

const ENABLING = answered(LeEnableEncryption);
const KEY_REQUEST = event(LeLongTermKeyRequest, {
  handle: 0x40,
  random: bytes(RANDOM),
  diversifier: bytes('0a0b'),
});
const REPLIED = completed(LeLongTermKeyReply, { handle: 0x40 });
const REFUSED = completed(LeLongTermKeyNegativeReply, { handle: 0x40 });
const changed = (status: string, enabled: string): string => `040804${status}${HANDLE}${enabled}`;
const refreshed = (status: string): string => `043003${status}${HANDLE}`;
const lost = (reason: string): string => `04050400${HANDLE}${reason}`;

let clock: SimClock;
let air: VirtualAir;
let central: TestHost;
let peripheral: TestHost;

/** Central and peripheral have been asked for encryption, and the peripheral for the key. */
const request = async (): Promise<void> => {
  expect(await central.exchange(LeEnableEncryption, encrypting(0x40))).toEqual([ENABLING]);
  expect(await peripheral.packets()).toEqual([KEY_REQUEST]);
};

const encrypt = async (): Promise<void> => {
  await request();
  peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: bytes(KEY) });
  await peripheral.packets();
  await central.packets();
};

beforeEach(async () => {
  clock = new SimClock();
  air = new VirtualAir({ seed: 'encryption', clock });
  central = new TestHost(air.controller());
  peripheral = new TestHost(air.controller());
  for (const host of [central, peripheral]) await host.enableEvents();
  await peripheral.advertise();
  central.connect(peripheral.controller);
  for (const host of [central, peripheral]) await host.packets();
});

/** What LE Enable Encryption takes, for the link of this handle. */
const encrypting = (handle: number) => ({
  handle,
  random: bytes(RANDOM),
  diversifier: bytes('0a0b'),
  key: bytes(KEY),
});

describe('encrypting a link', () => {
  it('with the same key at both ends', async () => {
    await request();
    peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: bytes(KEY) });
    expect(await peripheral.packets()).toEqual([REPLIED, changed('00', '01')]);
    expect(await central.packets()).toEqual([changed('00', '01')]);
    expect(clock.pending).toBe(0);
  });

  it('with another key ends the link at both ends, reason 0x3d', async () => {
    await request();
    peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: bytes(OTHER_KEY) });
    expect(await peripheral.packets()).toEqual([REPLIED, lost('3d')]);
    expect(await central.packets()).toEqual([changed('3d', '00'), lost('3d')]);
  });

  it('without a key at the peripheral fails with 0x06, and the link stays', async () => {
    await request();
    expect(await peripheral.exchange(LeLongTermKeyNegativeReply, { handle: 0x40 })).toEqual([
      REFUSED,
    ]);
    expect(await central.packets()).toEqual([changed('06', '00')]);
    await encrypt();
    expect(
      await central.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ).toContain(lost('16'));
  });

  it('fails with 0x06 where the host has masked the question', async () => {
    peripheral.command(LeSetEventMask, { mask: bytes('0f00000000000000') });
    await peripheral.packets();
    expect(await central.exchange(LeEnableEncryption, encrypting(0x40))).toEqual([
      ENABLING,
      changed('06', '00'),
    ]);
  });

  it('refreshes the key when it is encrypted already', async () => {
    await encrypt();
    await request();
    peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: bytes(KEY) });
    expect(await peripheral.packets()).toEqual([REPLIED, refreshed('00')]);
    expect(await central.packets()).toEqual([refreshed('00')]);
  });

  it('ends the link when there is no key for the refresh', async () => {
    await encrypt();
    await request();
    peripheral.command(LeLongTermKeyNegativeReply, { handle: 0x40 });
    expect(await peripheral.packets()).toEqual([REFUSED, lost('16')]);
    expect(await central.packets()).toEqual([lost('06')]);
  });

  it('gives up a host that does not answer after 40 s', async () => {
    await request();
    await clock.advance(39_999);
    expect(await central.packets()).toEqual([]);
    await clock.advance(1);
    expect(await central.packets()).toEqual([lost('22')]);
    expect(await peripheral.packets()).toEqual([lost('22')]);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind when the link goes meanwhile', async () => {
    await request();
    central.command(Reset);
    await central.packets();
    await clock.advance(420);
    expect(await peripheral.packets()).toEqual([lost('08')]);
    expect(clock.pending).toBe(0);
  });

  it('is for the central to begin, once at a time, and for a link that there is', async () => {
    expect(await peripheral.exchange(LeEnableEncryption, encrypting(0x40))).toEqual([
      answered(LeEnableEncryption, Status.commandDisallowed),
    ]);
    await request();
    expect(await central.exchange(LeEnableEncryption, encrypting(0x40))).toEqual([
      answered(LeEnableEncryption, Status.commandDisallowed),
    ]);
    expect(await central.exchange(LeEnableEncryption, encrypting(0x41))).toEqual([
      answered(LeEnableEncryption, Status.unknownConnection),
    ]);
  });

  it('no key is taken that was not asked for', async () => {
    expect(
      await peripheral.exchange(LeLongTermKeyReply, { handle: 0x40, key: bytes(KEY) }),
    ).toEqual([completed(LeLongTermKeyReply, { status: Status.commandDisallowed, handle: 0x40 })]);
    expect(await peripheral.exchange(LeLongTermKeyNegativeReply, { handle: 0x41 })).toEqual([
      completed(LeLongTermKeyNegativeReply, { status: Status.unknownConnection, handle: 0x41 }),
    ]);
    expect(await central.packets()).toEqual([]);
  });
});

describe('LE Encrypt and LE Rand', () => {
  it('encrypts the AES-128 example of FIPS 197, in little-endian order', async () => {
    const reverse = (hex: string): string => Buffer.from(hex, 'hex').reverse().toString('hex');
    const plain = '00112233445566778899aabbccddeeff';
    const cipher = '69c4e0d86a7b0430d8cdb78070b4c55a';
    expect(await central.exchange(LeEncrypt.opcode, reverse(KEY) + reverse(plain))).toEqual([
      `040e1401172000${reverse(cipher)}`,
    ]);
  });

  it('gives 8 other random bytes each time', async () => {
    const answers = [...(await central.exchange(LeRand)), ...(await central.exchange(LeRand))];
    for (const answer of answers) expect(answer).toMatch(/^040e0c01182000[0-9a-f]{16}$/);
    expect(new Set(answers).size).toBe(2);
  });
});
