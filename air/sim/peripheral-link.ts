import { indicates } from '../../lib/link/gatt-profile.js';
import type { Trial } from '../../lib/radio/patience.js';
import type { LinkHandlers, PeripheralService } from '../../lib/radio/types.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { attFrame } from './att.js';
import type { SimAttPdu } from './att.js';
import type { AttributeTable, PlacedService } from './attribute-table.js';
import { SimLink } from './sim-link.js';
import type { ChunkPdu, SimLinkOptions } from './sim-link.js';

export interface SimPeripheralLinkOptions extends SimLinkOptions {
  readonly table: AttributeTable;
  /** Since it is up. */
  readonly trial: Trial;
  /** The phone has subscribed; in a turn of its own. */
  onSubscribed(service: PeripheralService): void;
}

/** A link seen from the car: the server of GATT. */
export class SimPeripheralLink extends SimLink<SimPeripheralLinkOptions> {
  #subscribed: PlacedService | undefined;

  get trial(): Trial {
    return this.options.trial;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.buffer.open(handlers);
    await Promise.resolve();
  }

  protected get chunkPdu(): ChunkPdu {
    const { service, fromCar = 0 } = this.#subscribed ?? {};
    const acknowledged = service !== undefined && indicates(service.profile);
    return { declared: acknowledged ? Att.indication : Att.notification, handle: fromCar };
  }

  protected received(pdu: SimAttPdu): void {
    const { opcode, parameters } = pdu;
    switch (opcode) {
      case Att.mtuRequest.opcode:
        this.agreeOnMtu(Att.mtuRequest.parameters.exact(parameters));
        this.transmit(attFrame(Att.mtuResponse, { mtu: this.options.mtu }));
        break;
      case Att.readByGroupTypeRequest.opcode:
      case Att.readByTypeRequest.opcode: {
        const answer = this.options.table.find(opcode, parameters, this.mtu);
        if (answer !== undefined) this.transmit(answer);
        break;
      }
      case Att.writeRequest.opcode:
        this.transmit(attFrame(Att.writeResponse, {}));
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
    const write = Att.writeRequest.parameters.exact(parameters);
    if (write === undefined) return;
    // Bytes before the subscription belong to nobody and are dropped.
    if (write.handle === this.#subscribed?.toCar) this.deliver(write.value);
    const placed = this.options.table.services.find(
      ({ configuration }) => configuration === write.handle,
    );
    if (placed === undefined || this.#subscribed !== undefined) return;
    this.#subscribed = placed;
    this.options.medium.defer(() => {
      if (!this.buffer.isDown) this.options.onSubscribed(placed.service);
    });
  }
}
