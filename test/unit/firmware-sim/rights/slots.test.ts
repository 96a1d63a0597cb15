import { describe, expect, it } from '@jest/globals';
import {
  isLastOwner,
  lowestFree,
  MAX_CAR_SLOTS,
  withKey,
} from '../../../../firmware-sim/rights/slots.js';
import { MOST_NAME_BYTES } from '../../../../lib/domain/names.js';
import { NO_TERMS } from '../../../../lib/domain/outcomes.js';
import type { KeyEntry } from '../../../../lib/domain/outcomes.js';
import { encodeFromCar, LENGTH } from '../../../../lib/native/codec.js';
import { encodeResult } from '../../../../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../../../../lib/native/profile.js';
import { paired, slots } from './cast.js';

describe('slots', () => {
  const keys = [paired(0, 'owner'), paired(2, 'driver')];

  it('are in their order, each with one key', () => {
    expect(slots(withKey(keys, paired(1, 'driver')))).toEqual([0, 1, 2]);
    expect(withKey(keys, paired(2, 'valet'))).toEqual([keys[0], paired(2, 'valet')]);
  });

  it('are taken from the lowest that is free', () => {
    expect(lowestFree([], 1)).toBe(0);
    expect(lowestFree(keys, 3)).toBe(1);
    expect(lowestFree([...keys, paired(1, 'driver')], 3)).toBeUndefined();
  });

  it('know the last owner, who is not to be lost', () => {
    const [owner, driver] = keys;
    expect(isLastOwner(owner!, keys)).toBe(true);
    expect(isLastOwner(driver!, keys)).toBe(false);
    expect(isLastOwner(driver!, [driver!])).toBe(false);
    const two = [...keys, paired(3, 'owner')];
    expect(isLastOwner(owner!, two)).toBe(false);
  });

  it('are as many as the longest names that one message can tell', () => {
    const all = Array.from({ length: MAX_CAR_SLOTS }, (_, slot): KeyEntry => ({
      slot,
      name: 'x'.repeat(MOST_NAME_BYTES),
      formFactor: 'unknown',
      role: 'driver',
      fingerprint: '00'.repeat(8),
      own: true,
      suspended: false,
      notAfter: null,
      usesLeft: null,
      grantedBy: null,
    }));
    const outcome = { type: 'keys', keys: all } as const;
    const most = 2 ** 32 - 1;
    const terms = { ...NO_TERMS, epoch: 0xffff, time: most, mark: most, floor: most };
    const list = encodeResult({ outcome, clockLost: false, ...terms });
    const value = new Uint8Array(list.length + LENGTH.aeadTag);
    expect(encodeFromCar({ case: 'sealed', value }).length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});
