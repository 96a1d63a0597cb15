import { PhoneKeyError } from '../../lib/errors.js';
import type { Clock } from '../../lib/platform/clock.js';
import { ConnectionRole } from '../../lib/hci/constants.js';
import { addListener } from '../../lib/hci/transport.js';
import type { VirtualAir } from '../air.js';
import type { VirtualController } from '../controller/controller.js';
import { positionAt } from '../medium/motion.js';
import type { Motion } from '../medium/motion.js';
import type { Position } from '../medium/path-loss.js';
import { formatAddress } from '../medium/pdu.js';
import type {
  AirList,
  DeviceReport,
  HubInfo,
  LinkReport,
  MoveReport,
  MoveRequest,
  PlaceReport,
} from './control.js';
import type { Places } from './places.js';
import type { SettingsInForce } from './settings.js';

const ADDRESS = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

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
   * Moves a controller. By label it is remembered, also for one that is not there; by address it is
   * that controller alone, as long as it stays.
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
    const { who } = request;
    const byAddress = ADDRESS.test(who);
    const controller = byAddress ? this.#withAddress(who) : this.#withLabel(who);
    if (controller === undefined) return this.#moveAbsent(request);
    const from = controller.position;
    if (request.speed === undefined) controller.moveTo(request.to.x, request.to.y);
    else controller.walkTo(request.to, request.speed);
    const { motion } = controller.station;
    if (!byAddress) this.#places.remember(who, motion);
    const { label, address } = controller;
    return { label, address, from: roundPosition(from), ...this.#way(motion) };
  }

  #moveAbsent({ who: label, to, speed }: MoveRequest): MoveReport {
    const from = this.#places.position(label);
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

  #withAddress(who: string): VirtualController {
    const wanted = who.toLowerCase();
    const found = this.#air.controllers.find(({ address }) => address === wanted);
    if (found !== undefined) return found;
    throw new PhoneKeyError('usage.invalid', `nothing on the air has the address ${wanted}`, {
      hint: 'See what is there.',
    });
  }

  #withLabel(who: string): VirtualController | undefined {
    const found = this.#air.controllers.filter(({ label }) => label === who);
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
}

/** A controller as `list` tells it; `now` is on the clock of its medium. */
const reportDevice = (controller: VirtualController, now: number): DeviceReport => {
  const { station, label, address, advertisingSets, scanner, initiator } = controller;
  return {
    index: station.id,
    address,
    ...reportPlace(label, station.motion, now),
    txPower: station.txPower,
    advertising: advertisingSets.enabled,
    scanning: scanner.enabled,
    initiating: initiator.listening,
    links: reportLinks(controller),
  };
};

const reportPlace = (label: string, motion: Motion, now: number): PlaceReport => ({
  label,
  position: roundPosition(positionAt(motion, now)),
  walk:
    now < motion.until
      ? { to: motion.to, speed: motion.speed, secondsLeft: secondsUntil(motion, now) }
      : null,
});

/** Never 0 before it is there. */
const secondsUntil = ({ until }: Motion, now: number): number =>
  Math.max(0, Math.ceil((until - now) / 100) / 10);

const roundPosition = ({ x, y }: Position): Position => ({ x: round(x), y: round(y) });

const round = (metres: number): number => Math.round(metres * 1000) / 1000;

const reportLinks = ({ connections }: VirtualController): LinkReport[] =>
  connections.all.map((connection) => ({
    role: connection.end.role === ConnectionRole.central ? 'central' : 'peripheral',
    peer: connection.end.peer.id,
    address: formatAddress(connection.peer),
    rssi: connections.rssi(connection),
  }));
