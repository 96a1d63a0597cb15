import type { Command } from '../lib/domain/commands.js';
import { encodeCommand } from '../lib/native/commands.js';
import { concat, toHex } from '../lib/platform/bytes.js';

/** test/vectors/wishes.json: what becomes of commands with ids, and of what they void (docs/PROTOCOL.md, section 6). */

export interface WishStep {
  /** Seconds. */
  readonly at: number;
  readonly key: string;
  /** Hex. */
  readonly command: string;
  /** What comes of it where it is carried out; at a power cut, nobody knows. */
  readonly meets: 'done' | 'door open' | 'power cut';
  readonly expect: 'done' | 'door open' | 'superseded' | 'busy' | 'fault' | 'unknown command' | '';
}

const id = (n: number, length = 8): Uint8Array => new Uint8Array(length).fill(n);

const step = (
  at: number,
  command: Command,
  expect: WishStep['expect'],
  { key = 'a', meets = 'done' }: Partial<Pick<WishStep, 'key' | 'meets'>> = {},
): WishStep => ({ at, key, command: toHex(encodeCommand(command)), meets, expect });

const unlock = (n: number): Command => ({ type: 'unlock', id: id(n) });
const lock = (n: number, ...voids: readonly number[]): Command => ({
  type: 'lock',
  id: id(n),
  voids: voids.map((each) => id(each)),
});
const DOOR = { meets: 'door open' } as const;
const CUT = { meets: 'power cut' } as const;
const B = { key: 'b' } as const;
const upTo = (most: number): readonly number[] => Array.from({ length: most }, (_, n) => n + 1);

/** Another key has as much as there is room for: its own eight and what all share, of commands and of what is void. */
const SHARE_TAKEN: readonly WishStep[] = upTo(72).map((n) =>
  step(0, n > 18 ? unlock(n) : lock(n, ...[0, 1, 2, 3].map((more) => 97 + 4 * n + more)), 'done', {
    key: 'c',
  }),
);

