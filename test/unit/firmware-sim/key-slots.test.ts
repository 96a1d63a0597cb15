import { describe, expect, it } from '@jest/globals';
import { MAX_CAR_SLOTS } from '../../../firmware-sim/key-slots.js';
import { MOST_NAME_BYTES } from '../../../lib/domain/names.js';
import type { KeyEntry } from '../../../lib/domain/outcomes.js';
import { encodeFromCar, LENGTH } from '../../../lib/native/codec.js';
import { encodeResult } from '../../../lib/native/commands.js';
import { MAX_MESSAGE_BYTES } from '../../../lib/native/profile.js';

describe('MAX_CAR_SLOTS', () => {
  it('is how many of the longest names one message can tell', () => {
    const keys = Array.from({ length: MAX_CAR_SLOTS }, (_, slot): KeyEntry => ({
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
    const outcome = { type: 'keys', keys } as const;
    const list = encodeResult({ outcome, clockLost: false, epoch: 0 });
    const value = new Uint8Array(list.length + LENGTH.aeadTag);
    expect(encodeFromCar({ case: 'sealed', value }).length).toBeLessThanOrEqual(MAX_MESSAGE_BYTES);
  });
});
