import type { CarLinkEvent } from '../../lib/car/index.js';
import type { Actor, CarEvent, KeySummary } from '../../firmware-sim/index.js';

/** What happened at the car, as a sentence. */
export const describeCarEvent = (event: CarEvent): string => {
  switch (event.type) {
    case 'unlocked':
    case 'locked':
      return `${event.type} by ${who(event.by)}`;
    case 'relocked':
      return 'locked again: no door was opened';
    case 'handle-refused':
      return `handle ${event.door} pulled; the door stays shut: ${event.reason}`;
    case 'door-opened':
      return `${event.closure} opened by ${who(event.by)}`;
    case 'door-closed':
      return `${event.closure} closed`;
    case 'drive-authorised': {
      const limit =
        event.speedLimit === undefined ? '' : `, ${String(event.speedLimit)} km/h at most`;
      return `driving authorised for ${String(event.seconds)} s by ${who(event.by)}${limit}`;
    }
    case 'driving':
      return 'driving';
    case 'drive-ended':
      return `driving ended: ${event.reason}`;
    case 'command-refused':
      return `${event.command} refused to ${who(event.by)}: ${event.reason}`;
    case 'card-tapped':
      return `key card on the ${event.reader}, to ${event.purpose}`;
    case 'pairing-opened':
      return `pairing window open for ${String(event.seconds)} s; the code is on the screen`;
    case 'pairing-try':
      return `pairing tried; ${String(event.triesLeft)} tries left`;
    case 'pairing-closed':
      return `pairing window closed: ${event.reason}`;
    case 'key-added':
      return `key ${event.replaced ? 'replaced' : 'added'}: ${keyText(event.key)}`;
    case 'key-removed':
      return `key removed by ${who(event.by)}: ${keyText(event.key)}`;
    case 'key-refused':
      return `a key named ${event.name} was not taken: ${event.reason}`;
    case 'key-suspended':
      return `key suspended by ${who(event.by)}: ${keyText(event.key)}`;
    case 'key-resumed':
      return `key resumed by ${who(event.by)}: ${keyText(event.key)}`;
    case 'notice-taken':
      return `revocation list ${String(event.number)} of ${who(event.by)}: ${keyCount(event.entries)}`;
    case 'pin-changed':
      return `PIN to drive ${event.set ? 'set' : 'cleared'} by ${who(event.by)}`;
    case 'epoch-raised':
      return `re-keyed by ${who(event.by)}; the epoch is ${String(event.epoch)}`;
    case 'clock-lost':
      return 'the clock stood still: the car does not know the time';
    case 'clock-set':
      return `the clock was set by ${who(event.by)}: ${isoTime(event.now)}`;
    case 'factory-reset':
      return `factory reset; the new identity is ${event.fingerprint}`;
  }
};

/** What happened on a link, without anything that is secret. */
export const linkEventFields = (event: CarLinkEvent): object =>
  event.type === 'authenticated'
    ? { type: event.type, key: { slot: event.key.slot, name: event.key.name } }
    : event;

export const describeLinkEvent = (event: CarLinkEvent): string => {
  switch (event.type) {
    case 'link-opened':
      return 'a phone connected';
    case 'authenticated':
      return `it is ${who(event.key)}`;
    case 'refused':
      return 'a phone was refused: its proof is not valid';
    case 'link-closed':
      return `the link ended: ${event.why}`;
  }
};

const who = (actor: Actor): string => {
  switch (actor) {
    case 'card':
      return 'the key card';
    case 'hand':
      return 'hand';
    case 'car':
      return 'the car itself';
    default:
      return `${actor.name} (slot ${String(actor.slot)})`;
  }
};

const keyText = ({ name, role, slot, fingerprint }: KeySummary): string =>
  `${name}, ${role}, slot ${String(slot)}, ${fingerprint}`;

const keyCount = (count: number): string =>
  count === 1 ? '1 key revoked or suspended' : `${String(count)} keys revoked or suspended`;

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString();
