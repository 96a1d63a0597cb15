import type { KeySlot } from '../../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../../lib/crypto/index.js';
import type { KeyPair } from '../../../lib/crypto/suite.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';

/** Who may be near the car. The attacker is the stranger and the driver, and hears the others. */
export interface KeyHolder {
  readonly name: string;
  readonly identity: KeyPair;
  /** Ed25519: signs grants and revocation lists. */
  readonly signing: KeyPair;
  /** Its public half, 32 bytes. */
  readonly signingKey: Uint8Array;
}

const person = (name: string): KeyHolder => {
  const signing = defaultSuite.ed25519KeyPair(seededRandom(`${name} signing`)(32));
  return {
    name,
    identity: defaultSuite.x25519KeyPair(seededRandom(`${name} identity`)(32)),
    signing,
    signingKey: signing.publicKey,
  };
};

/** Programs name them by number: new ones go to the end. */
export const KEY_HOLDERS = {
  stranger: person('stranger'),
  driver: person('driver'),
  owner: person('owner'),
  newcomer: person('newcomer'),
  guest: person('guest'),
  friend: person('friend'),
} as const;

/** One fewer than there are people. */
export const SLOTS = 5;

/** The keys that every car here begins with. */
export const ENROLLED: readonly KeySlot[] = [
  { person: KEY_HOLDERS.owner, role: 'owner' as const },
  { person: KEY_HOLDERS.driver, role: 'driver' as const },
].map(({ person: { name, identity, signingKey }, role }, slot) => ({
  slot,
  publicKey: identity.publicKey,
  signingKey,
  name,
  role,
}));

/** The pairing code of every window. */
export const CODE = '20211119';
/** What a guesser tries. */
export const WRONG_CODE = '20211118';
