import type { Target } from '../target.js';
import { airTargets } from './air.js';
import { captureTargets } from './captures.js';
import { carTargets } from './car.js';
import { cloudTargets } from './cloud.js';
import { cryptoTargets } from './crypto.js';
import { fileTargets } from './files.js';
import { flashTargets } from './flash.js';
import { grantTargets } from './grants.js';
import { hostTargets } from './host.js';
import { linkTargets } from './links.js';
import { revocationListTargets } from './revocation-lists.js';
import { textTargets } from './text.js';
import { wireTargets } from './wire.js';

/** Everything that takes bytes from the air, a file, a socket or a person. */
export const TARGETS: readonly Target[] = [
  ...wireTargets,
  ...linkTargets,
  ...cryptoTargets,
  ...airTargets,
  ...hostTargets,
  ...captureTargets,
  ...fileTargets,
  ...flashTargets,
  ...textTargets,
  ...grantTargets,
  ...revocationListTargets,
  ...carTargets,
  ...cloudTargets,
];
