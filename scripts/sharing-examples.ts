import { writePart } from '../lab/forged-credentials.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { signLink } from '../lib/credentials/grant.js';
import type { GrantTerms } from '../lib/credentials/grant.js';
import { revocationListTagKey, sealRevocationList } from '../lib/credentials/revocation-list.js';
import type { RevocationList } from '../lib/credentials/revocation-list.js';
import { formatUri } from '../lib/credentials/uri.js';
import { ROLES } from '../lib/domain/roles.js';
import { concat, utf8 } from '../lib/platform/bytes.js';
import { refusedResult } from '../lib/domain/outcomes.js';
import { encodeCommand, encodeResult } from '../lib/native/commands.js';
import { exampleSession, fixed, fromCar, KEYS, pair, suite, toCar } from './example-keys.js';
import type { Example } from './example-keys.js';

/** The worked examples of grants and revocation lists, sections 7 and 8 of docs/PROTOCOL.md. */

export const NOW = 1_800_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** The owner's phone gives the guest's a driver's key, to be handed on once. */
const FIRST_TERMS: GrantTerms = {
  role: 'driver',
  issuedAt: NOW,
  notBefore: NOW,
  notAfter: NOW + 30 * DAY,
  uses: 0,
  leaseHours: 48,
  delegations: 1,
  epoch: 7,
  ownerSlot: 0,
};

/** The guest's phone hands a narrower one on. */
const SECOND_TERMS: GrantTerms = {
  ...FIRST_TERMS,
  role: 'valet',
  issuedAt: NOW + HOUR,
  notBefore: NOW + DAY,
  notAfter: NOW + DAY + 8 * HOUR,
  uses: 3,
  leaseHours: 12,
  delegations: 0,
};

export const TERMS = { first: FIRST_TERMS, second: SECOND_TERMS };

export const GUEST = {
  publicKey: KEYS.guest.publicKey,
  signingKey: KEYS.guestSigning.publicKey,
};
export const FRIEND = {
  publicKey: KEYS.friend.publicKey,
  signingKey: KEYS.friendSigning.publicKey,
};

export const NOTHING = new Uint8Array(0);

const { publicKey: carPublicKey } = KEYS.car;
const FIRST = signLink(suite, KEYS.phoneSigning, carPublicKey, NOTHING, GUEST, FIRST_TERMS);
const SECOND = signLink(suite, KEYS.guestSigning, carPublicKey, FIRST, FRIEND, SECOND_TERMS);
const BOTH = concat(FIRST, SECOND);
/** The two links of the example. */
export const LINKS = { first: FIRST, second: SECOND, both: BOTH };

const SIGNATURE_BYTES = 64;
export const bodyOf = (signed: Uint8Array): Uint8Array => signed.subarray(0, -SIGNATURE_BYTES);
const signatureOf = (signed: Uint8Array): Uint8Array => signed.subarray(-SIGNATURE_BYTES);

const terms = (name: string, terms: GrantTerms): Example => {
  const { delegations, ownerSlot, epoch, uses, leaseHours } = terms;
  const role = ROLES.indexOf(terms.role) + 1;
  const numbers = { delegations, role, slot: ownerSlot, epoch, uses, lease: leaseHours };
  const times = { issued: terms.issuedAt, from: terms.notBefore, until: terms.notAfter };
  return { [`${name}_terms`]: listed(numbers), [`${name}_times`]: listed(times) };
};

const listed = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');

export const GUEST_KEY_URI = formatUri({ what: 'key', ...GUEST });
export const GRANT_URI = formatUri({ what: 'grant', carPublicKey, chain: BOTH });

export const grantExample = (): Example => {
  const context = utf8('phonekey v1 grant');
  return {
    car_public: carPublicKey,
    ...pair('owner_signing', KEYS.phoneSigning),
    ...pair('guest', KEYS.guest),
    ...pair('guest_signing', KEYS.guestSigning),
    guest_key_uri: GUEST_KEY_URI,
    ...terms('first', FIRST_TERMS),
    first_signed: concat(context, carPublicKey, bodyOf(FIRST)),
    first_signature: signatureOf(FIRST),
    first_link: FIRST,
    first_grant_uri: formatUri({ what: 'grant', carPublicKey, chain: FIRST }),
    ...pair('friend', KEYS.friend),
    ...terms('second', SECOND_TERMS),
    second_signed: concat(context, carPublicKey, FIRST, bodyOf(SECOND)),
    second_signature: signatureOf(SECOND),
    second_link: SECOND,
    package: concat(carPublicKey, BOTH),
    grant_uri: GRANT_URI,
  };
};

