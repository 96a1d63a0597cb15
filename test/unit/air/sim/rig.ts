import { VirtualAir } from '../../../../air/index.js';
import type { SimCentral, SimPeripheral } from '../../../../air/index.js';
import type {
  SimCentralOptions,
  SimPeripheralOptions,
  VirtualAirOptions,
} from '../../../../air/index.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import type {
  Advertisement,
  CentralLink,
  ConnectOptions,
  Link,
  LinkCloseReason,
  LinkHandlers,
} from '../../../../lib/radio/types.js';
import { nativeProfile } from '../../../../lib/native/profile.js';
import { nativeAdvertising, nativeScan } from '../../../../lib/native/advertisement.js';

/** What came over one end of a link, and when. */
export class LinkLog implements LinkHandlers {
  readonly chunks: { readonly at: number; readonly bytes: number[] }[] = [];
  closedAs: LinkCloseReason | undefined;
  closedAt: number | undefined;
  closings = 0;

  readonly #clock: SimClock;

  constructor(
    clock: SimClock,
    readonly link: Link,
  ) {
    this.#clock = clock;
  }

  data(chunk: Uint8Array): void {
    this.chunks.push({ at: this.#clock.now(), bytes: [...chunk] });
  }

  closed(reason: LinkCloseReason): void {
    this.closings++;
    this.closedAs = reason;
    this.closedAt = this.#clock.now();
  }

  get received(): number[][] {
    return this.chunks.map(({ bytes }) => bytes);
  }
}

export const SERVICE_DATA = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

export interface RigOptions {
  readonly air?: VirtualAirOptions;
  readonly car?: SimPeripheralOptions;
  readonly phone?: SimCentralOptions;
}

/** A car at the origin that advertises, and a phone two metres away, on one air with simulated time. */
export class Rig {
  readonly clock = new SimClock();
  readonly air: VirtualAir;
  readonly car: SimPeripheral;
  readonly phone: SimCentral;
  /** The car's ends of its links, opened. */
  readonly carLinks: LinkLog[] = [];

  private constructor({ air, car, phone }: RigOptions) {
    this.air = new VirtualAir({ pace: 'real', seed: 'sim', clock: this.clock, ...air });
    this.car = this.air.peripheral(car);
    this.phone = this.air.central({ position: { x: 2, y: 0 }, ...phone });
  }

  static async start(options: RigOptions = {}): Promise<Rig> {
    const rig = new Rig(options);
    await rig.serve(rig.car);
    return rig;
  }

  async serve(car: SimPeripheral): Promise<void> {
    const onLink = (link: Link): void => {
      const log = new LinkLog(this.clock, link);
      this.carLinks.push(log);
      void link.open(log);
    };
    await car.start([{ profile: nativeProfile, onLink }]);
    await car.advertise([nativeAdvertising(SERVICE_DATA)]);
  }

  /** The first car that the phone hears. */
  async find(phone = this.phone): Promise<Advertisement> {
    const stop = new AbortController();
    let first: Advertisement | undefined;
    const scanning = phone.scan(
      [nativeScan],
      (advertisement) => {
        first ??= advertisement;
        stop.abort();
      },
      stop.signal,
    );
    await this.clock.until(scanning);
    if (first === undefined) throw new Error('no car was heard');
    return first;
  }

  connect(
    advertisement: Advertisement,
    phone = this.phone,
    options: ConnectOptions = {},
  ): Promise<CentralLink> {
    return this.clock.until(phone.connect(advertisement, nativeProfile, options));
  }

  /** Both ends of a link that is open. */
  async link(phone = this.phone): Promise<{ link: CentralLink; ours: LinkLog; cars: LinkLog }> {
    const link = await this.connect(await this.find(phone), phone);
    const ours = new LinkLog(this.clock, link);
    await this.clock.until(link.open(ours));
    const cars = this.carLinks.at(-1);
    if (cars === undefined) throw new Error('the car has no link');
    return { link, ours, cars };
  }
}
