import { PhoneKeyError } from '../../lib/errors.js';
import type { Clock } from '../../lib/platform/clock.js';
import { addListener } from '../../lib/hci/transport.js';
import type { VirtualAir } from '../air.js';
import type { VirtualController } from '../controller/controller.js';
import type { Motion } from '../medium/motion.js';
import type { AirList, HubInfo, MoveReport, MoveRequest } from './control.js';
import { advertisedNameOf, randomAddressesOf } from '../identify.js';
import type { Places } from './places.js';
import { reportDevice, reportPlace, roundPosition, secondsUntil } from './reports.js';
import type { SettingsInForce } from './settings.js';

/** In the hint of an error. */
const MOST_NAMED = 8;

/** Does what control connections ask for. */
export class HubOperations {
  readonly #air: VirtualAir;
  readonly #clock: Clock;
  readonly #places: Places;
  readonly #settings: SettingsInForce;
  readonly #moveListeners = new Set<() => void>();

  /** `clock`: the one of the air and the places. */
  constructor(air: VirtualAir, clock: Clock, places: Places, settings: SettingsInForce) {
    this.#air = air;
    this.#clock = clock;
    this.#places = places;
    this.#settings = settings;
  }

  info(): HubInfo {
    return { ...this.#settings, devices: this.#air.controllers.length };
  }

  list(): AirList {
    const { controllers } = this.#air;
    const now = this.#clock.now();
    const present = new Set(controllers.map(({ label }) => label));
    return {
      ...this.#settings,
      devices: controllers.map((controller) => reportDevice(controller, now)),
      absent: [...this.#places.remembered]
        .filter(([label]) => !present.has(label))
        .map(([label, motion]) => reportPlace(label, motion, now)),
    };
  }

  /**
   * Moves a controller. By label it is remembered, also for one that is not there but was, or that is asked for
   * beforehand; by an address or an advertised name it is that controller alone, as long as it stays.
   * @throws PhoneKeyError `usage.invalid` when it is not clear who is meant, or from where to walk
   */
  move(request: MoveRequest): MoveReport {
    const report = this.#move(request);
    for (const listener of this.#moveListeners) listener();
    return report;
  }

  /** Returns the unsubscriber. */
  onMove(listener: () => void): () => void {
    return addListener(this.#moveListeners, listener);
  }

  #move(request: MoveRequest): MoveReport {
    const controller = this.#find(request.who);
    if (controller === undefined) return this.#moveAbsent(request);
    const from = controller.position;
    if (request.speed === undefined) controller.moveTo(request.to.x, request.to.y);
    else controller.walkTo(request.to, request.speed);
    const { motion } = controller.station;
    const { label, address } = controller;
    if (label === request.who) this.#places.remember(label, motion);
    return { label, address, from: roundPosition(from), ...this.#way(motion) };
  }

  #moveAbsent({ who: label, to, speed, beforehand = false }: MoveRequest): MoveReport {
    const from = this.#places.position(label);
    if (from === undefined && !beforehand) throw this.#nobody(label);
    const motion = this.#places.move(label, to, speed);
    if (motion === undefined) {
      throw new PhoneKeyError('usage.invalid', `${label} was never on this air to walk from`, {
        hint: 'Put it somewhere first, without a speed; or see its name in the list of the air.',
      });
    }
    return { label, address: null, from: from ? roundPosition(from) : null, ...this.#way(motion) };
  }

  #way(motion: Motion): Pick<MoveReport, 'to' | 'seconds'> {
    return { to: motion.to, seconds: secondsUntil(motion, this.#clock.now()) };
  }

  /** By an address of it, its label, or the name that it advertises; undefined: no such thing is there. */
  #find(who: string): VirtualController | undefined {
    const { controllers } = this.#air;
    const address = who.toLowerCase();
    const [found = []] = [
      controllers.filter((each) => [each.address, ...randomAddressesOf(each)].includes(address)),
      controllers.filter(({ label }) => label === who),
      controllers.filter((each) => advertisedNameOf(each) === who),
    ].filter(({ length }) => length > 0);
    if (found.length < 2) return found[0];
    const addresses = found.map(({ address }) => address).join(', ');
    throw new PhoneKeyError(
      'usage.invalid',
      `there are ${String(found.length)} on the air called ${who}`,
      {
        hint: `Say which, by its address: ${addresses}.`,
      },
    );
  }

  #nobody(who: string): PhoneKeyError {
    const { devices, absent } = this.list();
    const known = [
      ...devices.map(({ label, address, advertised: { name } }) =>
        [label || address, ...(name === null ? [] : [`(${name})`])].join(' '),
      ),
      ...absent.map(({ label }) => `${label} (absent)`),
    ];
    const shown = known.length > MOST_NAMED ? [...known.slice(0, MOST_NAMED), '...'] : known;
    return new PhoneKeyError('usage.invalid', `nothing on the air is called ${who}`, {
      hint: `On it: ${shown.join(', ') || 'nothing'}.`,
    });
  }
}
