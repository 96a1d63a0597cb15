import type { Clock } from '../../lib/platform/clock.js';
import type { Logger } from '../../lib/platform/logger.js';

export interface EmbeddedBrokerOptions {
  /** Default 127.0.0.1. There is no TLS: what is not loopback belongs behind something that has it. */
  readonly host?: string | undefined;
  /** Default 0: the system chooses. */
  readonly port?: number | undefined;
  /** Whether there is such a car; `hash` is the SHA-256 of its secret. May reject: the car tries again. */
  authenticate(car: string, hash: Uint8Array): Promise<boolean>;
  readonly limits?: Partial<EmbeddedBrokerLimits> | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
}

export interface EmbeddedBrokerLimits {
  readonly mostCars: number;
  /** Of a packet of a car, in bytes. */
  readonly mostPacketBytes: number;
  /** Of packets of a car, in the long run; four times as many at once. */
  readonly packetsPerSecond: number;
  /** How long a car may take nothing of what is sent to it: aedes lets all others wait for it. */
  readonly drainMs: number;
}
