import type { MessageDescription, MessageDirection, MessageRules } from '../link/message-link.js';
import { decodeFromCar, decodeToCar, LENGTH } from './codec.js';
import { MAX_MESSAGE_BYTES } from './profile.js';
import type { FromCar, ToCar } from './schema/gen/phonekey.js';

/** Undefined for what is no message. */
export const decoded = (
  direction: MessageDirection,
  bytes: Uint8Array,
): ToCar['message'] | FromCar['message'] | undefined => {
  try {
    return direction === 'to-car' ? decodeToCar(bytes) : decodeFromCar(bytes);
  } catch {
    return undefined;
  }
};

/** Decodes a message for a person to read. Ciphertext stays ciphertext: only its length is told. */
export const describe = (direction: MessageDirection, bytes: Uint8Array): MessageDescription => {
  const message = decoded(direction, bytes);
  switch (message?.case) {
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
      return { kind: 'PairConfirm', fields: 'confirmation 32 B' };
    case 'pairOffer':
      return { kind: 'PairOffer', fields: size('sealed CarIdentity', message.value.length) };
    case 'pairCommit':
      return { kind: 'PairCommit', fields: size('sealed PhoneIdentity', message.value.length) };
    case 'pairDone':
      return { kind: 'PairDone', fields: size('sealed Enrolment', message.value.length) };
    case 'pairRefusal':
      return { kind: 'PairRefusal', fields: `reason ${String(message.value.reason)}` };
    case 'revocationList':
      return { kind: 'Notice', fields: size('sealed notice', message.value.length) };
    case undefined:
      return { kind: 'malformed', fields: size('bytes', bytes.length) };
  }
};

export const nativeMessages: MessageRules = {
  maxMessage: MAX_MESSAGE_BYTES,
  reassemblyMs: 5_000,
  describe,
};

const size = (what: string, bytes: number): string => `${what} ${String(bytes)} B`;
