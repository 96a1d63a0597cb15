import type { CentralLink, LinkHandlers } from '../../lib/radio/types.js';
import { Att } from '../decode/att.js';
import { attPdu, discovery, NO_HANDLE, searchRequest, uint16, type AttPdu } from './att.js';
import { SimLink } from './link.js';

const ENABLE_NOTIFICATIONS = uint16(1);
/** Where bleno has the characteristics of a car. */
const ATT_HANDLE = 11;

/** A link seen from the phone: the client of GATT. */
export class SimCentralLink extends SimLink implements CentralLink {
  readonly attHandle = ATT_HANDLE;
  protected readonly chunkOpcode = Att.writeCommand;
  #answered: ((pdu: AttPdu) => void) | undefined;

  /**
   * What a phone does before it can use a car's service, one round trip after the other: the MTU
   * exchange, three requests for services, and at a usual MTU one for characteristics. Together with that
   * of `open` that is six round trips, of two connection intervals each, before the first byte; three where
   * the phone remembers the car's handles. Version and features are exchanged meanwhile by the link layers,
   * and are not simulated.
   */
  async prepare(remembered: number | undefined): Promise<void> {
    this.lengthenData();
    const request = attPdu(Att.mtuRequest, uint16(this.options.mtu));
    const { opcode, parameters } = await this.#ask('Exchanging the MTU', request);
    if (opcode === Att.mtuResponse && parameters.length === 2) {
      this.agreeOnMtu(parameters.readUInt16LE());
    }
    for (const search of discovery(this.mtu, remembered === ATT_HANDLE)) {
      await this.#ask('Looking for the service', searchRequest(search));
    }
  }

  async open(handlers: LinkHandlers): Promise<void> {
    // First, because the car's challenge may come before the answer to the subscription.
    this.buffer.open(handlers);
    const subscription = attPdu(Att.writeRequest, NO_HANDLE, ENABLE_NOTIFICATIONS);
    await this.#ask('Subscribing', subscription);
  }

  protected received(pdu: AttPdu): void {
    if (pdu.opcode === Att.notification) {
      this.deliver(pdu.parameters);
      return;
    }
    const answered = this.#answered;
    this.#answered = undefined;
    if (answered === undefined) return;
    this.options.medium.defer(() => {
      answered(pdu);
    });
  }

  #ask(what: string, request: Buffer): Promise<AttPdu> {
    return this.run<AttPdu>(what, ({ resolve }) => {
      this.#answered = resolve;
      this.transmit(request);
    });
  }
}
