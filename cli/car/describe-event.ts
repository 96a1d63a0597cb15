import { refusalMessage } from '../../lib/domain/refusals.js';
import type { Actor, CardSummary, CarEventDetail, KeySummary } from '../../firmware-sim/index.js';

type Sentences<Event extends { readonly type: string }> = {
  readonly [T in Event['type']]: (event: Event & { readonly type: T }) => string;
};

const CAR: Sentences<CarEventDetail> = {
  unlocked: ({ by }) => `unlocked by ${who(by)}`,
  locked: ({ by }) => `locked by ${who(by)}`,
  relocked: () => 'locked again: no door was opened',
  'handle-refused': ({ door, reason }) => `handle ${door} pulled; the door stays shut: ${reason}`,
  'door-opened': ({ closure, by }) => `${closure} opened by ${who(by)}`,
  'door-closed': ({ closure }) => `${closure} closed`,
  'drive-authorised': ({ seconds, by, speedLimit }) => {
    const limit = speedLimit === undefined ? '' : `, ${String(speedLimit)} km/h at most`;
    return `driving authorised for ${String(seconds)} s by ${who(by)}${limit}`;
  },
  driving: () => 'driving',
  'drive-ended': ({ reason }) => `driving ended: ${reason}`,
  'command-refused': ({ command, by, reason }) =>
    `${command} refused to ${who(by)}: ${refusalMessage(reason)}`,
  'card-tapped': ({ reader, purpose, card }) => `key card ${card} on the ${reader}, to ${purpose}`,
  'card-refused': ({ reader, card }) => `a card on the ${reader} that is not enrolled: ${card}`,
  'card-added': ({ card, by }) => `key card added by ${who(by)}: ${cardText(card)}`,
  'card-removed': ({ card, by }) => `key card removed by ${who(by)}: ${cardText(card)}`,
  'pairing-opened': ({ seconds }) =>
    `pairing window open for ${String(seconds)} s; the code is on the screen`,
  'pairing-try': ({ triesLeft }) => `pairing tried; ${String(triesLeft)} tries left`,
  'pairing-try-returned': ({ triesLeft }) =>
    `that try does not count; ${String(triesLeft)} tries left`,
  'pairing-closed': ({ reason }) => `pairing window closed: ${reason}`,
  'key-added': ({ replaced, key }) => `key ${replaced ? 'replaced' : 'added'}: ${keyText(key)}`,
  'key-removed': ({ by, key }) => `key removed by ${who(by)}: ${keyText(key)}`,
  'key-refused': ({ name, reason }) =>
    `a key ${name === undefined ? 'without a name' : `named ${name}`} was not taken: ${reason}`,
  'key-suspended': ({ by, key }) => `key suspended by ${who(by)}: ${keyText(key)}`,
  'key-resumed': ({ by, key }) => `key resumed by ${who(by)}: ${keyText(key)}`,
  'revocation-list-taken': ({ number, by, entries }) =>
    `revocation list ${String(number)} of ${who(by)}: ${keyCount(entries)}`,
  'pin-changed': ({ set, by }) => `PIN to drive ${set ? 'set' : 'cleared'} by ${who(by)}`,
  'epoch-raised': ({ by, epoch }) => `re-keyed by ${who(by)}; the epoch is ${String(epoch)}`,
  'clock-lost': () => 'the clock stood still, so the car does not know the time',
  'clock-set': ({ by, now }) => `the clock was set by ${who(by)}: ${isoTime(now)}`,
  'factory-reset': ({ fingerprint }) => `factory reset; the new identity is ${fingerprint}`,
  'link-opened': ({ via }) => `a phone connected${through(via)}`,
  authenticated: ({ key, via }) => `it is ${who({ ...key, ...(via && { via }) })}`,
  refused: ({ via }) => `a phone was refused${through(via)}: its proof is not valid`,
  'internal-error': ({ during, error }) => `the car itself failed during ${during}: ${error}`,
  'turned-away': ({ key }) =>
    `${who(key)} was turned away: it has had its turn, and others are next`,
  'link-closed': ({ why, key, via }) =>
    `the link${through(via)}${key === undefined ? '' : ` of ${who(key)}`} ended: ${ENDS.get(why) ?? why}`,
};

/** What a radio says of a link's end. */
const ENDS: ReadonlyMap<string, string> = new Map([
  ['local', 'the car closed it'],
  ['remote', 'the phone closed it'],
  ['lost', 'the phone is out of reach'],
]);

/** What happened at the car, as a sentence. */
export const describeCarEvent = (event: CarEventDetail): string =>
  (CAR[event.type] as (event: CarEventDetail) => string)(event);

const ACTORS = { card: 'the key card', hand: 'hand', car: 'the car itself' } as const;

const who = (actor: Actor): string =>
  typeof actor === 'string'
    ? ACTORS[actor]
    : `${actor.name} (slot ${String(actor.slot)})${through(actor.via)}`;

const through = (via: 'cloud' | undefined): string => (via ? ' through the cloud' : '');

const keyText = ({ name, role, slot, fingerprint }: KeySummary): string =>
  `${name}, ${role}, slot ${String(slot)}, ${fingerprint}`;

const cardText = ({ name, slot, fingerprint }: CardSummary): string =>
  `${name}, slot ${String(slot)}, ${fingerprint}`;

const keyCount = (count: number): string =>
  count === 1 ? '1 key revoked or suspended' : `${String(count)} keys revoked or suspended`;

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();
