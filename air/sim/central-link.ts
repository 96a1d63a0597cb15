import { bareUuid, characteristicsOf, indicates } from '../../lib/link/gatt-profile.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import { sameBytes, toHex } from '../../lib/platform/bytes.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import { isRowHandle, layoutOf } from '../../lib/radio/gatt-row.js';
import { notThere, rowOf } from '../../lib/radio/gatt-row.js';
import type { Declaration } from '../../lib/radio/gatt-row.js';
import type { CentralLink, LinkHandlers } from '../../lib/radio/types.js';
import { AttributeType, CharacteristicDeclaration } from '../../lib/hci/att/attributes.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { attFrame, searchFor, ServiceFound } from './att.js';
import type { SimAttPdu } from './att.js';
import { SimLink } from './sim-link.js';
import type { ChunkPdu, SimLinkOptions } from './sim-link.js';

export interface SimCentralLinkOptions extends SimLinkOptions {
  readonly profile: GattProfile;
}

const LAST_HANDLE = 0xffff;

/** A link seen from the phone: the client of GATT. */
export class SimCentralLink extends SimLink<SimCentralLinkOptions> implements CentralLink {
  #declarations: readonly Declaration[] = [];

  get attHandle(): number | undefined {
    return rowOf(this.#declarations, this.options.profile);
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
    const profile = this.options.profile;
    this.lengthenData();
    const request = attFrame(Att.mtuRequest, { mtu: this.options.mtu });
    const { opcode, parameters } = await this.ask('exchanging the MTU', request);
    if (opcode === Att.mtuResponse.opcode) {
      this.agreeOnMtu(Att.mtuResponse.parameters.exact(parameters));
    }
    if (isRowHandle(remembered, profile)) {
      await this.#lookInto(remembered, remembered + layoutOf(profile).lastAt);
      if (this.attHandle === remembered) return;
    }
    const [first, last] = await this.#findService();
    await this.#lookInto(first + 1, last);
    for (const { uuid } of characteristicsOf(profile)) this.#valueOf(uuid);
  }

  async open(handlers: LinkHandlers): Promise<void> {
    // First, because the car's challenge may come before the answer to the subscription.
    this.buffer.open(handlers);
    const { attHandle } = this;
    const handle =
      attHandle === undefined
        ? await this.#findConfiguration()
        : attHandle + layoutOf(this.options.profile).configurationAt;
    const value = Uint8Array.of(indicates(this.options.profile) ? 2 : 1, 0);
    await this.ask('subscribing', attFrame(Att.writeRequest, { handle, value }));
  }

  protected get chunkPdu(): ChunkPdu {
    const { uuid, properties } = this.options.profile.toCar;
    const unanswered = properties.includes('writeWithoutResponse');
    const declared = unanswered ? Att.writeCommand : Att.writeRequest;
    return { declared, handle: this.#valueOf(uuid) };
  }

  protected received(pdu: SimAttPdu): void {
    const { opcode, parameters } = pdu;
    if (opcode === Att.indication.opcode) this.transmit(attFrame(Att.confirmation, {}));
    if (opcode === Att.indication.opcode || opcode === Att.notification.opcode) {
      this.deliver(Att.notification.parameters.exact(parameters)?.value);
    } else {
      this.answered(pdu);
    }
  }

  /** Its first and last handle. */
  async #findService(): Promise<readonly [number, number]> {
    const services = await this.#search(
      AttributeType.primaryService,
      [1, LAST_HANDLE],
      (value) => ServiceFound.read(value).lastHandle,
    );
    const wanted = uuidBytes(this.options.profile.service);
    for (const { handle, value } of services) {
      const { lastHandle, uuid } = ServiceFound.read(value);
      if (sameBytes(uuid, wanted)) return [handle, lastHandle];
    }
    throw notThere(`service ${this.options.profile.service}`);
  }

  async #lookInto(first: number, last: number): Promise<void> {
    const found = await this.#search(
      AttributeType.characteristic,
      [first, last],
      (value) => CharacteristicDeclaration.read(value).valueHandle,
    );
    this.#declarations = found.map(({ handle, value }) => {
      const { uuid, ...declared } = CharacteristicDeclaration.read(value);
      return { startHandle: handle, ...declared, uuid: toHex(uuid.toReversed()) };
    });
  }

  async #findConfiguration(): Promise<number> {
    const first = this.#valueOf(this.options.profile.fromCar.uuid) + 1;
    const type = AttributeType.clientConfiguration;
    const [found] = await this.#search(type, [first, first], () => first);
    if (found === undefined) throw notThere('configuration to subscribe by');
    return found.handle;
  }

  /** In as many requests as it takes. @param reached the last handle that what was found speaks of */
  async #search(
    type: string,
    [first, last]: readonly [number, number],
    reached: (value: Uint8Array) => number,
  ): Promise<{ readonly handle: number; readonly value: Uint8Array }[]> {
    const request = searchFor(type);
    const found = [];
    for (let start = first; start <= last;) {
      const pdu = attFrame(request, { start, end: last, type: uuidBytes(type) });
      const { opcode, parameters } = await this.ask('looking for the service', pdu);
      const answered = opcode === request.opcode + 1;
      const answer = answered ? Att.readByTypeResponse.parameters.exact(parameters) : undefined;
      found.push(...(answer?.attributes ?? []));
      const entry = answer?.attributes.at(-1);
      const end = entry === undefined ? 0 : reached(entry.value);
      if (end < start) break;
      start = end + 1;
    }
    return found;
  }

  #valueOf(uuid: string): number {
    const found = this.#declarations.find((each) => each.uuid === bareUuid(uuid));
    if (found === undefined) throw notThere(`characteristic ${uuid}`);
    return found.valueHandle;
  }
}
