import { PhoneKeyError } from '../../lib/errors.js';
import type { CentralLink, LinkHandlers } from '../../lib/radio/types.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { attPdu, discovery, NO_HANDLE, searchRequest, uint16, type AttPdu } from './att.js';
import { SimLink } from './link.js';

/** Longest attribute value (Vol 3 Part F 3.2.9). */
const MAX_VALUE_BYTES = 512;
const ENABLE_NOTIFICATIONS = uint16(1);
/** Where bleno has the characteristics of a car. */
const ATT_HANDLE = 11;

/** A link seen from the phone: the client of GATT. */
export class SimCentralLink extends SimLink implements CentralLink {
  readonly attHandle = ATT_HANDLE;
  protected readonly chunkOpcode = Att.writeCommand.opcode;
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
    const request = attPdu(Att.mtuRequest.opcode, uint16(this.options.mtu));
    const { opcode, parameters } = await this.#ask('Exchanging the MTU', request);
    if (opcode === Att.mtuResponse.opcode && parameters.length === 2) {
      this.agreeOnMtu(parameters.readUInt16LE());
    }
    for (const search of discovery(this.mtu, remembered === ATT_HANDLE)) {
      await this.#ask('Looking for the service', searchRequest(search));
    }
  }

  async open(handlers: LinkHandlers): Promise<void> {
    // First, because the car's challenge may come before the answer to the subscription.
    this.state.open(handlers);
    const subscription = attPdu(Att.writeRequest.opcode, NO_HANDLE, ENABLE_NOTIFICATIONS);
    await this.#ask('Subscribing', subscription);
  }

  async readInfo(): Promise<Uint8Array> {
    const parts: Buffer[] = [];
    let size = 0;
    let request = attPdu(Att.readRequest.opcode, NO_HANDLE);
    for (;;) {
      const { parameters: part } = await this.#ask('Reading', request);
      parts.push(part);
      size += part.length;
      // A part that fills the answer may have another one behind it (Vol 3 Part G 4.8.3).
      if (part.length < this.mtu - 1 || size > MAX_VALUE_BYTES) break;
      request = attPdu(Att.readBlobRequest.opcode, NO_HANDLE, uint16(size));
    }
    if (size === 0 || size > MAX_VALUE_BYTES) {
      const message = `The car gives no usable info (${String(size)} bytes).`;
      throw new PhoneKeyError('protocol.malformed', message);
    }
    return new Uint8Array(Buffer.concat(parts));
  }

  async rssi(): Promise<number> {
    this.state.signal.throwIfAborted();
    const { medium, end } = this.options;
    return medium.rssi(end.peer, end.station);
  }

  protected received(pdu: AttPdu): void {
    if (pdu.opcode === Att.notification.opcode) {
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
