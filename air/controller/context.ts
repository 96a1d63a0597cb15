import type { Random } from '../../lib/platform/random.js';
import type { Medium } from '../medium/medium.js';
import type { Station } from '../medium/station.js';
import type { AcceptList } from './accept-list.js';
import type { HostPort } from './host-port.js';
import type { Identity } from './identity.js';
import type { Power } from './power.js';
import type { ResolvingList } from './privacy/resolving-list.js';

/** Buffers for data from the host: `count` packets of at most `length` bytes of data. */
export interface AclBuffers {
  /** Bytes of data in one packet, its header of 4 not counted (LE Read Buffer Size, Vol 4 Part E 7.8.2). */
  readonly length: number;
  /** Packets that the host may have outstanding. */
  readonly count: number;
}

export const DEFAULT_ACL_BUFFERS: AclBuffers = { length: 251, count: 8 };

/** The parts of a controller that advertising, scanning, initiating and links share. */
export interface ControllerParts {
  readonly medium: Medium;
  readonly station: Station;
  readonly host: HostPort;
  readonly random: Random;
  readonly buffers: AclBuffers;
  readonly identity: Identity;
  readonly acceptList: AcceptList;
  readonly resolvingList: ResolvingList;
  readonly power: Power;
}

export interface ListeningParts extends ControllerParts {
  /** To be called when listening begins or ends. */
  listeningChanged(): void;
}
