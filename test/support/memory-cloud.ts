import { PhoneKeyError } from '../../lib/errors.js';
import type {
  CarChannel,
  CarChannelHandlers,
  CloudCar,
  CloudRelay,
} from '../../lib/cloud/index.js';
import type { LinkStreamHandlers } from '../../lib/cloud/link-stream.js';
import type { Clock } from '../../lib/platform/clock.js';
import { turnsOf } from '../../lib/platform/sim-clock.js';

/** A frame on its way through the cloud. */
export interface Relayed {
  readonly to: 'car' | 'phone';
  /** 16 hex digits. */
  readonly link: string;
  /** The id of the car. */
  readonly car: string;
  /** Empty: there is no such link any more. */
  readonly frame: Uint8Array;
}

export interface MemoryCloudOptions {
  readonly clock: Clock;
  /** In place of bringing a frame on: whoever runs the cloud may do with it what he likes. */
  readonly carry?: (message: Relayed, deliver: (message: Relayed) => void) => void;
  /** The car that a phone gets which asks for this one. */
  readonly route?: (car: string) => string;
}

interface Car extends Pick<CloudCar, 'advertises'> {
  readonly handlers: CarChannelHandlers;
}

/** A cloud in memory: relays frames between phones and cars, each in a turn of its own and in order. */
export class MemoryCloud {
  /** What was confirmed and reported, in words. */
  readonly told: string[] = [];
  readonly #options: MemoryCloudOptions;
  readonly #inTurn: (fn: () => void) => void;
  readonly #cars = new Map<string, Car>();
  readonly #phones = new Map<
    string,
    { readonly car: string; readonly handlers: LinkStreamHandlers }
  >();
  #sequence = 0;

  constructor(options: MemoryCloudOptions) {
    this.#options = options;
    this.#inTurn = turnsOf(options.clock);
  }

  /** Of phones that have a link now. */
  get links(): readonly string[] {
    return [...this.#phones.keys()];
  }

  /** A car's connection. */
  channel(id: string): CarChannel {
    return {
      start: (handlers) => {
        this.#cars.set(id, { handlers, advertises: [] });
        this.#inTurn(() => handlers.connected(true));
      },
      advertise: (advertises) => {
        const car = this.#cars.get(id);
        if (car !== undefined) this.#cars.set(id, { ...car, advertises });
      },
      send: (link, frame) => {
        if (this.#cars.has(id)) this.#carry({ to: 'phone', link, car: id, frame });
      },
      confirm: (object) => void this.told.push(`${id} has ${object}`),
      report: ({ link, command, outcome }) => void this.told.push(`${link} ${command} ${outcome}`),
      close: async () => this.#gone(id),
    };
  }

  /** The car's connection breaks; it does not come back. */
  lose(id: string): void {
    const car = this.#cars.get(id);
    this.#gone(id);
    car?.handlers.connected(false);
  }

  /** A phone's connection. */
  phone(): CloudRelay {
    return {
      cars: async () => {
        await new Promise<void>(this.#inTurn);
        return [...this.#cars].map(([id, { advertises }]) => ({
          id,
          name: id,
          membership: 'owner',
          online: true,
          advertises,
        }));
      },
      openLink: async (wanted, handlers, options) => {
        await new Promise<void>(this.#inTurn);
        options?.signal?.throwIfAborted();
        const car = this.#options.route?.(wanted) ?? wanted;
        if (!this.#cars.has(car)) throw new PhoneKeyError('cloud.car-offline', 'the car is away');
        const link = (++this.#sequence).toString(16).padStart(16, '0');
        this.#phones.set(link, { car, handlers });
        return {
          link,
          send: async (frame) => {
            if (!this.#phones.has(link)) throw new PhoneKeyError('cloud.not-permitted', 'no link');
            this.#carry({ to: 'car', link, car, frame: frame.slice() });
          },
          close: () => {
            if (this.#phones.delete(link)) this.#carry({ to: 'car', link, car, frame: NONE });
          },
        };
      },
    };
  }

  /** Brings on what is to go on, in order. */
  readonly deliver = ({ to, link, car, frame }: Relayed): void => {
    this.#inTurn(() => {
      if (to === 'car') this.#cars.get(car)?.handlers.frame(link, frame);
      else this.#phones.get(link)?.handlers.frame(frame);
      if (to === 'phone' && frame.length === 0) this.#phones.delete(link);
    });
  };

  #carry(message: Relayed): void {
    if (this.#options.carry === undefined) this.deliver(message);
    else this.#options.carry(message, this.deliver);
  }

  #gone(id: string): void {
    this.#cars.delete(id);
    this.#inTurn(() => {
      for (const [link, { car, handlers }] of [...this.#phones]) {
        if (car !== id) continue;
        this.#phones.delete(link);
        handlers.closed('offline');
      }
    });
  }
}

const NONE = new Uint8Array(0);
