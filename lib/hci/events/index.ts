import { HciEvent, LE_META } from '../packet.js';
import * as advertising from './advertising.js';
import * as general from './general.js';
import * as links from './links.js';

/** Every event. */
export const EVENTS: readonly HciEvent[] = [advertising, general, links]
  .flatMap((module): unknown[] => Object.values(module))
  .filter((declared) => declared instanceof HciEvent);

const byNumber = (subevents: boolean): ReadonlyMap<number, HciEvent> =>
  new Map(
    EVENTS.filter(({ code }) => (code === LE_META) === subevents).map((declared) => [
      declared.subevent ?? declared.code,
      declared,
    ]),
  );

const BY_CODE = byNumber(false);
const BY_SUBEVENT = byNumber(true);

/** The declaration of an event, or of a subevent of LE Meta. */
export const eventOf = (code: number, subevent?: number): HciEvent | undefined =>
  subevent === undefined ? BY_CODE.get(code) : BY_SUBEVENT.get(subevent);
