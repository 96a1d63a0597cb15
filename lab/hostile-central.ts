import { LeSetRandomAddress } from '../lib/hci/commands/addresses.js';
import { LeSetEventMask, Reset, SetEventMask } from '../lib/hci/commands/host-control.js';
import {
  LeCreateConnection,
  LeCreateConnectionCancel,
  LeSetScanEnable,
  LeSetScanParameters,
} from '../lib/hci/commands/listening.js';
import { PacketType, Status } from '../lib/hci/constants.js';
import { LeAdvertisingReport } from '../lib/hci/events/advertising.js';
import { DisconnectionComplete, LeConnectionComplete } from '../lib/hci/events/links.js';
import { LE_META } from '../lib/hci/packet.js';
import type { HciTransport } from '../lib/hci/transport.js';
import type { Cancel, Clock } from '../lib/platform/clock.js';
import type { Random } from '../lib/platform/random.js';

export interface HostileCentralOptions {
  /** Gives the way to a new controller of a virtual air. */
  readonly powerOn: () => HciTransport;
  readonly clock: Clock;
  readonly random: Random;
  readonly manner: Manner;
}

/**
 * How it comes back: under its address, under a new one, or under a new one after it has switched its radio off
 * instead of waiting for its end, so that the car's controller keeps the link for the supervision timeout.
 */
export type Manner = 'one address' | 'new addresses' | 'radio off';

/** 10 ms of every 10 ms: listens all the time. */
const ALWAYS = 0x10;
const EVERYTHING = { mask: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f) };
const RANDOM_ADDRESS = 1;
/** The car may have another address by then. */
const PENDING_MS = 30_000;
/** Some intervals of 7.5 ms. */
const ESTABLISHED_MS = 60;
/** A static one (Vol 6 Part B 1.3.2.1). */
const STATIC = 0xc0;

/**
 * Takes the link of the first car that it hears, says nothing, and comes back at once, faster than any host
 * of an honest phone could: it listens all the time, at the shortest interval. On a virtual air only.
 */
export class HostileCentral {
  /** How long each of its links lasted, in milliseconds; those that never came up are left out. */
  readonly held: number[] = [];
  readonly done = Promise.resolve();
  readonly #options: HostileCentralOptions;
  #transport!: HciTransport;
  #car: { readonly type: number; readonly address: Uint8Array } | undefined;
  #since = 0;
  #stopWaiting: Cancel = () => undefined;
  #stayOn: Cancel = () => undefined;

  constructor(options: HostileCentralOptions) {
    this.#options = options;
    this.#start();
  }

  stop(): void {
    this.#stopWaiting();
    this.#stayOn();
    this.#transport.close();
  }

  #start(): void {
    const transport = this.#options.powerOn();
    this.#transport = transport;
    transport.onPacket((packet) => {
      this.#heard(packet);
    });
    const scan = { interval: ALWAYS, window: ALWAYS, ownAddressType: RANDOM_ADDRESS };
    transport.send(Reset.packet({}));
    transport.send(SetEventMask.packet(EVERYTHING));
    transport.send(LeSetEventMask.packet({ mask: Uint8Array.of(0x1f, 0, 0, 0, 0, 0, 0, 0) }));
    this.#takeAddress();
    transport.send(LeSetScanParameters.packet({ ...scan, type: 0, filterPolicy: 0 }));
    if (this.#car === undefined) this.#scan(true);
    else this.#connect();
  }

  #heard(packet: Uint8Array): void {
    const [type, code, , subevent] = packet;
    if (type !== PacketType.event) return;
    if (code === DisconnectionComplete.code) {
      this.#stayOn();
      const { reason } = DisconnectionComplete.parameters.read(packet.subarray(3));
      const lasted = this.#options.clock.now() - this.#since;
      if (reason !== Status.connectionNotEstablished) this.held.push(lasted);
      this.#connect();
    } else if (code === LE_META && subevent === LeConnectionComplete.subevent) {
      this.#stopWaiting();
      this.#since = this.#options.clock.now();
      const { status } = LeConnectionComplete.parameters.read(packet.subarray(4));
      if (status === Status.success) {
        if (this.#options.manner === 'radio off') this.#offAndOn();
        return;
      }
      this.#car = undefined;
      this.#scan(true);
    } else if (code === LE_META && subevent === LeAdvertisingReport.subevent) {
      const [report] = LeAdvertisingReport.parameters.read(packet.subarray(4)).reports;
      if (report === undefined || this.#car !== undefined) return;
      this.#car = { type: report.addressType, address: report.address.slice() };
      this.#scan(false);
      this.#connect();
    }
  }

  #connect(): void {
    if (this.#car === undefined) return;
    const { clock, manner } = this.#options;
    const transport = this.#transport;
    if (manner !== 'one address') this.#takeAddress();
    this.#stopWaiting = clock.after(PENDING_MS, () => {
      transport.send(LeCreateConnectionCancel.packet({}));
    });
    transport.send(
      LeCreateConnection.packet({
        scanInterval: ALWAYS,
        scanWindow: ALWAYS,
        filterPolicy: 0,
        peerAddressType: this.#car.type,
        peerAddress: this.#car.address,
        ownAddressType: RANDOM_ADDRESS,
        intervalMin: 6,
        intervalMax: 6,
        latency: 0,
        timeout: 3200,
        eventLengthMin: 0,
        eventLengthMax: 0,
      }),
    );
  }

  /** Once the link is established; before, the car would not have it. */
  #offAndOn(): void {
    this.#stayOn = this.#options.clock.after(ESTABLISHED_MS, () => {
      this.#transport.close();
      this.#start();
    });
  }

  #scan(on: boolean): void {
    this.#transport.send(LeSetScanEnable.packet({ enable: on ? 1 : 0, filterDuplicates: 0 }));
  }

  #takeAddress(): void {
    const address = this.#options.random(6);
    address[5] = (address[5] ?? 0) | STATIC;
    this.#transport.send(LeSetRandomAddress.packet({ address }));
  }
}
