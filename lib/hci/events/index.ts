import { HciEvent, named } from '../packet.js';
import type { Named } from '../packet.js';
import * as advertising from './advertising.js';
import * as general from './general.js';
import * as links from './links.js';

/** Every event. */
export const EVENTS: readonly Named<HciEvent>[] = named(HciEvent, advertising, general, links);

/** The declaration of an event, or of a subevent of LE Meta. */
export const eventOf = (code: number, subevent?: number): Named<HciEvent> | undefined =>
  BY_NUMBER.get(keyOf(code, subevent));

const keyOf = (code: number, subevent = 0): number => (code << 8) | subevent;

const BY_NUMBER = new Map(EVENTS.map((each) => [keyOf(each.code, each.subevent), each]));
