import { LeSetEventMask, Reset, SetEventMask } from '../lib/hci/commands/host-control.js';
import { LeSetScanEnable, LeSetScanParameters } from '../lib/hci/commands/listening.js';
import { PacketType } from '../lib/hci/constants.js';
import { LeAdvertisingReport } from '../lib/hci/events/advertising.js';
import { LE_META } from '../lib/hci/packet.js';
import type { HciTransport } from '../lib/hci/transport.js';
import { addressText } from '../lib/hci/text.js';
import { toHex } from '../lib/platform/bytes.js';
import type { Clock } from '../lib/platform/clock.js';

/** What was heard at a time, in milliseconds. */
export interface Sighting {
  readonly at: number;
  readonly address: string;
  /** What is advertised and what is answered to a scanner, in hex. */
  readonly bytes: string;
}

const EVERYTHING = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f);
/** In units of 0.625 ms: 250 ms of every 10.24 s, which is two or three advertisements. */
const SCAN = { interval: 0x4000, window: 0x0190, ownAddressType: 0, filterPolicy: 0 };
const ACTIVE = 1;
const SCAN_RESPONSE = 4;

/** Notes who advertises what, day and night. On a virtual air only. */
export class HostileListener {
  readonly sightings: Sighting[] = [];
  readonly #clock: Clock;
  /** What was advertised last, by address: the answer to a scanner follows upon it. */
  readonly #advertised = new Map<string, string>();

  /** @param transport the way to a controller of its own */
  constructor(transport: HciTransport, clock: Clock) {
    this.#clock = clock;
    transport.onPacket((packet) => {
      this.#heard(packet);
    });
    transport.send(Reset.packet({}));
    transport.send(SetEventMask.packet({ mask: EVERYTHING }));
    transport.send(LeSetEventMask.packet({ mask: Uint8Array.of(0x1f, 0, 0, 0, 0, 0, 0, 0) }));
    transport.send(LeSetScanParameters.packet({ ...SCAN, type: ACTIVE }));
    transport.send(LeSetScanEnable.packet({ enable: 1, filterDuplicates: 0 }));
  }

  #heard(packet: Uint8Array): void {
    const [type, code, , subevent] = packet;
    if (type !== PacketType.event || code !== LE_META) return;
    if (subevent !== LeAdvertisingReport.subevent) return;
    for (const report of LeAdvertisingReport.parameters.read(packet.subarray(4)).reports) {
      const address = addressText(report.address);
      const data = toHex(report.data);
      if (report.type !== SCAN_RESPONSE) this.#advertised.set(address, data);
      else {
        const bytes = `${this.#advertised.get(address) ?? ''} ${data}`;
        this.sightings.push({ at: this.#clock.now(), address, bytes });
      }
    }
  }
}