/** The first use of that grant, and the answer of a car at which its time is over. */
export const introductionExample = (): Example => {
  const introduction = { grants: BOTH, name: KEYS.friendName };
  const command = encodeCommand({ type: 'unlock' }, introduction);
  const { hello, proof, car } = exampleSession(KEYS.friend, command);
  const expired = encodeResult(refusedResult('expired'));
  const sealed = car.seal(expired);
  return {
    ...pair('car', KEYS.car),
    ...pair('friend', KEYS.friend),
    grants: 'first_link and second_link of the grant example',
    friend_name: KEYS.friendName,
    car_ephemeral_private: KEYS.carEphemeral,
    hello_handshake: hello,
    phone_ephemeral_private: KEYS.phoneEphemeral,
    command_unlock: command,
    proof_handshake: proof.handshake,
    proof_tag: proof.tag,
    proof_frame: toCar({ case: 'proof', value: proof }),
    result_expired: expired,
    sealed_result: sealed,
    result_frame: fromCar({ case: 'sealed', value: sealed }),
  };
};

/** The guest is revoked, and the friend suspended. */
export const EXAMPLE_REVOCATION_LIST: RevocationList = {
  ownerSlot: 0,
  epoch: 7,
  number: 5,
  issuedAt: NOW + 2 * DAY,
  floor: NOW - DAY,
  entries: [
    {
      fingerprint: fingerprint(suite, KEYS.guest.publicKey),
      since: NOW + 2 * DAY,
      kind: 'revoked',
    },
    { fingerprint: fingerprint(suite, KEYS.friend.publicKey), since: NOW + DAY, kind: 'suspended' },
  ],
};

export const exampleRevocationList = (): Uint8Array => {
  const random = fixed(KEYS.revocationListEphemeral);
  const list = EXAMPLE_REVOCATION_LIST;
  const [part] = sealRevocationList(suite, random, KEYS.phoneSigning, carPublicKey, list);
  if (part === undefined) throw new Error('a revocation list without parts');
  return part;
};

export const revocationListExample = (): Example => {
  const revocationList = exampleRevocationList();
  const { issuedAt, floor, number, epoch, ownerSlot, entries } = EXAMPLE_REVOCATION_LIST;
  const context = utf8('phonekey v1 revocation list');
  const signed = concat(context, carPublicKey, writePart(EXAMPLE_REVOCATION_LIST));
  const names = ['guest', 'friend'] as const;
  const described = entries.flatMap(({ fingerprint: about, since, kind }, index) => {
    const name = names[index] ?? 'guest';
    return [
      [`${name}_public`, KEYS[name].publicKey] as const,
      [`${name}_fingerprint`, about] as const,
      [`${name}_entry`, listed({ since, kind: kind === 'revoked' ? 1 : 2 })] as const,
    ];
  });
  return {
    ...pair('car', KEYS.car),
    ...pair('owner_signing', KEYS.phoneSigning),
    header: listed({ slot: ownerSlot, epoch, number, part: 0, parts: 1 }),
    times: listed({ issued: issuedAt, floor }),
    ...Object.fromEntries<Uint8Array | string>(described),
    signed,
    signature: suite.ed25519Sign(KEYS.phoneSigning, signed),
    prologue: context,
    ephemeral_private: KEYS.revocationListEphemeral,
    sealed: revocationList.subarray(16),
    tag_key: revocationListTagKey(suite, carPublicKey),
    revocation_list: revocationList,
    revocation_list_frame: toCar({ case: 'revocationList', value: revocationList }),
    command_deliver: encodeCommand({ type: 'deliver', revocationList }),
    revocation_list_uri: formatUri({ what: 'revocation-list', revocationList }),
  };
};
