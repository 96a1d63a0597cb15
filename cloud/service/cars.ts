import type { Logger } from '../../lib/platform/logger.js';
import type { Broker, FromCar, Presence, Report } from '../broker/broker.js';
import type { Store } from '../store/store.js';
import { nameOf } from './deliveries.js';
import type { Deliveries } from './deliveries.js';
import type { EventLog } from './event-log.js';
import type { Links } from './links.js';
import { Recent } from './recent.js';

/** Of one car, what it said and is not dealt with: it says the rest again. */
const MOST_WAITING = 64;
/** Reports that came again are told once. */
const REPORTS_KNOWN = 10_000;
/** So far back the log is looked at for whose link it was. */
const LOG_LOOKED_AT = 200;

export interface CarsOptions {
  readonly store: Store;
  readonly broker: Broker;
  readonly links: Links;
  readonly deliveries: Deliveries;
  readonly events: EventLog;
  readonly log: Logger;
}

const AWAY: Presence = { online: false };

/** What the cars say, over the broker. */
export class Cars {
  readonly #options: CarsOptions;
  readonly #presences = new Map<string, Presence>();
  readonly #turns = new Map<string, { last: Promise<void>; waiting: number }>();
  readonly #reports = new Recent<true>(REPORTS_KNOWN);

  constructor(options: CarsOptions) {
    this.#options = options;
  }

  presenceOf(car: string): Presence {
    return this.#presences.get(car) ?? AWAY;
  }

  /** Something was left for the car. */
  left(car: string): void {
    if (this.presenceOf(car).online) this.#options.deliveries.begin(car);
  }

  /** There is no such car any more. */
  forget(car: string): void {
    this.#present(car, AWAY);
    this.#options.links.endThose((link) => link.car === car, 'offline');
  }

  /** `Broker.onCar`: never throws. */
  heard(car: string, message: FromCar): void {
    switch (message.type) {
      case 'presence':
        this.#present(car, message.presence);
        break;
      case 'frame':
        this.#options.links.fromCar(car, message.link, message.frame);
        break;
      case 'confirm':
        this.#inTurn(car, () => this.#confirmed(car, message.object));
        break;
      case 'report':
        this.#inTurn(car, () => this.#reported(car, message.report));
        break;
    }
  }

  #present(car: string, presence: Presence): void {
    const { links, deliveries, events } = this.#options;
    const before = this.presenceOf(car).online;
    if (presence.online) this.#presences.set(car, presence);
    else this.#presences.delete(car);
    if (presence.online === before) return;
    events.publish({ type: presence.online ? 'car-online' : 'car-offline', car });
    if (presence.online) {
      deliveries.begin(car);
    } else {
      deliveries.end(car);
      links.endThose((link) => link.car === car, 'offline');
    }
  }

  async #confirmed(car: string, object: string): Promise<void> {
    const { store, events } = this.#options;
    if (await store.confirmObject(object, { car })) {
      events.publish({ type: 'object-delivered', car, object });
    }
  }

  /** The car is told that it is kept when it is, and not before. */
  async #reported(car: string, report: Report): Promise<void> {
    const { store, broker, events } = this.#options;
    const { command, commandId, outcome } = report;
    const account = await this.#accountOf(car, report.link);
    await store.logCommand({
      car,
      report: report.report,
      account,
      kind: 'command',
      command,
      commandId,
      outcome,
    });
    const key = `${car}/${report.report}`;
    if (this.#reports.get(key) === undefined) {
      this.#reports.set(key, true);
      events.publish({ type: 'command', car, command, commandId, outcome });
    }
    await broker.toCar(car, { type: 'reported', report: report.report });
  }

  /** After a restart, the log knows. */
  async #accountOf(car: string, link: string): Promise<string | undefined> {
    const { links, store } = this.#options;
    const known = links.accountOf(car, link);
    if (known !== undefined) return known;
    const entries = await store.commandLog(car, { limit: LOG_LOOKED_AT });
    return entries.find(({ kind, report }) => kind === 'link-opened' && report === link)?.account;
  }

  /** One after the other for each car; what fails, the car says again. */
  #inTurn(car: string, act: () => Promise<void>): void {
    const turn = this.#turns.get(car) ?? { last: Promise.resolve(), waiting: 0 };
    if (turn.waiting >= MOST_WAITING) return;
    this.#turns.set(car, turn);
    turn.waiting++;
    turn.last = turn.last
      .then(act)
      .catch((error: unknown) => {
        this.#options.log.warn('what a car said is not kept', { error: nameOf(error) });
      })
      .then(() => {
        turn.waiting--;
        if (turn.waiting === 0) this.#turns.delete(car);
      });
  }

  /** When all that the cars have said is dealt with. */
  async settled(): Promise<void> {
    await Promise.all([...this.#turns.values()].map(({ last }) => last));
  }
}
