import type { Medium } from '../medium/medium.js';
import type { Station } from '../medium/station.js';
import type { AcceptList } from './accept-list.js';
import type { HostPort } from './host-port.js';
import type { Identity } from './identity.js';
import type { Power } from './power.js';
import type { ResolvingList } from './privacy/resolving-list.js';

/** The parts of a controller that advertising, scanning and initiating share. */
export interface ControllerParts {
  readonly medium: Medium;
  readonly station: Station;
  readonly host: HostPort;
  readonly identity: Identity;
  readonly acceptList: AcceptList;
  readonly resolvingList: ResolvingList;
  readonly power: Power;
}
