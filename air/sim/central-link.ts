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
import { attFrame } from './att.js';
import type { SimAttPdu } from './att.js';
import { SimLink } from './sim-link.js';
import type { ChunkPdu, SimLinkOptions } from './sim-link.js';

export interface SimCentralLinkOptions extends SimLinkOptions {
  readonly profile: GattProfile;
}

const LAST_HANDLE = 0xffff;

/** A request for attributes of one type, and its answer. */
type Search<T> = readonly [
  request: typeof Att.readByTypeRequest,
  response: {
    readonly opcode: number;
    readonly parameters: { exact(bytes: Uint8Array): { attributes: readonly T[] } | undefined };
  },
];
const BY_TYPE = [Att.readByTypeRequest, Att.readByTypeResponse] as const;

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
    const request = attFrame(Att.mtuRequest, { mtu: this.options.mtu });
    const { opcode, parameters } = await this.ask('exchanging the MTU', request);
    if (opcode === Att.mtuResponse.opcode) {
      this.agreeOnMtu(Att.mtuResponse.parameters.exact(parameters));
    }
    if (isRowHandle(remembered, profile)) {
      await this.#lookInto(remembered, remembered + layoutOf(profile).lastAt);
      if (this.attHandle === remembered) return;
    }
    const service = await this.#findService();
    await this.#lookInto(service.handle + 1, service.endHandle);
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
    const value = Uint8Array.of(indicates(this.#profile) ? 2 : 1, 0);
    await this.ask('subscribing', attFrame(Att.writeRequest, { handle, value }));
  }

  protected get chunkPdu(): ChunkPdu {
    const { uuid, properties } = this.#profile.toCar;
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

  async #findService(): Promise<{ readonly handle: number; readonly endHandle: number }> {
    const { readByGroupTypeRequest, readByGroupTypeResponse } = Att;
    const services = await this.#search(
      [readByGroupTypeRequest, readByGroupTypeResponse],
      { start: 1, end: LAST_HANDLE, type: AttributeType.primaryService },
      ({ endHandle }) => endHandle,
    );
    const uuid = uuidBytes(this.#profile.service);
    const found = services.find(({ value }) => sameBytes(value, uuid));
    if (found === undefined) throw notThere(`service ${this.#profile.service}`);
    return found;
  }

  async #lookInto(start: number, end: number): Promise<void> {
    const found = await this.#search(
      BY_TYPE,
      { start, end, type: AttributeType.characteristic },
      ({ value }) => CharacteristicDeclaration.read(value).valueHandle,
    );
    this.#declarations = found.map(({ handle, value }) => {
      const { uuid, ...declared } = CharacteristicDeclaration.read(value);
      return { startHandle: handle, ...declared, uuid: toHex(uuid.toReversed()) };
    });
  }

  async #findConfiguration(): Promise<number> {
    const start = this.#valueOf(this.#profile.fromCar.uuid) + 1;
    const type = AttributeType.clientConfiguration;
    const [found] = await this.#search(BY_TYPE, { start, end: start, type }, () => start);
    if (found === undefined) throw notThere('configuration to subscribe by');
    return found.handle;
  }

  /** In as many requests as it takes. @param reached the last handle that what was found speaks of */
  async #search<T>(
    [request, response]: Search<T>,
    { start, end, type }: { readonly start: number; readonly end: number; readonly type: string },
    reached: (found: T) => number,
  ): Promise<T[]> {
    const found: T[] = [];
    for (let next = start; next <= end;) {
      const pdu = attFrame(request, { start: next, end, type: uuidBytes(type) });
      const { opcode, parameters } = await this.ask('looking for the service', pdu);
      const answer = opcode === response.opcode ? response.parameters.exact(parameters) : undefined;
      found.push(...(answer?.attributes ?? []));
      const [last = 0] = (answer?.attributes ?? []).slice(-1).map(reached);
      if (last < next) break;
      next = last + 1;
    }
    return found;
  }

  #valueOf(uuid: string): number {
    const found = this.#declarations.find((each) => each.uuid === bareUuid(uuid));
    if (found === undefined) throw notThere(`characteristic ${uuid}`);
    return found.valueHandle;
  }
}
