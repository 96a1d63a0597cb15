import { ConnectionRole, Status } from '../../lib/hci/constants.js';
import {
  LeConnectionComplete,
  LeConnectionUpdateComplete,
  LeDataLengthChange,
  LeEnhancedConnectionComplete,
  LePhyUpdateComplete,
  phyName,
} from '../../lib/hci/events/links.js';
import type { Values } from '../../lib/hci/layout.js';
import { HANDLE_MASK } from '../../lib/hci/shared.js';
import type { linkParameterFields } from '../../lib/hci/shared.js';
import { addressText } from '../../lib/hci/text.js';

/** LE Enhanced Connection Complete [v2], of newer controllers than ours (Vol 4 Part E 7.7.65.10). */
export const ENHANCED_CONNECTION_COMPLETE_V2 = 0x29;

export interface FollowedParameters {
  readonly intervalMs: number;
  readonly latency: number;
  readonly timeoutMs: number;
}

export interface ConnectionComplete extends FollowedParameters {
  readonly status: number;
  readonly handle: number;
  readonly role: 'central' | 'peripheral';
  readonly peer: string;
  /** Resolvable private addresses that were used, where there are any. */
  readonly localRpa: string | undefined;
  readonly peerRpa: string | undefined;
}

export const followedParameters = ({
  interval,
  latency,
  timeout,
}: Values<typeof linkParameterFields>): FollowedParameters => ({
  intervalMs: interval * 1.25,
  latency,
  timeoutMs: timeout * 10,
});

/**
 * Any of the three forms, after the subevent code; undefined for other subevents.
 * @throws PacketError
 */
export const connectionComplete = (
  subevent: number,
  parameters: Uint8Array,
): ConnectionComplete | undefined => {
  const { subevent: plain, parameters: layout } = LeConnectionComplete;
  const { subevent: enhanced, parameters: enhancedLayout } = LeEnhancedConnectionComplete;
  if (subevent === plain) return completed({ ...NO_RPAS, ...layout.read(parameters) });
  if (subevent !== enhanced && subevent !== ENHANCED_CONNECTION_COMPLETE_V2) return undefined;
  return completed(enhancedLayout.read(parameters));
};

const NO_ADDRESS = new Uint8Array(6);
const NO_RPAS = { localRpa: NO_ADDRESS, peerRpa: NO_ADDRESS };

const completed = (
  p: Values<typeof LeEnhancedConnectionComplete.parameters.shape>,
): ConnectionComplete => ({
  status: p.status,
  handle: p.handle & HANDLE_MASK,
  role: p.role === ConnectionRole.central ? 'central' : 'peripheral',
  peer: addressText(p.peerAddress),
  localRpa: usedAddress(p.localRpa),
  peerRpa: usedAddress(p.peerRpa),
  ...followedParameters(p),
});

const usedAddress = (address: Uint8Array): string | undefined =>
  address.some((byte) => byte !== 0) ? addressText(address) : undefined;

/** What both ends of a link report. */
export type LinkChange =
  | ({ readonly type: 'parameters' } & FollowedParameters)
  | { readonly type: 'encryption'; readonly encrypted: boolean }
  | { readonly type: 'data-length'; readonly txBytes: number; readonly rxBytes: number }
  | { readonly type: 'phy'; readonly txPhy: string; readonly rxPhy: string };

/** What an LE event changes of a link; undefined for other events, and where nothing has changed. */
export const linkChange = (
  subevent: number,
  parameters: Uint8Array,
): { readonly handle: number; readonly change: LinkChange } | undefined => {
  switch (subevent) {
    case LeConnectionUpdateComplete.subevent: {
      const { status, handle, ...wire } = LeConnectionUpdateComplete.parameters.read(parameters);
      if (status !== Status.success) return undefined;
      return { handle, change: { type: 'parameters', ...followedParameters(wire) } };
    }
    case LeDataLengthChange.subevent: {
      const { handle, txOctets, rxOctets } = LeDataLengthChange.parameters.read(parameters);
      return { handle, change: { type: 'data-length', txBytes: txOctets, rxBytes: rxOctets } };
    }
    case LePhyUpdateComplete.subevent: {
      const { status, handle, tx, rx } = LePhyUpdateComplete.parameters.read(parameters);
      if (status !== Status.success) return undefined;
      return { handle, change: { type: 'phy', txPhy: phyName(tx), rxPhy: phyName(rx) } };
    }
    default:
      return undefined;
  }
};
