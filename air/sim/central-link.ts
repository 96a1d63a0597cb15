import { bareUuid, characteristicsOf, indicates } from '../../lib/link/gatt-profile.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import { isRowHandle, layoutOf } from '../../lib/radio/gatt-row.js';
import { notThere, rowOf } from '../../lib/radio/gatt-row.js';
import type { Declaration } from '../../lib/radio/gatt-row.js';
import type { CentralLink, LinkHandlers } from '../../lib/radio/types.js';
import { Att } from '../decode/att.js';
import { AttributeType, entriesIn, searchRequest, simAttPdu, uint16 } from './att.js';
import type { SimAttPdu } from './att.js';
import { SimLink } from './link.js';
import type { ChunkPdu, SimLinkOptions } from './link.js';

export interface SimCentralLinkOptions extends SimLinkOptions {
  readonly profile: GattProfile;
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
      await this.#lookInto(remembered, remembered + layoutOf(profile).lastAt);
      if (this.attHandle === remembered) return;
    }
    const service = await this.#findService();
    await this.#lookInto(service.readUInt16LE(0) + 1, service.readUInt16LE(2));
    for (const { uuid } of characteristicsOf(profile)) this.#valueOf(uuid);
  }

  async open(handlers: LinkHandlers): Promise<void> {
    // First, because the car's challenge may come before the answer to the subscription.
    this.buffer.open(handlers);
    const { attHandle } = this;
    const handle =
      attHandle === undefined
        ? await this.#findConfiguration()
        : attHandle + layoutOf(this.#profile).configurationAt;
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

  async #findService(): Promise<Buffer> {
    const services = await this.#search(1, LAST_HANDLE, AttributeType.service, (entry) =>
      entry.readUInt16LE(2),
    );
    const uuid = uuidBytes(this.#profile.service);
    const found = services.find((entry) => entry.subarray(4).equals(uuid));
    if (found === undefined) throw notThere(`service ${this.#profile.service}`);
    return found;
  }

  async #lookInto(first: number, last: number): Promise<void> {
    const declarations = await this.#search(first, last, AttributeType.declaration, (entry) =>
      entry.readUInt16LE(3),
    );
    this.#declarations = declarations.map(declarationIn);
  }

  async #findConfiguration(): Promise<number> {
    const first = this.#valueOf(this.#profile.fromCar.uuid) + 1;
    const [entry] = await this.#search(first, first, AttributeType.configuration, () => first);
    if (entry === undefined) throw notThere('configuration to subscribe by');
    return entry.readUInt16LE(0);
  }

  /** In as many requests as it takes. @param end the last handle that an entry speaks of */
  async #search(
    first: number,
    last: number,
    type: number,
    end: (entry: Buffer) => number,
  ): Promise<Buffer[]> {
    const found: Buffer[] = [];
    for (let next = first; next <= last;) {
      const request = searchRequest(next, last, type);
      const entries = entriesIn(await this.ask('looking for the service', request));
      found.push(...entries);
      const [reached = 0] = entries.slice(-1).map(end);
      if (reached < next) break;
      next = reached + 1;
    }
    return found;
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