const SEQUENCES: Readonly<Record<string, readonly WishStep[]>> = {
  'the same again': [step(0, unlock(1), 'done'), step(29, unlock(1), 'done', DOOR)],
  'the same again, refused': [step(0, lock(1), 'door open', DOOR), step(29, lock(1), 'door open')],
  'after 30 s': [step(0, unlock(1), 'done'), step(30, unlock(1), 'door open', DOOR)],
  'of another key': [
    step(0, unlock(1), 'done'),
    step(1, unlock(1), 'door open', { ...B, ...DOOR }),
  ],
  'after a power cut': [step(0, unlock(1), '', CUT), step(1, unlock(1), 'fault')],
  'without an id': [
    step(0, { type: 'unlock' }, 'done'),
    step(1, { type: 'unlock' }, 'door open', DOOR),
  ],
  'that looks': [
    step(0, { type: 'status', id: id(1), voids: [id(2)] }, 'done'),
    step(1, { type: 'status', id: id(1) }, 'door open', DOOR),
    step(2, unlock(2), 'done'),
  ],
  'void, later': [step(0, lock(2, 1), 'done'), step(1, unlock(1), 'superseded')],
  'void by the same again': [
    step(0, lock(3), 'done'),
    step(1, lock(3, 1), 'done', DOOR),
    step(2, unlock(1), 'superseded'),
    step(3, lock(3, 1, 2), 'done'),
    step(31, unlock(2), 'superseded'),
  ],
  'the same again, which voids more than there is room for': [
    ...SHARE_TAKEN,
    step(0, lock(1, 11, 12, 13, 14), 'done'),
    step(1, lock(2, 15, 16, 17, 18), 'done'),
    step(2, lock(2, 19), 'fault'),
    step(3, unlock(19), 'done'),
    step(4, lock(2, 18), 'done'),
  ],
  'void, before': [
    step(0, unlock(1), 'done'),
    step(1, lock(2, 1), 'done'),
    step(2, unlock(1), 'done'),
  ],
  'void, and refused before': [
    step(0, lock(1), 'door open', DOOR),
    step(1, lock(2, 1), 'done'),
    step(2, lock(1), 'door open'),
  ],
  'void by one that is refused': [
    step(0, lock(2, 1), 'door open', DOOR),
    step(1, unlock(1), 'superseded'),
  ],
  'void, of another key': [step(0, lock(2, 1), 'done'), step(1, unlock(1), 'done', B)],
  'void, after a power cut': [
    step(0, lock(2, 1), '', CUT),
    step(1, unlock(1), 'superseded'),
    step(2, lock(2, 1), 'fault'),
  ],
  'void, begun before a power cut': [
    step(0, unlock(1), '', CUT),
    step(1, lock(2, 1), 'done'),
    step(2, unlock(1), 'fault'),
  ],
  'void, and voids': [
    step(0, lock(2, 1), 'done'),
    step(1, lock(1, 3), 'superseded'),
    step(2, unlock(3), 'superseded'),
  ],
  'void for 30 s': [
    step(0, lock(2, 1), 'done'),
    step(29, unlock(1), 'superseded'),
    step(30, unlock(1), 'done'),
  ],
  'void twice in one': [step(0, lock(2, 1, 1, 1, 1), 'done'), step(1, unlock(1), 'superseded')],
  'what all keys share': [
    ...upTo(72).map((n) => step(0, unlock(n), 'done')),
    step(1, unlock(73), 'busy'),
    step(1, unlock(72), 'done', DOOR),
    ...upTo(8).map((n) => step(2, unlock(n), 'done', B)),
    step(3, unlock(9), 'busy', B),
    step(30, unlock(73), 'done'),
  ],
  'the ninth': [
    ...SHARE_TAKEN,
    ...upTo(8).map((n) => step(0, unlock(n), 'done')),
    step(1, unlock(9), 'busy'),
    step(2, unlock(8), 'done', DOOR),
    step(3, unlock(9), 'done', B),
    step(30, unlock(9), 'done'),
  ],
  'the ninth that is void': [
    ...SHARE_TAKEN,
    step(0, lock(1, 11, 12, 13, 14), 'done'),
    step(1, lock(2, 15, 16, 17, 18), 'done'),
    step(2, lock(3, 19), 'busy'),
    step(3, unlock(19), 'done'),
    step(4, lock(4, 11, 18), 'done'),
    step(5, lock(3, 11), 'done'),
    step(30, lock(5, 20), 'done'),
  ],
  'what busy leaves': [
    ...SHARE_TAKEN,
    step(0, lock(1, 11, 12, 13, 14), 'done'),
    step(1, lock(2, 15, 16, 17), 'done'),
    step(2, lock(3, 18, 19), 'busy'),
    step(3, unlock(18), 'done'),
  ],
  'ids that are none': [
    step(0, { type: 'unlock', id: id(1, 7) }, 'unknown command'),
    step(0, { type: 'unlock', id: id(1, 9) }, 'unknown command'),
    step(0, lock(9, 1, 2, 3, 4, 5), 'unknown command'),
    step(0, lock(9, 1, 9), 'unknown command'),
    step(0, { type: 'lock', id: id(9), voids: [id(1, 7)] }, 'unknown command'),
    step(0, { type: 'lock', id: id(9), voids: [id(1, 9)] }, 'unknown command'),
    step(0, { type: 'lock', id: id(9), voids: [id(1, 0)] }, 'unknown command'),
    step(0, { type: 'lock', voids: [id(1)] }, 'unknown command'),
    ...[1, 2, 3, 4, 5, 9].map((n) => step(1, unlock(n), 'done')),
  ],
  'an id of which the last counts': [
    {
      ...step(0, unlock(1), 'done'),
      command: toHex(concat(encodeCommand(unlock(1)), encodeCommand(unlock(2)))),
    },
    step(1, unlock(1), 'done'),
    step(2, unlock(2), 'done', DOOR),
  ],
};

export const wishVectors = () => ({
  note: 'Made by scripts/vectors.ts.',
  sequences: Object.entries(SEQUENCES).map(([name, steps]) => ({ name, steps })),
});
