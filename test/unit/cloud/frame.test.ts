import { describe, expect, it } from '@jest/globals';
import { decodeFrame, encodeFrame, RELAYED_MTU } from '../../../lib/cloud/frame.js';
import type { Frame } from '../../../lib/cloud/frame.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { errorWith } from '../../support/errors.js';

const { service } = nativeProfile;
const chunk = new Uint8Array(512).fill(7);

const FRAMES: readonly (readonly [Frame, string])[] = [
  [
    { kind: 'open', sequence: 0, service, mtu: 515 },
    '01' + '00000000' + '9d1f5a007c524b6e9a431f0c6e2b7d10' + '0203',
  ],
  [{ kind: 'data', sequence: 258, chunk: Uint8Array.of(0xab) }, '02' + '00000102' + 'ab'],
  [{ kind: 'data', sequence: 0xffff_ffff, chunk }, '02' + 'ffffffff' + '07'.repeat(512)],
  [{ kind: 'close', sequence: 3, why: 'over' }, '03' + '00000003' + '00'],
  [{ kind: 'close', sequence: 3, why: 'broken' }, '03' + '00000003' + '03'],
];

describe('a frame of a relayed link', () => {
  it.each(FRAMES)('is these bytes: %j', (frame, hex) => {
    expect(toHex(encodeFrame(frame))).toBe(hex);
    expect(decodeFrame(Buffer.from(hex, 'hex'))).toEqual(frame);
  });

  it.each([
    ['nothing', ''],
    ['no number', '02000000'],
    ['kind 0', '0000000000ab'],
    ['kind 4', '0400000000ab'],
    ['no chunk', '0200000000'],
    ['a chunk of 513 bytes', '0200000000' + '07'.repeat(513)],
    ['a service of 15 bytes', '0100000000' + '00'.repeat(15) + '0203'],
    ['something after the MTU', '0100000000' + '00'.repeat(16) + '020300'],
    ['an MTU of 22', '0100000000' + '00'.repeat(16) + '0016'],
    ['an MTU of 516', '0100000000' + '00'.repeat(16) + '0204'],
    ['no reason', '0300000000'],
    ['an unknown reason', '030000000004'],
    ['two reasons', '03000000000000'],
  ])('is not %s', (_, hex) => {
    expect(() => decodeFrame(Buffer.from(hex, 'hex'))).toThrow(errorWith('protocol.malformed'));
  });

  it('takes no memory of whoever brought it', () => {
    const bytes = Buffer.from('0200000000abcd', 'hex');
    const frame = decodeFrame(bytes);
    bytes.fill(0);
    expect(frame).toMatchObject({ chunk: Uint8Array.of(0xab, 0xcd) });
  });

  it('is the last one before its number would be 0 again', () => {
    const next = { kind: 'data', sequence: 2 ** 32, chunk: Uint8Array.of(1) } as const;
    expect(() => encodeFrame(next)).toThrow(errorWith('radio.link-lost'));
  });

  it('fits the MTU that a relayed link has', () => {
    expect(RELAYED_MTU - 3).toBe(chunk.length);
  });
});
