import { VirtualAir } from '../../../air/index.js';
import type { VirtualController } from '../../../air/index.js';
import { Guest } from './guest.js';
import type { GuestRunning } from './guest.js';

const MAIN = '/repository/dist/bin/key.js';
/** Emulated, everything takes several times as long. */
const TIMEOUT_S = '60';
/**
 * What noble and bleno do behind the kernel's back: they send data that it did not count, and mask the
 * event by which it would learn of its connection (it gives up the attempt, and has the link all the same).
 */
const RAW_SOCKETS = /hcon [0-9a-f]+ sent \d+ < count \d+$|Opcode 0x200e failed: -16$/;

export interface KeyOptions {
  /** The N of the hciN that is the phone's or the car's. */
  readonly adapter: number;
  /** One person's laptop. */
  readonly home: string;
  readonly input?: string;
}

/** A guest, and the airs that the controllers of its adapters are on. */
export class World {
  readonly guest = new Guest();
  /** Cars and a phone, all in the guest. */
  readonly garage = new VirtualAir();
  /** A phone in the guest, and a scanner; the car is of this process. */
  readonly street = new VirtualAir();
  /** Two for the kernel alone. */
  readonly bench = new VirtualAir();
  readonly controllers = {
    car: rawSocketController(this.garage),
    phone: rawSocketController(this.garage),
    passerBy: rawSocketController(this.street),
    userChannelCar: this.garage.controller({ peripheralLinks: 3 }),
    scanner: this.street.controller(),
    left: this.bench.controller(),
    right: this.bench.controller(),
  };

  readonly #up = new Map<keyof World['controllers'], number>();

  async open(): Promise<void> {
    await this.guest.boot(this.controllers);
  }

  async close(): Promise<void> {
    await this.guest.stop();
    for (const air of [this.garage, this.street, this.bench]) air.close();
  }

  /** Makes an adapter of a controller, set up and turned off; gives the N of its hciN. */
  async attach(name: keyof World['controllers']): Promise<number> {
    const index = await this.guest.attach(name);
    await this.#hciconfig(index, 'up'); // returns when the kernel has set it up
    await this.#hciconfig(index, 'down');
    return index;
  }

  /** Likewise, turned on without BlueZ, as noble and bleno want it; it stays so for the tests that follow. */
  async attachUp(name: keyof World['controllers']): Promise<number> {
    const known = this.#up.get(name);
    if (known !== undefined) return known;
    const index = await this.guest.attach(name);
    await this.#hciconfig(index, 'up');
    this.#up.set(name, index);
    return index;
  }

  /** Starts BlueZ's management tool: for one command, or without one for those that are written. */
  startBtmgmt(adapter: number, ...args: readonly string[]): GuestRunning {
    return this.guest.start(['btmgmt', '--index', String(adapter), ...args], { input: null });
  }

  /** Runs one command of it to the end. Its exit code says nothing. */
  async btmgmt(adapter: number, ...args: readonly string[]): Promise<string> {
    return (await this.startBtmgmt(adapter, ...args).finished).stdout;
  }

  /** Returns when the kernel has had what the controller said so far: it asks and waits for the answer. */
  async settle(adapter: number): Promise<void> {
    await this.#hciconfig(adapter, 'lestates');
  }

  /** The kernel does not by itself after each connection. */
  async advertiseAgain(adapter: number): Promise<void> {
    await this.btmgmt(adapter, 'advertising', 'off');
    await this.btmgmt(adapter, 'advertising', 'on');
  }

  /** Starts our command line in the guest, with unmodified noble or bleno on an adapter. */
  startKey(args: readonly string[], { adapter, home, input = '' }: KeyOptions): GuestRunning {
    return this.guest.start(['node', MAIN, '--radio', 'ble', '--json', ...args], {
      env: {
        KEY_HOME: `/tmp/${home}`,
        KEY_TIMEOUT: TIMEOUT_S,
        NOBLE_HCI_DEVICE_ID: String(adapter),
        BLENO_HCI_DEVICE_ID: String(adapter),
      },
      input,
    });
  }

  /** Runs it to the end, which must be a good one; gives the result. */
  async key(args: readonly string[], options: KeyOptions): Promise<Record<string, unknown>> {
    const { code, stdout, stderr } = await this.startKey(args, options).finished;
    if (code !== 0) throw new Error(`key ${args.join(' ')} ended with ${code}:\n${stderr}`);
    return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  }

  async #hciconfig(index: number, command: 'up' | 'down' | 'lestates'): Promise<void> {
    const { stderr } = await this.guest.run(['hciconfig', `hci${index}`, command]);
    if (stderr !== '') throw new Error(stderr);
  }

  /** What the guest's kernel and our H4 servers complained of. */
  async complaints(): Promise<string[]> {
    const { stdout } = await this.guest.run(['busybox', 'dmesg', '-c']);
    const lines = stdout.split('\n').filter((line) => line.includes('Bluetooth: hci'));
    return [...lines.filter((line) => !RAW_SOCKETS.test(line)), ...this.guest.warnings.splice(0)];
  }
}

/** noble and bleno say legacy commands only, and one controller takes those and extended ones not both. */
const rawSocketController = (air: VirtualAir): VirtualController =>
  air.controller({ extendedAdvertising: false });
