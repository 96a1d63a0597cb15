import { fingerprint } from '../../credentials/key-slot.js';
import type { Suite } from '../../crypto/suite.js';
import type { CommandName } from '../../domain/commands.js';
import type { VehicleStatus } from '../../domain/outcomes.js';
import type { Refusal } from '../../domain/refusals.js';
import { PhoneKeyError } from '../../errors.js';
import { toHex } from '../../platform/bytes.js';
import { decodeRequest, decodeResult } from '../commands.js';

/** What was sealed in a message, as far as a viewer is told. */
export type Content =
  | {
      readonly type: 'command';
      readonly command: CommandName | 'unknown';
      /** Of the key to remove; none: the one that asks. */
      readonly slot?: number;
      /** Fingerprint of the key that the phone proved to have, in hex; in a Proof. */
      readonly key?: string;
    }
  | { readonly type: 'done' }
  | { readonly type: 'refusal'; readonly reason: string }
  | ({ readonly type: 'status' } & Pick<VehicleStatus, 'locked' | 'open' | 'driveSecondsLeft'>)
  /** Only how many: names of people are nobody's business. */
  | { readonly type: 'keys' | 'revocations'; readonly count: number }
  /** The keys of the session do not open it, or what it holds is no message. */
  | { readonly type: 'unreadable' };

const UNREADABLE: Content = { type: 'unreadable' };

/** @param encoded undefined where it could not be opened */
export const commandContent = (encoded: Uint8Array | undefined): Content =>
  orUnreadable(encoded, (bytes) => {
    const { command } = decodeRequest(bytes);
    return {
      type: 'command',
      command: command?.type ?? 'unknown',
      ...(command?.type === 'removeKey' && 'slot' in command && { slot: command.slot }),
    };
  });

export const proofContent = (
  suite: Suite,
  opened: { readonly phonePublicKey: Uint8Array; readonly command: Uint8Array } | undefined,
): Content => {
  if (opened === undefined) return UNREADABLE;
  const content = commandContent(opened.command);
  const key = toHex(fingerprint(suite, opened.phonePublicKey));
  return content.type === 'command' ? { ...content, key } : content;
};

/** @param encoded undefined where it could not be opened */
export const resultContent = (encoded: Uint8Array | undefined): Content =>
  orUnreadable(encoded, (bytes) => {
    const { outcome } = decodeResult(bytes);
    switch (outcome.type) {
      case 'done':
        return { type: 'done' };
      case 'refused':
        return { type: 'refusal', reason: reasonName(outcome.refusal, outcome.code) };
      case 'status': {
        const { locked, open, driveSecondsLeft } = outcome.status;
        return { type: 'status', locked, open, driveSecondsLeft };
      }
      case 'keys':
        return { type: 'keys', count: outcome.keys.length };
      case 'revocations':
        return { type: 'revocations', count: outcome.entries.length };
      case 'unknown':
        return UNREADABLE;
    }
  });

/** `unlock by key 43ea6d628a0fbb21`, `refused: door open`. */
export const describeContent = (content: Content): string => {
  switch (content.type) {
    case 'command': {
      const { command, slot, key } = content;
      const what = slot === undefined ? command : `${command} in slot ${String(slot)}`;
      return key === undefined ? what : `${what} by key ${key}`;
    }
    case 'done':
      return 'done';
    case 'refusal':
      return `refused: ${content.reason}`;
    case 'status': {
      const { locked, open, driveSecondsLeft } = content;
      const parts = [locked ? 'locked' : 'unlocked', `open: ${open.join(', ') || 'nothing'}`];
      if (driveSecondsLeft > 0) parts.push(`driving for ${String(driveSecondsLeft)} s`);
      return parts.join('; ');
    }
    case 'revocations':
      return `${String(content.count)} of the keys that this owner revoked or suspended`;
    case 'keys':
      return `a list of ${String(content.count)} ${content.count === 1 ? 'key' : 'keys'}`;
    case 'unreadable':
      return 'not opened by the keys of the session';
  }
};

/** Reasons of later versions are numbers. */
const reasonName = (refusal: Refusal, code = 0): string =>
  refusal === 'unknown' ? `reason ${String(code)}` : refusal.replaceAll('-', ' ');

const orUnreadable = (
  encoded: Uint8Array | undefined,
  decode: (bytes: Uint8Array) => Content,
): Content => {
  if (encoded === undefined) return UNREADABLE;
  try {
    return decode(encoded);
  } catch (error) {
    if (error instanceof PhoneKeyError) return UNREADABLE;
    throw error;
  }
};
