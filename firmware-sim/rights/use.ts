import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { decide } from '../../lib/credentials/policy.js';
import type { Allowance, PolicyRefusal } from '../../lib/credentials/policy.js';
import type { CommandName } from '../../lib/domain/commands.js';
import { circumstancesOf } from './rights.js';
import type { Rights, RightsContext } from './rights.js';

export interface Use<R extends Rights> {
  readonly allowance: Allowance;
  /** With the use counted, where they are limited: to be kept before the car acts. */
  readonly rights: R;
}

/** What the policy says of a key that is in its slot. */
export const useKey = <R extends Rights>(
  rights: R,
  key: KeySlot,
  command: CommandName,
  context: RightsContext,
): Use<R> | PolicyRefusal => {
  const allowance = decide(key, command, circumstancesOf(rights, context));
  if (typeof allowance === 'string') return allowance;
  if (!allowance.counts || key.grant === undefined) return { allowance, rights };
  const counted: KeySlot = { ...key, grant: { ...key.grant, used: key.grant.used + 1 } };
  const keys = rights.keys.map((each) => (each === key ? counted : each));
  return { allowance, rights: { ...rights, keys } };
};
