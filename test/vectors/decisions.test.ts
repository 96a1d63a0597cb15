import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { decide } from '../../lib/credentials/policy.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { decodeRequest } from '../../lib/native/commands.js';
import { decisionVectors } from '../../scripts/decision-vectors.js';
import type { Bounds } from '../../scripts/decision-vectors.js';
import { TERMS } from '../../scripts/sharing-examples.js';
import { fromHex } from './support.js';

const file = JSON.parse(readFileSync('test/vectors/decisions.json', 'utf8')) as ReturnType<
  typeof decisionVectors
>;

it('the file is what its generator writes', () => {
  expect(file).toEqual(decisionVectors());
});

const KEY = { publicKey: new Uint8Array(32), signingKey: new Uint8Array(32), name: 'phone' };

const grantOf = ({ used, issued_at: issuedAt, ...bounds }: Bounds) => ({
  terms: {
    ...TERMS.first,
    notBefore: bounds.not_before,
    notAfter: bounds.not_after,
    uses: bounds.uses,
    leaseHours: bounds.lease_hours,
  },
  path: [{ fingerprint: new Uint8Array(8), issuedAt }],
  used,
});

it.each(file.decisions)('$expect: $name', ({ role, grant, command, ...vector }) => {
  const key: KeySlot = { ...KEY, slot: 1, role, ...(grant && { grant: grantOf(grant) }) };
  const verdict = decide(key, decodeRequest(fromHex(command)).command!.type, {
    now: vector.now ?? undefined,
    isSuspended: () => vector.suspended,
    lastIssuedAt: () => vector.last_list,
  });
  const answer = typeof verdict === 'string' ? verdict.replaceAll('-', ' ') : 'allowed';
  expect(answer).toBe(vector.expect);
});
