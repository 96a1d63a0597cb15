import { writePart } from '../lab/forged-credentials.js';
import { fingerprint } from '../lib/credentials/key-slot.js';
import { signLink } from '../lib/credentials/grant.js';
import type { GrantSubject, GrantTerms } from '../lib/credentials/grant.js';
import { revocationListTagKey, sealRevocationList } from '../lib/credentials/revocation-list.js';
import type { RevocationList } from '../lib/credentials/revocation-list.js';
import { formatUri } from '../lib/credentials/uri.js';
import { ROLES } from '../lib/domain/roles.js';
import { concat, utf8 } from '../lib/platform/bytes.js';
import { carSecrets, Challenge } from '../lib/native/session/car.js';
import { answerChallenge } from '../lib/native/session/phone.js';
import { refusedResult } from '../lib/domain/outcomes.js';
import { encodeCommand, encodeResult } from '../lib/native/commands.js';
import { bytes, fixed, fromCar, KEYS, suite, toCar } from './example-keys.js';
import type { Line } from './example-keys.js';

/** The worked examples of grants and revocation lists, sections 7 and 8 of docs/PROTOCOL.md. */

export const NOW = 1_800_000_000;
const HOUR = 3600;
const DAY = 24 * HOUR;

/** The owner's phone gives the guest's a driver's key, to be handed on once. */
export const FIRST_TERMS: GrantTerms = {
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
export const SECOND_TERMS: GrantTerms = {
  ...FIRST_TERMS,
  role: 'valet',
  issuedAt: NOW + HOUR,
  notBefore: NOW + DAY,
  notAfter: NOW + DAY + 8 * HOUR,
  uses: 3,
  leaseHours: 12,
  delegations: 0,
};

export const GUEST: GrantSubject = {
  publicKey: KEYS.guest.publicKey,
  signingKey: KEYS.guestSigning.publicKey,
};
export const FRIEND: GrantSubject = {
  publicKey: KEYS.friend.publicKey,
  signingKey: KEYS.friendSigning.publicKey,
};

const NOTHING = new Uint8Array(0);

/** The two links of the example. */
export const exampleChain = (): { readonly first: Uint8Array; readonly second: Uint8Array } => {
  const { publicKey } = KEYS.car;
  const first = signLink(suite, KEYS.phoneSigning, publicKey, NOTHING, GUEST, FIRST_TERMS);
  const second = signLink(suite, KEYS.guestSigning, publicKey, first, FRIEND, SECOND_TERMS);
  return { first, second };
};

const SIGNATURE_BYTES = 64;
const bodyOf = (signed: Uint8Array): Uint8Array => signed.subarray(0, -SIGNATURE_BYTES);
const signatureOf = (signed: Uint8Array): Uint8Array => signed.subarray(-SIGNATURE_BYTES);

const termLines = (name: string, terms: GrantTerms): Line[] => {
  const { delegations, ownerSlot, epoch, uses, leaseHours } = terms;
  const role = ROLES.indexOf(terms.role) + 1;
  const numbers = { delegations, role, slot: ownerSlot, epoch, uses, lease: leaseHours };
  const times = { issued: terms.issuedAt, from: terms.notBefore, until: terms.notAfter };
  return [
    [`${name}_terms (text)`, pairs(numbers)],
    [`${name}_times (text)`, pairs(times)],
  ];
};

const pairs = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(' ');

export const grantExample = (): Line[] => {
  const { first, second } = exampleChain();
  const carPublicKey = KEYS.car.publicKey;
  const context = utf8('phonekey v1 grant');
  const chain = concat(first, second);
  const keyUri = formatUri({
    what: 'key',
    publicKey: KEYS.guest.publicKey,
    signingKey: KEYS.guestSigning.publicKey,
  });
  return [
    bytes('car_public', carPublicKey),
    bytes('owner_signing_private', KEYS.phoneSigning.privateKey),
    bytes('owner_signing_public', KEYS.phoneSigning.publicKey),
    bytes('guest_private', KEYS.guest.privateKey),
    bytes('guest_public', KEYS.guest.publicKey),
    bytes('guest_signing_private', KEYS.guestSigning.privateKey),
    bytes('guest_signing_public', KEYS.guestSigning.publicKey),
    ['guest_key_uri (text)', keyUri],
    ...termLines('first', FIRST_TERMS),
    bytes('first_signed', concat(context, carPublicKey, bodyOf(first))),
    bytes('first_signature', signatureOf(first)),
    bytes('first_link', first),
    ['first_grant_uri (text)', formatUri({ what: 'grant', carPublicKey, chain: first })],
    bytes('friend_private', KEYS.friend.privateKey),
    bytes('friend_public', KEYS.friend.publicKey),
    ...termLines('second', SECOND_TERMS),
    bytes('second_signed', concat(context, carPublicKey, first, bodyOf(second))),
    bytes('second_signature', signatureOf(second)),
    bytes('second_link', second),
    bytes('package', concat(carPublicKey, chain)),
    ['grant_uri (text)', formatUri({ what: 'grant', carPublicKey, chain })],
  ];
};

/** The first use of that grant, and the answer of a car at which its time is over. */
export const introductionExample = (): Line[] => {
  const { first, second } = exampleChain();
  const challenge = new Challenge(suite, fixed(KEYS.carEphemeral), carSecrets(suite, KEYS.car), 0);
  const command = encodeCommand(
    { type: 'unlock' },
    { grants: concat(first, second), name: KEYS.friendName },
  );
  const { handshake, tag } = answerChallenge(
    suite,
    fixed(KEYS.phoneEphemeral),
    { identity: KEYS.friend, carPublicKey: KEYS.car.publicKey },
    challenge.bytes,
    command,
  );
  const verified = challenge.verify(handshake, tag, 1);
  if (verified === undefined) throw new Error('the example does not verify');
  const expired = encodeResult(refusedResult('expired'));
  const sealed = verified.channel.seal(expired);
  return [
    bytes('friend_private', KEYS.friend.privateKey),
    ['friend_name (text)', KEYS.friendName],
    bytes('car_ephemeral_private', KEYS.carEphemeral),
    bytes('hello_handshake', challenge.bytes),
    bytes('phone_ephemeral_private', KEYS.phoneEphemeral),
    bytes('command_unlock', command),
    bytes('proof_handshake', handshake),
    bytes('proof_tag', tag),
    bytes('proof_frame', toCar({ case: 'proof', value: { handshake, tag } })),
    bytes('result_expired', expired),
    bytes('sealed_result', sealed),
    bytes('result_frame', fromCar({ case: 'sealed', value: sealed })),
  ];
};

/** The guest is revoked, and the friend suspended. */
export const EXAMPLE_REVOCATION_LIST: RevocationList = {
  ownerSlot: 0,
  epoch: 7,
  number: 5,
  issuedAt: NOW + 2 * DAY,
  floor: 0,
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
  const { phoneSigning, car } = KEYS;
  const list = EXAMPLE_REVOCATION_LIST;
  const [part] = sealRevocationList(suite, random, phoneSigning, car.publicKey, list);
  if (part === undefined) throw new Error('a revocation list without parts');
  return part;
};

export const revocationListExample = (): Line[] => {
  const revocationList = exampleRevocationList();
  const { issuedAt, number, ownerSlot, entries } = EXAMPLE_REVOCATION_LIST;
  const context = utf8('phonekey v1 notice');
  const body = writePart(EXAMPLE_REVOCATION_LIST);
  const signed = concat(context, KEYS.car.publicKey, body);
  return [
    bytes('car_private', KEYS.car.privateKey),
    bytes('car_public', KEYS.car.publicKey),
    bytes('owner_signing_private', KEYS.phoneSigning.privateKey),
    ['header (text)', pairs({ slot: ownerSlot, number, issued: issuedAt, part: 0, parts: 1 })],
    ...entries.flatMap(({ fingerprint: about, since, kind }, index): Line[] => [
      bytes(`fingerprint_${String(index)}`, about),
      [`entry_${String(index)} (text)`, pairs({ since, kind: kind === 'revoked' ? 1 : 2 })],
    ]),
    bytes('signed', signed),
    bytes('signature', suite.ed25519Sign(KEYS.phoneSigning, signed)),
    bytes('prologue', context),
    bytes('ephemeral_private', KEYS.revocationListEphemeral),
    bytes('sealed', revocationList.subarray(16)),
    bytes('tag_key', revocationListTagKey(suite, KEYS.car.publicKey)),
    bytes('revocation_list', revocationList),
    bytes('revocation_list_frame', toCar({ case: 'revocationList', value: revocationList })),
    bytes('command_deliver', encodeCommand({ type: 'deliver', revocationList })),
    ['revocation_list_uri (text)', formatUri({ what: 'notice', revocationList })],
  ];
};
