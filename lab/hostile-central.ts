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
  /** The way to a controller of a virtual air. */
  readonly transport: HciTransport;
  readonly clock: Clock;
  readonly random: Random;
  /** Comes under another address each time. */
  readonly changesAddress: boolean;
}

/** 10 ms of every 10 ms: listens all the time. */
const ALWAYS = 0x10;
const EVERYTHING = { mask: Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f) };
const RANDOM_ADDRESS = 1;
/** The car may have another address by then. */
const PENDING_MS = 30_000;
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
  #car: { readonly type: number; readonly address: Uint8Array } | undefined;
  #since = 0;
  #stopWaiting: Cancel = () => undefined;

  constructor(options: HostileCentralOptions) {
    this.#options = options;
    const { transport } = options;
    transport.onPacket((packet) => {
      this.#heard(packet);
    });
    const scan = { interval: ALWAYS, window: ALWAYS, ownAddressType: RANDOM_ADDRESS };
    transport.send(Reset.packet({}));
    transport.send(SetEventMask.packet(EVERYTHING));
    transport.send(LeSetEventMask.packet({ mask: Uint8Array.of(0x1f, 0, 0, 0, 0, 0, 0, 0) }));
    this.#takeAddress();
    transport.send(LeSetScanParameters.packet({ ...scan, type: 0, filterPolicy: 0 }));
    this.#scan(true);
  }

  stop(): void {
    this.#stopWaiting();
    this.#options.transport.close();
  }

  #heard(packet: Uint8Array): void {
    const [type, code, , subevent] = packet;
    if (type !== PacketType.event) return;
    if (code === DisconnectionComplete.code) {
      const { reason } = DisconnectionComplete.parameters.read(packet.subarray(3));
      const lasted = this.#options.clock.now() - this.#since;
      if (reason !== Status.connectionNotEstablished) this.held.push(lasted);
      this.#connect();
    } else if (code === LE_META && subevent === LeConnectionComplete.subevent) {
      this.#stopWaiting();
      this.#since = this.#options.clock.now();
      const { status } = LeConnectionComplete.parameters.read(packet.subarray(4));
      if (status === Status.success) return;
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
    const { transport, clock, changesAddress } = this.#options;
    if (changesAddress) this.#takeAddress();
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

  #scan(on: boolean): void {
    const { transport } = this.#options;
    transport.send(LeSetScanEnable.packet({ enable: on ? 1 : 0, filterDuplicates: 0 }));
  }

  #takeAddress(): void {
    const address = this.#options.random(6);
    address[5] = (address[5] ?? 0) | STATIC;
    this.#options.transport.send(LeSetRandomAddress.packet({ address }));
  }
}
