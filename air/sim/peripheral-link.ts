import type { LinkHandlers } from '../../lib/radio/types.js';
import { Att } from '../decode/att.js';
import { attPdu, readUint16, searchAnswer, uint16 } from './att.js';
import type { AttPdu } from './att.js';
import { SimLink, type SimLinkOptions } from './link.js';

export interface SimPeripheralLinkOptions extends SimLinkOptions {
  /** Value of the `info` characteristic. */
  readonly info: Uint8Array;
  /** The phone has subscribed; in a turn of its own. */
  onSubscribed(): void;
}

/** A link seen from the car: the server of GATT. */
export class SimPeripheralLink extends SimLink {
  protected readonly chunkOpcode = Att.notification;
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
    if (opcode === Att.writeCommand) {
      // Bytes before the subscription belong to nobody and are dropped.
      if (this.#subscribed) this.deliver(parameters);
      return;
    }
    const answer = this.#answer(opcode, parameters);
    if (answer !== undefined) this.transmit(answer);
    if (opcode === Att.writeRequest) this.#subscribe();
  }

  #answer(opcode: number, parameters: Uint8Array): Uint8Array | undefined {
    switch (opcode) {
      case Att.mtuRequest:
        if (parameters.length === 2) this.agreeOnMtu(readUint16(parameters));
        return attPdu(Att.mtuResponse, uint16(this.options.mtu));
      case Att.readByGroupTypeRequest:
      case Att.readByTypeRequest:
        return searchAnswer(parameters, this.mtu);
      case Att.readRequest:
        return attPdu(Att.readResponse, this.#infoFrom(0));
      case Att.readBlobRequest:
        return parameters.length === 4
          ? attPdu(Att.readBlobResponse, this.#infoFrom(readUint16(parameters, 2)))
          : undefined;
      case Att.writeRequest:
        return attPdu(Att.writeResponse);
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
