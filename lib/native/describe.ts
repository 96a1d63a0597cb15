import type { MessageDescription, MessageDirection, MessageRules } from '../link/message-link.js';
import { decodeFromCar, decodeToCar, LENGTH } from './codec.js';
import { MAX_MESSAGE_BYTES } from './profile.js';

/** Decodes a message for a person to read. Ciphertext stays ciphertext: only its length is told. */
export const describe = (direction: MessageDirection, message: Uint8Array): MessageDescription => {
  try {
    return contentsOf(direction, message);
  } catch {
    return { kind: 'malformed', fields: size('bytes', message.length) };
  }
};

export const nativeMessages: MessageRules = {
  maxMessage: MAX_MESSAGE_BYTES,
  reassemblyMs: 5_000,
  describe,
};

const contentsOf = (direction: MessageDirection, bytes: Uint8Array): MessageDescription => {
  const message = direction === 'to-car' ? decodeToCar(bytes) : decodeFromCar(bytes);
  switch (message.case) {
    case 'hello':
      return { kind: 'Hello', fields: `version ${String(message.value.version)}, e 32 B` };
    case 'proof':
      return {
        kind: 'Proof',
        fields: [
          'e 32 B',
          'encrypted s 48 B',
          size('sealed Command', message.value.handshake.length - LENGTH.proofHandshake + 16),
          size('tag', message.value.tag.length),
        ].join(', '),
      };
    case 'sealed': {
      const what = direction === 'to-car' ? 'sealed Command' : 'sealed Result';
      return { kind: 'Sealed', fields: size(what, message.value.length) };
    }
    case 'pairStart':
      return { kind: 'PairStart', fields: size('share', message.value.share.length) };
    case 'pairShare':
      return { kind: 'PairShare', fields: 'share 65 B, confirmation 32 B' };
    case 'pairConfirm':
      return { kind: 'PairConfirm', fields: 'confirmation 32 B, e 32 B, tag 16 B' };
    case 'pairOffer':
      return {
        kind: 'PairOffer',
        fields: `e 32 B, ${staticAnd('CarIdentity', message.value, LENGTH.pairOffer)}`,
      };
    case 'pairCommit':
      return {
        kind: 'PairCommit',
        fields: staticAnd('PhoneIdentity', message.value, LENGTH.pairCommit),
      };
    case 'pairDone':
      return { kind: 'PairDone', fields: size('sealed Enrolment', message.value.length) };
    case 'pairRefusal':
      return { kind: 'PairRefusal', fields: `reason ${String(message.value.reason)}` };
    case 'revocationList':
      return { kind: 'Notice', fields: size('sealed notice', message.value.length) };
    case undefined:
      return { kind: 'malformed', fields: '' };
  }
};

const staticAnd = (payload: string, { length }: Uint8Array, least: number): string =>
  `encrypted s 48 B, ${size(`sealed ${payload}`, length - least + LENGTH.aeadTag)}`;

const size = (what: string, bytes: number): string => `${what} ${String(bytes)} B`;
