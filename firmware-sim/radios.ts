import type { CarLinkEvent } from '../lib/car/dialect.js';
import { CarEndpoint } from '../lib/car/endpoint.js';
import type { CarEndpointOptions } from '../lib/car/endpoint.js';
import type { LinkHolder } from '../lib/car/sessions.js';
import type { PhoneKeyError } from '../lib/errors.js';
import { silentLogger } from '../lib/platform/logger.js';
import type { Logger } from '../lib/platform/logger.js';
import type { Peripheral } from '../lib/radio/types.js';
import { telematicsHost } from './telematics.js';
import type { CarController } from './controller.js';
import type { CommandReport } from '../lib/cloud/car-channel.js';
import type { Via } from './events.js';

export interface CarRadiosOptions extends Omit<CarEndpointOptions, 'host' | 'onEvent' | 'pairs'> {
  readonly telematics?: Peripheral | undefined;
  readonly onTelematicsCommand?: ((report: CommandReport) => void) | undefined;
  readonly onLinkEvent: (event: CarLinkEvent & Via) => void;
}

/**
 * What phones reach the car by: its own radio and that of its telematics unit, each with links and turns of its own. A
 * fault of the second one is a line in the log: the car beside which somebody stands opens without it.
 */
export class CarRadios {
  readonly #own: CarEndpoint;
  readonly #telematics: CarEndpoint | undefined;
  readonly #log: Logger;

  constructor(host: CarController, options: CarRadiosOptions) {
    const { telematics, onTelematicsCommand, onLinkEvent, ...shared } = options;
    const { log = silentLogger } = shared;
    this.#log = log;
    this.#own = new CarEndpoint({
      ...shared,
      host,
      peripheral: lent(shared.peripheral),
      onEvent: onLinkEvent,
    });
    this.#telematics =
      telematics &&
      new CarEndpoint({
        ...shared,
        host: telematicsHost(host, (report) => onTelematicsCommand?.(report), log),
        peripheral: lent(telematics),
        pairs: false,
        onEvent: (event) => {
          onLinkEvent({ ...event, via: 'cloud' });
        },
        onRadioError: (error) => {
          this.#failed(error);
        },
      });
  }

  /** Resolves when the car's own radio advertises. @throws PhoneKeyError `radio.unavailable`, `radio.closed` */
  async start(): Promise<void> {
    await this.#own.start();
    this.#telematics?.start().catch((error: unknown) => {
      this.#failed(error);
    });
  }

  /** Closes every link; the radios stay open. */
  async stop(): Promise<void> {
    await Promise.all([
      this.#own.stop(),
      this.#telematics?.stop().catch((error: unknown) => {
        this.#failed(error);
      }),
    ]);
  }

  /** Its links drop at once. */
  keyRemoved(publicKey: Uint8Array): void {
    this.#own.keyRemoved(publicKey);
    this.#telematics?.keyRemoved(publicKey);
  }

  /** The telematics unit never says that a window is open. */
  pairingChanged(): void {
    this.#own.pairingChanged();
  }

  /** Those beside the car first. */
  holders(): readonly (LinkHolder & Via)[] {
    const far = this.#telematics?.holders() ?? [];
    return [...this.#own.holders(), ...far.map((each) => ({ ...each, via: 'cloud' as const }))];
  }

  #failed(error: unknown): void {
    const why = (error as Partial<PhoneKeyError>).code ?? String(error);
    this.#log.warn('the telematics unit failed', { error: why });
  }
}

/** A reset ends an endpoint, but not its radio. */
const lent = (radio: Peripheral): Peripheral => ({
  mostLinks: radio.mostLinks,
  start: (services, onError) => radio.start(services, onError),
  advertise: (sets) => radio.advertise(sets),
  close: () => Promise.resolve(),
});
