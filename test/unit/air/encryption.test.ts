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
import {
  DisconnectionComplete,
  EncryptionChange,
  EncryptionKeyRefreshComplete,
  LeLongTermKeyRequest,
} from '../../../lib/hci/events/links.js';
import { flip } from '../../../lab/flip.js';

const RANDOM = bytes('0102030405060708');
/** The key of the example in FIPS 197, Appendix C.1. */
const KEY = bytes('000102030405060708090a0b0c0d0e0f');
const OTHER_KEY = flip(KEY, 15 * 8);

const ENABLING = answered(LeEnableEncryption);
const KEY_REQUEST = event(LeLongTermKeyRequest, {
  handle: 0x40,
  random: RANDOM,
  diversifier: bytes('0a0b'),
});
const REPLIED = completed(LeLongTermKeyReply, { handle: 0x40 });
const REFUSED = completed(LeLongTermKeyNegativeReply, { handle: 0x40 });
const ENCRYPTED = event(EncryptionChange, { handle: 0x40, enabled: 1 });
const failed = (status: number): string => event(EncryptionChange, { status, handle: 0x40 });
const REFRESHED = event(EncryptionKeyRefreshComplete, { handle: 0x40 });
const lost = (reason: number): string => event(DisconnectionComplete, { handle: 0x40, reason });

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
  peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: KEY });
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
  random: RANDOM,
  diversifier: bytes('0a0b'),
  key: KEY,
});

describe('encrypting a link', () => {
  it('with the same key at both ends', async () => {
    await request();
    peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: KEY });
    expect(await peripheral.packets()).toEqual([REPLIED, ENCRYPTED]);
    expect(await central.packets()).toEqual([ENCRYPTED]);
    expect(clock.pending).toBe(0);
  });

  it('with another key ends the link at both ends, reason 0x3d', async () => {
    await request();
    peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: OTHER_KEY });
    expect(await peripheral.packets()).toEqual([REPLIED, lost(Status.micFailure)]);
    expect(await central.packets()).toEqual([failed(Status.micFailure), lost(Status.micFailure)]);
  });

  it('without a key at the peripheral fails with 0x06, and the link stays', async () => {
    await request();
    expect(await peripheral.exchange(LeLongTermKeyNegativeReply, { handle: 0x40 })).toEqual([
      REFUSED,
    ]);
    expect(await central.packets()).toEqual([failed(Status.keyMissing)]);
    await encrypt();
    expect(
      await central.exchange(Disconnect, { handle: 0x40, reason: Status.remoteUserTerminated }),
    ).toContain(lost(Status.terminatedByLocalHost));
  });

  it('fails with 0x06 where the host has masked the question', async () => {
    peripheral.command(LeSetEventMask, { mask: bytes('0f00000000000000') });
    await peripheral.packets();
    expect(await central.exchange(LeEnableEncryption, encrypting(0x40))).toEqual([
      ENABLING,
      failed(Status.keyMissing),
    ]);
  });

  it('refreshes the key when it is encrypted already', async () => {
    await encrypt();
    await request();
    peripheral.command(LeLongTermKeyReply, { handle: 0x40, key: KEY });
    expect(await peripheral.packets()).toEqual([REPLIED, REFRESHED]);
    expect(await central.packets()).toEqual([REFRESHED]);
  });

  it('ends the link when there is no key for the refresh', async () => {
    await encrypt();
    await request();
    peripheral.command(LeLongTermKeyNegativeReply, { handle: 0x40 });
    expect(await peripheral.packets()).toEqual([REFUSED, lost(Status.terminatedByLocalHost)]);
    expect(await central.packets()).toEqual([lost(Status.keyMissing)]);
  });

  it('gives up a host that does not answer after 40 s', async () => {
    await request();
    await clock.advance(39_999);
    expect(await central.packets()).toEqual([]);
    await clock.advance(1);
    expect(await central.packets()).toEqual([lost(Status.responseTimeout)]);
    expect(await peripheral.packets()).toEqual([lost(Status.responseTimeout)]);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer behind when the link goes meanwhile', async () => {
    await request();
    central.command(Reset);
    await central.packets();
    await clock.advance(420);
    expect(await peripheral.packets()).toEqual([lost(Status.connectionTimeout)]);
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
    expect(await peripheral.exchange(LeLongTermKeyReply, { handle: 0x40, key: KEY })).toEqual([
      completed(LeLongTermKeyReply, { status: Status.commandDisallowed, handle: 0x40 }),
    ]);
    expect(await peripheral.exchange(LeLongTermKeyNegativeReply, { handle: 0x41 })).toEqual([
      completed(LeLongTermKeyNegativeReply, { status: Status.unknownConnection, handle: 0x41 }),
    ]);
    expect(await central.packets()).toEqual([]);
  });
});

describe('LE Encrypt and LE Rand', () => {
  it('encrypts the AES-128 example of FIPS 197, in little-endian order', async () => {
    const block = bytes('00112233445566778899aabbccddeeff').toReversed();
    const cipher = bytes('69c4e0d86a7b0430d8cdb78070b4c55a').toReversed();
    expect(await central.exchange(LeEncrypt, { key: KEY.toReversed(), block })).toEqual([
      completed(LeEncrypt, { block: cipher }),
    ]);
  });

  it('gives 8 other random bytes each time', async () => {
    const answers = [...(await central.exchange(LeRand)), ...(await central.exchange(LeRand))];
    for (const answer of answers) expect(answer).toMatch(/^040e0c01182000[0-9a-f]{16}$/);
    expect(new Set(answers).size).toBe(2);
  });
});
