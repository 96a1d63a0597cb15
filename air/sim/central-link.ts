import { bareUuid, characteristicsOf, indicates } from '../../lib/link/gatt-profile.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import { sameBytes, toHex, viewOf } from '../../lib/platform/bytes.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import { isRowHandle, layoutOf } from '../../lib/radio/gatt-row.js';
import { notThere, rowOf } from '../../lib/radio/gatt-row.js';
import type { Declaration } from '../../lib/radio/gatt-row.js';
import type { CentralLink, LinkHandlers } from '../../lib/radio/types.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { AttributeType, entriesIn, readUint16, searchRequest, simAttPdu, uint16 } from './att.js';
import type { SimAttPdu } from './att.js';
import { SimLink } from './sim-link.js';
import type { ChunkPdu, SimLinkOptions } from './sim-link.js';

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
    const request = simAttPdu(Att.mtuRequest.opcode, uint16(this.options.mtu));
    const { opcode, parameters } = await this.ask('exchanging the MTU', request);
    if (opcode === Att.mtuResponse.opcode && parameters.length === 2) {
      this.agreeOnMtu(readUint16(parameters));
    }
    if (isRowHandle(remembered, profile)) {
      await this.#lookInto(remembered, remembered + layoutOf(profile).lastAt);
      if (this.attHandle === remembered) return;
    }
    const service = await this.#findService();
    await this.#lookInto(readUint16(service) + 1, readUint16(service, 2));
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
    await this.ask('subscribing', simAttPdu(Att.writeRequest.opcode, uint16(handle, value)));
  }

  protected get chunkPdu(): ChunkPdu {
    const { uuid, properties } = this.#profile.toCar;
    const handle = this.#valueOf(uuid);
    return properties.includes('writeWithoutResponse')
      ? { opcode: Att.writeCommand.opcode, handle, acknowledged: false }
      : { opcode: Att.writeRequest.opcode, handle, acknowledged: true };
  }

  protected received(pdu: SimAttPdu): void {
    if (pdu.opcode === Att.indication.opcode) this.transmit(simAttPdu(Att.confirmation.opcode));
    if (pdu.opcode === Att.indication.opcode || pdu.opcode === Att.notification.opcode) {
      this.deliver(pdu.parameters);
    } else {
      this.answered(pdu);
    }
  }

  async #findService(): Promise<Uint8Array> {
    const services = await this.#search(1, LAST_HANDLE, AttributeType.service, (entry) =>
      readUint16(entry, 2),
    );
    const uuid = uuidBytes(this.#profile.service);
    const found = services.find((entry) => sameBytes(entry.subarray(4), uuid));
    if (found === undefined) throw notThere(`service ${this.#profile.service}`);
    return found;
  }

  async #lookInto(first: number, last: number): Promise<void> {
    const declarations = await this.#search(first, last, AttributeType.declaration, (entry) =>
      readUint16(entry, 3),
    );
    this.#declarations = declarations.map(declarationIn);
  }

  async #findConfiguration(): Promise<number> {
    const first = this.#valueOf(this.#profile.fromCar.uuid) + 1;
    const [entry] = await this.#search(first, first, AttributeType.configuration, () => first);
    if (entry === undefined) throw notThere('configuration to subscribe by');
    return readUint16(entry);
  }

  /** In as many requests as it takes. @param end the last handle that an entry speaks of */
  async #search(
    first: number,
    last: number,
    type: number,
    end: (entry: Uint8Array) => number,
  ): Promise<Uint8Array[]> {
    const found: Uint8Array[] = [];
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

const declarationIn = (entry: Uint8Array): Declaration => ({
  startHandle: readUint16(entry),
  properties: viewOf(entry).getUint8(2),
  valueHandle: readUint16(entry, 3),
  uuid: toHex(entry.slice(5).reverse()),
});
