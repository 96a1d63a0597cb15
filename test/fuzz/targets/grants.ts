import { isDeepStrictEqual } from 'node:util';
import { verifyChain } from '../../../lib/credentials/chain.js';
import { parseChain } from '../../../lib/credentials/grant.js';
import type { GrantTerms } from '../../../lib/credentials/grant.js';
import { formatUri, parseUri } from '../../../lib/credentials/uri.js';
import type { PhoneKeyUri } from '../../../lib/credentials/uri.js';
import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import { pairingUri, parsePairingCode } from '../../../lib/domain/pairing-code.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';
import {
  FIXED_BYTES,
  readFields,
  ROLE,
  sealPart,
  withLink,
  writeFields,
  writePart,
} from '../../../lab/forged-credentials.js';
import type { LinkFields } from '../../../lab/forged-credentials.js';
import { concat, utf8, sameBytes } from '../../../lib/platform/bytes.js';
import { CAR, OTHER_CAR, ownerIn, ownerKey, STRANGER, SUBJECTS } from '../sharing/test-keys.js';
import { isWritable, whatGrows } from '../sharing/rights.js';
import { demand, refusing } from '../target.js';
import type { Target } from '../target.js';

const EPOCH = 7;
const MOST_LINKS = 4;

const CONTEXT = {
  carPublicKey: CAR.publicKey,
  epoch: EPOCH,
  ownerKey,
};
const REFUSALS = ['protocol.malformed', 'grant.invalid'];

/** Of one link in an input: its fields as they are on the wire, and who signs it for which car. */
const STRIDE = FIXED_BYTES + 1;
const SIGNERS = ['who may', 'an owner', 'a stranger', 'for another car'] as const;

interface Link {
  readonly fields: LinkFields;
  readonly fixed: Uint8Array;
  readonly by: (typeof SIGNERS)[number];
}

const linksOf = (input: Uint8Array): Link[] => {
  const count = Math.min(SUBJECTS.length, Math.floor(input.length / STRIDE));
  return Array.from({ length: count }, (_, index) => {
    const record = input.subarray(index * STRIDE, (index + 1) * STRIDE);
    const fixed = record.subarray(0, FIXED_BYTES);
    const by = SIGNERS[(record[FIXED_BYTES] ?? 0) % SIGNERS.length] ?? 'who may';
    return { fields: readFields(fixed), fixed, by };
  });
};

const write = (links: readonly Link[]): Uint8Array => {
  let chain: Uint8Array = new Uint8Array(0);
  let issuer = ownerIn(links[0]?.fields.ownerSlot ?? 0) ?? STRANGER;
  links.forEach(({ fixed, by }, index) => {
    const signer = { 'an owner': ownerIn(0), 'a stranger': STRANGER }[by as string] ?? issuer;
    const { publicKey } = by === 'for another car' ? OTHER_CAR : CAR;
    const subject = SUBJECTS[index] ?? STRANGER;
    chain = withLink(chain, signer, publicKey, fixed, subject);
    issuer = subject;
  });
  return chain;
};

/** What is wrong with the chain, by the text of the specification. */
const wrongWith = (links: readonly Link[]): string | undefined => {
  if (links.length === 0 || links.length > MOST_LINKS) return 'a wrong number of links';
  for (const [index, { fields, by }] of links.entries()) {
    if (!isWritable(fields)) return 'a link that nobody can mean';
    if (fields.epoch !== EPOCH) return 'another epoch';
    const before = links[index - 1]?.fields;
    const first = before === undefined;
    if (first && ownerIn(fields.ownerSlot) === undefined) return 'no owner';
    if (by === 'an owner' ? !first || fields.ownerSlot !== 0 : by !== 'who may') return by;
    const grows = first ? undefined : whatGrows(before, fields);
    if (grows !== undefined) return grows;
  }
  return undefined;
};

const link = (fields: Partial<LinkFields> = {}, by: (typeof SIGNERS)[number] = 'who may') =>
  concat(
    writeFields({
      version: 1,
      delegations: 0,
      role: ROLE.guest,
      ownerSlot: 0,
      epoch: EPOCH,
      issuedAt: 1_800_000_000,
      notBefore: 1_800_000_000,
      notAfter: 1_800_086_400,
      uses: 0,
      leaseHours: 0,
      ...fields,
    }),
    Uint8Array.of(SIGNERS.indexOf(by)),
  );

