import type { Random } from '../../lib/platform/random.js';
import type { AclBuffers } from './acl-buffers.js';
import type { AdvertisingSets } from './advertising/advertising-sets.js';
import type { ExtendedAdvertising } from './advertising/extended-advertising.js';
import type { LegacyAdvertising } from './advertising/legacy-advertising.js';
import type { Connections } from './connection/connections.js';
import type { ControllerParts } from './context.js';
import type { Initiator } from './initiating/initiator.js';
import type { Scanner } from './scanning/scanner.js';
import type { DhKeys } from './security/dh-keys.js';

/** What commands may use of their controller. */
export interface Controller extends Omit<ControllerParts, 'medium'> {
  readonly random: Random;
  readonly buffers: AclBuffers;
  readonly peripheralLinks: number;
  readonly advertisingSets: AdvertisingSets;
  readonly legacyAdvertising: LegacyAdvertising;
  readonly extendedAdvertising: ExtendedAdvertising;
  readonly scanner: Scanner;
  readonly initiator: Initiator;
  readonly connections: Connections;
  readonly dhKeys: DhKeys;
  /** A name for people. */
  label: string;
  leHostSupport: boolean;
  /** True unless it was made without. */
  readonly offersExtendedAdvertising: boolean;
  /** The bitmap of Read Local Supported Commands. */
  supportedCommands(): Uint8Array;
  /** LE Set Random Address, 6 bytes. */
  setRandomAddress(bytes: Uint8Array): number;
  /** Back to the state after power-on. */
  reset(): void;
  /** Puts it there at once; metres. */
  moveTo(x: number, y: number): void;
  /** Goes where its label is remembered to be; false when it is not. */
  recall(): boolean;
  setTxPower(dbm: number): void;
}
