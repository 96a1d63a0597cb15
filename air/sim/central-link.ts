import { characteristicsOf, indicates } from '../../lib/link/gatt-profile.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import { configurationInRow, isRowHandle, lastInRow } from '../../lib/radio/gatt-row.js';
import { notThere, rowOf } from '../../lib/radio/gatt-row.js';
import type { Declaration } from '../../lib/radio/gatt-row.js';
import type { CentralLink, LinkHandlers } from '../../lib/radio/types.js';
import { bareUuid } from '../../lib/radio/uuid.js';
import { Att } from '../decode/att.js';
import { AttributeType, entriesIn, searchRequest, simAttPdu, uint16 } from './att.js';
import type { SimAttPdu } from './att.js';
import { SimLink } from './link.js';
import type { ChunkPdu, SimLinkOptions } from './link.js';

export interface SimCentralLinkOptions extends SimLinkOptions {
  readonly profile: GattProfile;
}

interface HandleRange {
  readonly first: number;
  readonly last: number;
}

const LAST_HANDLE = 0xffff;

/** A link seen from the phone: the client of GATT. */
export class SimCentralLink extends SimLink implements CentralLink {
  readonly #profile: GattProfile;
  #declarations: readonly Declaration[] = [];

  constructor(options: SimCentralLinkOptions) {
    super(options);
    this.#profile = options.profile;
  }

  get attHandle(): number | undefined {
    return rowOf(this.#declarations, this.#profile);
  }

  /**
   * What a phone does before it can use a car's service, one round trip after the other: the MTU
   * exchange, three requests for services, and at a usual MTU one for characteristics. Together with that
   * of `open` that is six round trips, of two connection intervals each, before the first byte; three where
   * the phone remembers the car's handles. Version and features are exchanged meanwhile by the link layers,
   * and are not simulated.
   * @throws PhoneKeyError `radio.connect-failed` where the car has no such service
   */
  async prepare(remembered: number | undefined): Promise<void> {
    const profile = this.#profile;
    this.lengthenData();
    const request = simAttPdu(Att.mtuRequest, uint16(this.options.mtu));
    const { opcode, parameters } = await this.ask('exchanging the MTU', request);
    if (opcode === Att.mtuResponse && parameters.length === 2) {
      this.agreeOnMtu(parameters.readUInt16LE());
    }
    if (isRowHandle(remembered, profile)) {
      await this.#lookInto({ first: remembered, last: lastInRow(remembered, profile) });
      if (this.attHandle === remembered) return;
    }
    await this.#lookInto(await this.#findService());
    for (const { uuid } of characteristicsOf(profile)) this.#valueOf(uuid);
  }

  async open(handlers: LinkHandlers): Promise<void> {
    // First, because the car's challenge may come before the answer to the subscription.
    this.buffer.open(handlers);
    const { attHandle } = this;
    const handle =
      attHandle === undefined
        ? await this.#findConfiguration()
        : configurationInRow(attHandle, this.#profile);
    const value = indicates(this.#profile) ? 2 : 1;
    await this.ask('subscribing', simAttPdu(Att.writeRequest, uint16(handle, value)));
  }

  protected get chunkPdu(): ChunkPdu {
    const { uuid, properties } = this.#profile.toCar;
    const handle = this.#valueOf(uuid);
    return properties.includes('writeWithoutResponse')
      ? { opcode: Att.writeCommand, handle, acknowledged: false }
      : { opcode: Att.writeRequest, handle, acknowledged: true };
  }

  protected received(pdu: SimAttPdu): void {
    if (pdu.opcode === Att.indication) this.transmit(simAttPdu(Att.confirmation));
    if (pdu.opcode === Att.indication || pdu.opcode === Att.notification) {
      this.deliver(pdu.parameters);
    } else {
      this.answered(pdu);
    }
  }

  async #findService(): Promise<HandleRange> {
    const uuid = uuidBytes(this.#profile.service);
    let service: HandleRange | undefined;
    for (let next = 1; ;) {
      const entries = await this.#search({ first: next, last: LAST_HANDLE }, AttributeType.service);
      const found = entries.map((entry) => ({
        range: { first: entry.readUInt16LE(0), last: entry.readUInt16LE(2) },
        ours: entry.subarray(4).equals(uuid),
      }));
      service ??= found.find(({ ours }) => ours)?.range;
      const last = found.at(-1)?.range.last ?? 0;
      if (last < next) break;
      next = last + 1;
    }
    if (service === undefined) throw notThere(`service ${this.#profile.service}`);
    return { first: service.first + 1, last: service.last };
  }

  async #lookInto({ first, last }: HandleRange): Promise<void> {
    const declarations: Declaration[] = [];
    for (let next = first; next <= last;) {
      const entries = await this.#search({ first: next, last }, AttributeType.declaration);
      declarations.push(...entries.map(declarationIn));
      const value = entries.length === 0 ? 0 : (declarations.at(-1)?.valueHandle ?? 0);
      if (value < next) break;
      next = value + 1;
    }
    this.#declarations = declarations;
  }

  async #findConfiguration(): Promise<number> {
    const first = this.#valueOf(this.#profile.fromCar.uuid);
    const type = AttributeType.configuration;
    const [entry] = await this.#search({ first, last: LAST_HANDLE }, type);
    if (entry === undefined) throw notThere('configuration to subscribe by');
    return entry.readUInt16LE(0);
  }

  async #search({ first, last }: HandleRange, type: number): Promise<Buffer[]> {
    return entriesIn(await this.ask('looking for the service', searchRequest(first, last, type)));
  }

  #valueOf(uuid: string): number {
    const found = this.#declarations.find((each) => each.uuid === bareUuid(uuid));
    if (found === undefined) throw notThere(`characteristic ${uuid}`);
    return found.valueHandle;
  }
}

const declarationIn = (entry: Buffer): Declaration => ({
  startHandle: entry.readUInt16LE(0),
  properties: entry.readUInt8(2),
  valueHandle: entry.readUInt16LE(3),
  uuid: Buffer.from(entry.subarray(5)).reverse().toString('hex'),
});
