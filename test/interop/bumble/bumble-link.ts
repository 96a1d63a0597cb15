import { toHex } from '../../../lib/platform/bytes.js';
import type { Link, LinkHandlers } from '../../../lib/radio/types.js';
import { fromHex } from '../../vectors/support.js';
import type { BumbleRun } from './bumble.js';

/** A link that bumble has to the car, by the program link.py. */
export class BumbleLink implements Link {
  readonly peer = 'bumble';
  #down: Promise<void> | undefined;

  readonly #run: BumbleRun;

  private constructor(
    run: BumbleRun,
    readonly mtu: number,
  ) {
    this.#run = run;
  }

  static async connect(run: BumbleRun): Promise<BumbleLink> {
    const { event, mtu } = await run.next();
    if (event !== 'connected') throw new Error(`bumble says: ${event}`);
    return new BumbleLink(run, Number(mtu));
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.#down = this.#receive(handlers);
    this.#down.catch(() => undefined); // `close` tells
    this.#run.say('open');
  }

  async send(chunk: Uint8Array): Promise<void> {
    this.#run.say(`write ${toHex(chunk)}`);
  }

  /** Rejects when bumble has failed. */
  async close(): Promise<void> {
    this.#run.sayNoMore();
    await this.#down;
  }

  async #receive(handlers: LinkHandlers): Promise<void> {
    for (;;) {
      const { event, value } = await this.#run.next();
      if (event === 'chunk') {
        handlers.data(fromHex(String(value)));
      } else {
        handlers.closed('remote');
        return;
      }
    }
  }
}
