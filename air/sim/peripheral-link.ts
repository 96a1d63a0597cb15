import type { LinkHandlers } from '../../lib/radio/types.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { attPdu, searchAnswer, uint16, type AttPdu } from './att.js';
import { SimLink, type SimLinkOptions } from './link.js';

export interface SimPeripheralLinkOptions extends SimLinkOptions {
  /** Value of the `info` characteristic. */
  readonly info: Uint8Array;
  /** The phone has subscribed; in a turn of its own. */
  onSubscribed(): void;
}

/** A link seen from the car: the server of GATT. */
export class SimPeripheralLink extends SimLink {
  protected readonly chunkOpcode = Att.notification.opcode;
  readonly #server: SimPeripheralLinkOptions;
  #subscribed = false;

  constructor(options: SimPeripheralLinkOptions) {
    super(options);
    this.#server = options;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.state.open(handlers);
    await Promise.resolve();
  }

  protected received({ opcode, parameters }: AttPdu): void {
    if (opcode === Att.writeCommand.opcode) {
      // Bytes before the subscription belong to nobody and are dropped.
      if (this.#subscribed) this.deliver(parameters);
      return;
    }
    const answer = this.#answer(opcode, parameters);
    if (answer !== undefined) this.transmit(answer);
    if (opcode === Att.writeRequest.opcode) this.#subscribe();
  }

  #answer(opcode: number, parameters: Buffer): Buffer | undefined {
    switch (opcode) {
      case Att.mtuRequest.opcode:
        if (parameters.length === 2) this.agreeOnMtu(parameters.readUInt16LE());
        return attPdu(Att.mtuResponse.opcode, uint16(this.options.mtu));
      case Att.readByGroupTypeRequest.opcode:
      case Att.readByTypeRequest.opcode:
        return searchAnswer(parameters, this.mtu);
      case Att.readRequest.opcode:
        return attPdu(Att.readResponse.opcode, this.#infoFrom(0));
      case Att.readBlobRequest.opcode:
        return parameters.length === 4
          ? attPdu(Att.readBlobResponse.opcode, this.#infoFrom(parameters.readUInt16LE(2)))
          : undefined;
      case Att.writeRequest.opcode:
        return attPdu(Att.writeResponse.opcode);
      default:
        return undefined;
    }
  }

  #infoFrom(offset: number): Uint8Array {
    return this.#server.info.subarray(offset, offset + this.mtu - 1);
  }

  #subscribe(): void {
    if (this.#subscribed) return;
    this.#subscribed = true;
    this.options.medium.defer(() => {
      if (!this.state.isDown) this.#server.onSubscribed();
    });
  }
}
