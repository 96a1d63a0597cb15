import { LeExtendedCreateConnection, PhyBit } from '../../../lib/hci/commands/listening.js';
import type { LeCreateConnection } from '../../../lib/hci/commands/listening.js';
import { Status } from '../../../lib/hci/constants.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { DeviceAddress, LinkParameters } from '../../medium/pdu.js';
import type { ScanWindow } from '../../medium/station.js';
import { parameterRange, shortest } from '../connection/link-parameters.js';
import { deviceAddress } from '../privacy/resolving-list.js';
import { windowOf } from '../scanning/scan-parameters.js';

/** The link that a host wants to have. */
export interface WantedLink {
  /** WantedLink with the extended command, which connects to extended PDUs, too. */
  readonly extended: boolean;
  readonly window: ScanWindow;
  /** Undefined: anyone in the accept list. */
  readonly peer: DeviceAddress | undefined;
  readonly ownAddressType: number;
  readonly parameters: LinkParameters;
  /** Where the advertiser's secondary PHY is LE 2M (default: `parameters`). */
  readonly parameters2M?: LinkParameters;
}

/** LE Create Connection; an error code for bad parameters. */
export const wantedLink = (p: ParametersOf<typeof LeCreateConnection>): WantedLink | number => {
  const window =
    p.scanInterval > LONGEST_LEGACY_INTERVAL ? undefined : windowOf(p.scanInterval, p.scanWindow);
  const who = wantedPeer(p);
  const range = parameterRange(p);
  if (window === undefined || who === undefined || range === undefined) {
    return Status.invalidParameters;
  }
  return { extended: false, window, ...who, parameters: shortest(range) };
};

const LONGEST_LEGACY_INTERVAL = 0x4000;

/** LE Extended Create Connection [v1], 10 bytes or more; an error code for bad ones. */
export const wantedExtendedLink = (bytes: Uint8Array): WantedLink | number => {
  const { parameters } = LeExtendedCreateConnection;
  const head = parameters.head(bytes);
  const who = wantedPeer(head);
  if (who === undefined) return Status.invalidParameters;
  if ((head.phys & ~(PhyBit.le1M | PhyBit.le2M)) !== 0) return Status.unsupportedFeature;
  // Nobody can be heard on LE 2M alone.
  if ((head.phys & PhyBit.le1M) === 0) return Status.invalidParameters;
  const [link, link2M = link] = parameters.exact(bytes)?.links ?? [];
  const window = link && windowOf(link.scanInterval, link.scanWindow);
  const range = link && parameterRange(link);
  const range2M = link2M && parameterRange(link2M);
  if (window === undefined || range === undefined || range2M === undefined) {
    return Status.invalidParameters;
  }
  return {
    extended: true,
    window,
    ...who,
    parameters: shortest(range),
    parameters2M: shortest(range2M),
  };
};

/** Types of addresses are 0 to 3, of which the last two mean an identity. */
const wantedPeer = (
  p: Pick<
    ParametersOf<typeof LeCreateConnection>,
    'filterPolicy' | 'ownAddressType' | 'peerAddressType' | 'peerAddress'
  >,
): Pick<WantedLink, 'peer' | 'ownAddressType'> | undefined => {
  const { filterPolicy, ownAddressType, peerAddressType, peerAddress } = p;
  if (filterPolicy > 1 || ownAddressType > 3) return undefined;
  if (filterPolicy === 1) return { peer: undefined, ownAddressType };
  if (peerAddressType > 3) return undefined;
  return { peer: deviceAddress(peerAddressType, peerAddress), ownAddressType };
};
