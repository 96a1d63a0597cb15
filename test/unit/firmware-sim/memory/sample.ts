import { newRecord } from '../../../../firmware-sim/memory/record.js';
import type { CarRecord } from '../../../../firmware-sim/memory/record.js';
import { FORM_FACTOR_NAMES, formFactorFromName } from '../../../../lib/credentials/form-factors.js';
import { Role } from '../../../../lib/credentials/roles.js';

/** A record with that many keys and tries. */
export const sampleRecord = (keys: number, pairingTries = keys): CarRecord => ({
  ...newRecord(new Uint8Array(32).fill(0xa7)),
  pairingTries,
  keys: Array.from({ length: keys }, (_, slot) => ({
    slot,
    publicKey: new Uint8Array(32).fill(slot + 1),
    signingKey: new Uint8Array(32).fill(slot + 101),
    formFactor: formFactorFromName(FORM_FACTOR_NAMES[slot % 7] ?? 'unknown'),
    name: `Ada's phone ${String(slot)} ☂`,
    role: slot === 0 ? Role.OWNER : Role.DRIVER,
    pairedAt: 1_800_000_000 + slot,
  })),
});
