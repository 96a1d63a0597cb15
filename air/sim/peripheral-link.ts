import type { Trial } from '../../lib/radio/patience.js';
import type { LinkHandlers, PeripheralService } from '../../lib/radio/types.js';
import { Channel, l2capFrame } from '../../lib/hci/l2cap.js';
import { serveAtt } from '../../lib/radio/host/att-server.js';
import { chunkPdu, NEW_CLIENT } from '../../lib/radio/host/att-state.js';
import type { AttEffect, AttServer } from '../../lib/radio/host/att-state.js';
import type { SimAttPdu } from './att.js';
import { SimLink } from './sim-link.js';
import type { ChunkPdu, SimLinkOptions } from './sim-link.js';

export interface SimPeripheralLinkOptions extends SimLinkOptions, AttServer {
  /** Since it is up. */
  readonly trial: Trial;
  /** The phone has subscribed; in a turn of its own. */
  onSubscribed(service: PeripheralService): void;
}

/** A link seen from the car: the server of GATT. */
export class SimPeripheralLink extends SimLink<SimPeripheralLinkOptions> {
  #state = NEW_CLIENT;

  get trial(): Trial {
    return this.options.trial;
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.buffer.open(handlers);
    await Promise.resolve();
  }

  protected get chunkPdu(): ChunkPdu {
    return chunkPdu(this.#state);
  }

  protected received(pdu: SimAttPdu): void {
    const { state, effects } = serveAtt(this.options, this.#state, pdu.bytes);
    this.#state = state;
    this.mtu = state.mtu;
    for (const effect of effects) this.#carryOut(effect, pdu);
  }

  #carryOut(effect: AttEffect, pdu: SimAttPdu): void {
    switch (effect.type) {
      case 'send':
        this.transmit(l2capFrame(Channel.att, effect.pdu));
        break;
      case 'subscribed':
        this.options.medium.defer(() => {
          if (!this.buffer.isDown) this.options.onSubscribed(effect.service);
        });
        break;
      case 'unsubscribed':
        this.buffer.end('remote');
        void this.close();
        break;
      case 'subscribed-again':
        void this.close();
        break;
      case 'chunk':
        this.deliver(effect.value);
        break;
      case 'confirmed':
        this.answered(pdu);
        break;
    }
  }
}
