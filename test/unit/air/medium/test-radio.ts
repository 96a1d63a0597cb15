import type { LinkEnd, LinkLayer } from '../../../../air/medium/air-link.js';
import type { Medium, Placement } from '../../../../air/medium/medium.js';
import type { AirPdu, ConnectRequest, DeviceAddress } from '../../../../air/medium/pdu.js';
import type { Station } from '../../../../air/medium/station.js';
import { toHex } from '../../../../lib/platform/bytes.js';

/** A radio that does what its test says, and notes with the time what the medium tells it. */
export class TestRadio implements LinkLayer {
  readonly station: Station;
  readonly address: DeviceAddress;
  readonly heard: { readonly at: number; readonly pdu: AirPdu; readonly rssi: number }[] = [];
  /** What came over the link: `data 0a0b`, `ack`, `updated 24`, `down 8`. */
  readonly log: { readonly at: number; readonly what: string }[] = [];
  link: LinkEnd | undefined;
  willing = true;
  refusals = 0;

  constructor(
    readonly medium: Medium,
    name: number,
    placement: Placement = {},
  ) {
    this.address = { type: 'public', bytes: Buffer.alloc(6, name) };
    this.station = medium.join(this, placement);
  }

  receive(pdu: AirPdu, _from: Station, rssi: number): void {
    this.heard.push({ at: this.medium.clock.now(), pdu, rssi });
  }

  accept(): boolean {
    return this.willing;
  }

  refused(): void {
    this.refusals++;
  }

  linkUp(end: LinkEnd): void {
    this.link = end;
    this.#note('up');
    end.handlers = {
      data: ({ data }) => {
        this.#note(`data ${toHex(data)}`);
      },
      acknowledged: () => {
        this.#note('ack');
      },
      updated: ({ interval }) => {
        this.#note(`updated ${String(interval)}`);
      },
      control: ({ kind }) => {
        this.#note(kind);
      },
      down: (reason) => {
        this.#note(`down ${String(reason)}`);
      },
    };
  }

  advertise(intervalMs: number, bytes = 3): void {
    this.medium.advertise(this.station, 0, {
      pdu: {
        kind: 'advertising',
        advertiser: this.address,
        data: Buffer.alloc(bytes),
        connectable: true,
        scannable: true,
      },
      intervalMs,
    });
  }

  connect(to: TestRadio, parameters: Partial<ConnectRequest['parameters']> = {}): void {
    this.medium.connect(this.station, to.station, {
      initiator: this.address,
      advertiser: to.address,
      // 30 ms, and 4 s without a word.
      parameters: { interval: 24, latency: 0, timeout: 400, ...parameters },
    });
  }

  send(data: Buffer | string): void {
    this.link!.send({ first: true, data: Buffer.from(data as string, 'hex') });
  }

  /** What was noted, without the times. */
  get told(): string[] {
    return this.log.map(({ what }) => what);
  }

  /** When something was noted first; fails when it was not. */
  when(what: string): number {
    const entry = this.log.find((each) => each.what === what);
    if (entry === undefined) throw new Error(`no "${what}" in ${this.told.join(', ')}`);
    return entry.at;
  }

  #note(what: string): void {
    this.log.push({ at: this.medium.clock.now(), what });
  }
}
