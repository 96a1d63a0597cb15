import type { MessageDescription, MessageDirection, MessageRules } from '../link/message-link.js';
import { decodeFromCar, decodeToCar, LENGTH } from './codec.js';
import { MAX_MESSAGE_BYTES } from './profile.js';
import type { FromCar, ToCar } from './schema/gen/phonekey.js';

type Message = ToCar['message'] | FromCar['message'];

/** Undefined for what is no message. */
export const decoded = (direction: MessageDirection, bytes: Uint8Array): Message | undefined => {
  try {
    return direction === 'to-car' ? decodeToCar(bytes) : decodeFromCar(bytes);
  } catch {
    return undefined;
  }
};

const size = (what: string, { length }: Uint8Array): string => `${what} ${String(length)} B`;

/** What each message is called, and what is in it. */
const KINDS: {
  readonly [C in NonNullable<Message['case']>]: readonly [
    kind: string,
    fields: (value: Extract<Message, { case: C }>['value'], direction: MessageDirection) => string,
  ];
} = {
  hello: ['Hello', ({ version }) => `version ${String(version)}, e 32 B`],
  proof: [
    'Proof',
    ({ handshake, tag }) => {
      const command = size('sealed Command', handshake.subarray(LENGTH.proofHandshake - 16));
      return `e 32 B, encrypted s 48 B, ${command}, ${size('tag', tag)}`;
    },
  ],
  sealed: ['Sealed', (it, to) => size(to === 'to-car' ? 'sealed Command' : 'sealed Result', it)],
  pairStart: ['PairStart', ({ share }) => size('share', share)],
  pairShare: ['PairShare', () => 'share 65 B, confirmation 32 B'],
  pairConfirm: ['PairConfirm', () => 'confirmation 32 B, e 32 B, tag 16 B'],
  pairOffer: [
    'PairOffer',
    (it) => `e 32 B, encrypted s 48 B, ${size('sealed CarIdentity', it.subarray(80))}`,
  ],
  pairCommit: [
    'PairCommit',
    (it) => `encrypted s 48 B, ${size('sealed PhoneIdentity', it.subarray(48))}`,
  ],
  pairDone: ['PairDone', (sealed) => size('sealed Enrolment', sealed)],
  pairRefusal: ['PairRefusal', ({ reason }) => `reason ${String(reason)}`],
  revocationList: ['Notice', (sealed) => size('sealed notice', sealed)],
};

/** Decodes a message for a person to read. Ciphertext stays ciphertext: only its length is told. */
export const describe = (direction: MessageDirection, bytes: Uint8Array): MessageDescription => {
  const message = decoded(direction, bytes);
  if (message?.case === undefined) return { kind: 'malformed', fields: size('bytes', bytes) };
  const [kind, fields] = KINDS[message.case];
  return { kind, fields: fields(message.value as never, direction) };
};

export const nativeMessages: MessageRules = {
  maxMessage: MAX_MESSAGE_BYTES,
  reassemblyMs: 5_000,
  describe,
};