const grantSeeds = (): Uint8Array[] => [
  link({ uses: 3, leaseHours: 12 }),
  link({ ownerSlot: 3, role: ROLE.driver, notAfter: 2 ** 32 - 1 }),
  link({}, 'a stranger'),
  link({}, 'for another car'),
  concat(link({ delegations: 1 }), link({ role: ROLE.valet, leaseHours: 1 })),
  concat(link({ delegations: 1 }), link({ role: ROLE.service })),
  concat(link({ delegations: 1, leaseHours: 2 }), link({ leaseHours: 3 })),
  concat(...[3, 2, 1, 0].map((delegations) => link({ delegations, role: ROLE.driver }))),
  concat(...[3, 2, 1, 0, 0].map((delegations) => link({ delegations }))),
];

const chainSeeds = (): Uint8Array[] => grantSeeds().map((seed) => write(linksOf(seed)));

/** Nobody else signed anything: what a car takes is one of these, or the beginning of one. */
let signed: readonly Uint8Array[] | undefined;

const uris = (): PhoneKeyUri[] => {
  const [publicKey, signingKey] = [CAR.publicKey, STRANGER.signing.publicKey];
  const revocationList = sealPart(
    seededRandom('notice'),
    STRANGER.signing,
    CAR.publicKey,
    writePart({ ownerSlot: 0, number: 1, issuedAt: 9, entries: [] }),
  );
  return [
    { what: 'key', publicKey, signingKey },
    ...chainSeeds().map((chain) => ({ what: 'grant' as const, carPublicKey: publicKey, chain })),
    { what: 'revocation-list', revocationList },
  ];
};

const fieldsOf = (terms: GrantTerms): LinkFields => ({
  version: 1,
  ...terms,
  role: ROLE[terms.role],
});

const textOf = (input: Uint8Array): string => new TextDecoder().decode(input);

/** What phones hand to each other and show to the car. */
export const grantTargets: readonly Target[] = [
  {
    name: 'grant',
    seeds: grantSeeds,
    dictionary: [link(), link({ delegations: 1 }), Uint8Array.of(0xff, 0xff, 0xff, 0xff)],
    stride: STRIDE,
    maxLength: STRIDE * SUBJECTS.length,
    batch: 16,
    run(input) {
      const links = linksOf(input);
      const chain = write(links);
      const verified = refusing(REFUSALS, () => verifyChain(suite, chain, CONTEXT));
      const wrong = wrongWith(links);
      demand(verified === undefined || wrong === undefined, `a car takes ${wrong ?? ''}`);
      demand(verified !== undefined || wrong !== undefined, 'a chain that holds is taken');
      if (verified === undefined) return;
      const given: unknown = fieldsOf(verified.terms);
      demand(isDeepStrictEqual(given, links.at(-1)?.fields), 'for what its last link says');
    },
  },
  {
    name: 'grant-chain',
    seeds: chainSeeds,
    dictionary: [Uint8Array.of(0x10), Uint8Array.of(0x11), Uint8Array.of(0x1f, 2)],
    maxLength: 600,
    batch: 16,
    run(input) {
      const links = refusing(['protocol.malformed'], () => parseChain(input));
      if (links !== undefined) {
        demand(links.length <= MOST_LINKS, 'a chain is short');
        demand(sameBytes(concat(...links.map(({ bytes }) => bytes)), input), 'and whole');
        for (const { terms, bytes } of links) {
          const fixed = writeFields(fieldsOf(terms));
          demand(sameBytes(fixed, bytes.subarray(0, FIXED_BYTES)), 'there is one form of a link');
          demand(isWritable(fieldsOf(terms)), 'that somebody can mean');
        }
      }
      if (refusing(REFUSALS, () => verifyChain(suite, input, CONTEXT)) === undefined) return;
      signed ??= chainSeeds();
      demand(
        signed.some((chain) => sameBytes(chain.subarray(0, input.length), input)),
        'nobody gives rights but those who signed',
      );
    },
  },
  {
    name: 'uri',
    seeds: () => [...uris().map((uri) => utf8(formatUri(uri))), utf8(pairingUri('12345678'))],
    dictionary: [
      'phonekey:',
      'key/',
      'grant/',
      'revocation-list/',
      'pair/',
      ' ',
      '\n',
      '=',
      '+',
      '%20',
    ].map(utf8),
    maxLength: 1024,
    run(input) {
      const text = textOf(input);
      const uri = refusing(['usage.invalid'], () => parseUri(text));
      const code = refusing(['usage.invalid'], () => parsePairingCode(text));
      demand(uri === undefined || code === undefined, 'a text means one thing');
      if (code !== undefined) {
        demand(/^[0-9]{8}$/.test(code), 'a code has 8 digits');
        demand(parsePairingCode(pairingUri(code)) === code, 'and is the same as a URI');
      }
      if (uri === undefined) return;
      demand(formatUri(uri) === text.trim(), 'there is one text for each thing');
      demand(isDeepStrictEqual(parseUri(formatUri(uri)), uri), 'reads what it writes');
    },
  },
];
