import { fingerprint } from '../lib/credentials/fingerprint.js';
import { roleName } from '../lib/credentials/roles.js';
import type { KeySlot } from '../lib/credentials/key-slot.js';
import type { Suite } from '../lib/crypto/suite.js';
import { toHex } from '../lib/platform/bytes.js';
import type { KeySummary } from './events.js';

export const summarise = (suite: Suite, key: KeySlot): KeySummary => ({
  slot: key.slot,
  name: key.name,
  role: roleName(key.role),
  fingerprint: toHex(fingerprint(suite, key.publicKey)),
});
