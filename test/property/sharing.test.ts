import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { narrows, verifyChain } from '../../lib/credentials/chain.js';
import { parseChain } from '../../lib/credentials/grant.js';
import { parseUri } from '../../lib/credentials/uri.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { KeyRing } from '../../lib/phone/key-ring.js';
import type { ShareOptions } from '../../lib/phone/sharing.js';
import { MemoryCarStore } from '../../lib/phone/store.js';
import { seededRandom } from '../../lib/platform/seeded-random.js';

const NOW = 1_800_000_000;
const CAR = defaultSuite.x25519KeyPair(new Uint8Array(32).fill(9));
const OWNER = {
  identity: defaultSuite.x25519KeyPair(new Uint8Array(32).fill(1)),
  signing: defaultSuite.ed25519KeyPair(new Uint8Array(32).fill(1)),
};

const time = fc.integer({ min: NOW - 10, max: NOW + 30 });
const options: fc.Arbitrary<Omit<ShareOptions, 'to'>> = fc.record(
  {
    role: fc.constantFrom('driver', 'guest', 'valet', 'service'),
    from: time,
    until: time,
    uses: fc.integer({ min: 0, max: 3 }),
    leaseHours: fc.integer({ min: 0, max: 3 }),
    delegations: fc.integer({ min: 0, max: 4 }),
  },
  { requiredKeys: [] },
);

/** Options under which a chain can become long. */
const wide: fc.Arbitrary<Omit<ShareOptions, 'to'>> = fc.record(
  { delegations: fc.integer({ min: 1, max: 3 }), until: fc.constant(NOW + 30) },
  { requiredKeys: ['delegations'] },
);

const phone = (seed: string, store = new MemoryCarStore()): KeyRing =>
  new KeyRing({
    store,
    random: seededRandom(seed),
    wallTime: () => NOW * 1000,
  });

describe('handing keys on', () => {
  it('makes chains that hold and only narrow, or is refused', async () => {
    const lengths = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(options, wide), { minLength: 1, maxLength: 5 }),
        async (shares) => {
          const store = new MemoryCarStore();
          const carPublicKey = CAR.publicKey;
          await store.add({
            name: 'car',
            carPublicKey,
            ...OWNER,
            state: 'paired',
            role: 'owner',
            slot: 3,
            epoch: 7,
          });
          let giver = phone('owner', store);
          for (const [index, each] of shares.entries()) {
            const taker = phone(String(index));
            let uri: string;
            try {
              ({ uri } = await giver.share({ ...each, to: await taker.offer() }));
            } catch (error) {
              expect(error).toBeInstanceOf(PhoneKeyError);
              expect(['usage.invalid', 'car.not-permitted']).toContain(
                (error as PhoneKeyError).code,
              );
              return;
            }
            const parsed = parseUri(uri);
            if (parsed.what !== 'grant') throw new Error('not a grant');
            const context = {
              carPublicKey,
              epoch: 7,
              ownerKey: (slot: number) => (slot === 3 ? OWNER.signing.publicKey : undefined),
            };
            verifyChain(defaultSuite, parsed.chain, context);
            const links = parseChain(parsed.chain);
            expect(links).toHaveLength(index + 1);
            links.forEach((link, at) => {
              if (at > 0) expect(narrows(links[at - 1]!.terms, link.terms)).toBe(true);
            });
            lengths.add(links.length);
            await taker.accept(uri);
            giver = taker;
          }
        },
      ),
    );
    expect(lengths.has(1) && lengths.has(2)).toBe(true);
  });
});
