import { indicates } from '../../lib/link/gatt-profile.js';
import type { LinkHandlers, PeripheralService } from '../../lib/radio/types.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { readUint16, simAttPdu, uint16 } from './att.js';
import type { SimAttPdu } from './att.js';
import type { AttributeTable, PlacedService } from './attribute-table.js';
import { SimLink } from './sim-link.js';
import type { ChunkPdu, SimLinkOptions } from './sim-link.js';

export interface SimPeripheralLinkOptions extends SimLinkOptions {
  readonly table: AttributeTable;
  /** The phone has subscribed; in a turn of its own. */
  onSubscribed(service: PeripheralService): void;
}

/** A link seen from the car: the server of GATT. */
export class SimPeripheralLink extends SimLink {
  readonly #server: SimPeripheralLinkOptions;
  #subscribed: PlacedService | undefined;

  constructor(options: SimPeripheralLinkOptions) {
    super(options);
    this.#server = options;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.buffer.open(handlers);
    await Promise.resolve();
  }

  protected get chunkPdu(): ChunkPdu {
    const { service, fromCar = 0 } = this.#subscribed ?? {};
    return service !== undefined && indicates(service.profile)
      ? { opcode: Att.indication.opcode, handle: fromCar, acknowledged: true }
      : { opcode: Att.notification.opcode, handle: fromCar, acknowledged: false };
  }

  protected received(pdu: SimAttPdu): void {
    const { opcode, parameters } = pdu;
    switch (opcode) {
      case Att.mtuRequest.opcode:
        if (parameters.length === 2) this.agreeOnMtu(readUint16(parameters));
        this.transmit(simAttPdu(Att.mtuResponse.opcode, uint16(this.options.mtu)));
        break;
      case Att.readByGroupTypeRequest.opcode:
      case Att.readByTypeRequest.opcode: {
        const answer = this.#server.table.find(opcode, parameters, this.mtu);
        if (answer !== undefined) this.transmit(answer);
        break;
      }
      case Att.writeRequest.opcode:
        this.transmit(simAttPdu(Att.writeResponse.opcode));
        this.#written(parameters);
        break;
      case Att.writeCommand.opcode:
        this.#written(parameters);
        break;
      case Att.confirmation.opcode:
        this.answered(pdu);
        break;
    }
  }

  #written(parameters: Uint8Array): void {
    if (parameters.length < 2) return;
    const handle = readUint16(parameters);
    // Bytes before the subscription belong to nobody and are dropped.
    if (handle === this.#subscribed?.toCar) this.deliver(parameters);
    const placed = this.#server.table.services.find(
      ({ configuration }) => configuration === handle,
    );
    if (placed === undefined || this.#subscribed !== undefined) return;
    this.#subscribed = placed;
    this.options.medium.defer(() => {
      if (!this.buffer.isDown) this.#server.onSubscribed(placed.service);
    });
  }
}
