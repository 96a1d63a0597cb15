import { Status } from '../../lib/hci/constants.js';
import { eventOf } from '../../lib/hci/events/index.js';
import {
  LeConnectionComplete,
  LeConnectionUpdateComplete,
  LeDataLengthChange,
  LeEnhancedConnectionComplete,
  LePhyUpdateComplete,
} from '../../lib/hci/events/links.js';
import { LE_META } from '../../lib/hci/packet.js';
import type { HciEvent } from '../../lib/hci/packet.js';

/** LE Enhanced Connection Complete [v2], of newer controllers than ours (Vol 4 Part E 7.7.65.10). */
const ENHANCED_CONNECTION_COMPLETE_V2 = 0x29;

/** By which a subevent is read: a newer version as the one before, of which it has all fields. */
export const leEventOf = (subevent: number): HciEvent | undefined =>
  subevent === ENHANCED_CONNECTION_COMPLETE_V2
    ? LeEnhancedConnectionComplete
    : eventOf(LE_META, subevent);

/** The parameters of a link. */
export interface FollowedParameters {
  /** Connection interval in milliseconds. */
  readonly intervalMs: number;
  /** Connection events that the peripheral may skip. */
  readonly latency: number;
  /** Supervision timeout in milliseconds. */
  readonly timeoutMs: number;
}

/** As the packets tell it, but for the status. */
export interface ConnectionComplete extends FollowedParameters {
  readonly status: number;
  readonly handle: number;
  readonly role: 'central' | 'peripheral';
  readonly peer: string;
  /** Resolvable private addresses that were used, where there are any. */
  readonly localRpa?: string;
  readonly peerRpa?: string;
}

/** What both ends of a link report; as the packets tell it. */
export type LinkChange =
  | ({ readonly type: 'parameters' } & FollowedParameters)
  | { readonly type: 'encryption'; readonly encrypted: boolean }
  | { readonly type: 'data-length'; readonly txBytes: number; readonly rxBytes: number }
  | { readonly type: 'phy'; readonly txPhy: string; readonly rxPhy: string };

const CHANGES: ReadonlyMap<number, LinkChange['type']> = new Map([
  [LeConnectionUpdateComplete.subevent, 'parameters'],
  [LeDataLengthChange.subevent, 'data-length'],
  [LePhyUpdateComplete.subevent, 'phy'],
]);

/**
 * Any of the three forms, after the subevent code; undefined for other subevents.
 * @throws PacketError
 */
export const connectionComplete = (
  subevent: number,
  parameters: Uint8Array,
): ConnectionComplete | undefined => {
  const declared = leEventOf(subevent);
  if (declared !== LeConnectionComplete && declared !== LeEnhancedConnectionComplete) {
    return undefined;
  }
  const values = declared.parameters.read(parameters);
  return { ...declared.parameters.tell(values), status: values['status'] } as ConnectionComplete;
};

/** What an LE event changes of a link; undefined for other events, and where nothing has changed. */
export const linkChange = (
  subevent: number,
  parameters: Uint8Array,
): { readonly handle: number; readonly change: LinkChange } | undefined => {
  const type = CHANGES.get(subevent);
  const layout = type && leEventOf(subevent)?.parameters;
  if (layout === undefined) return undefined;
  const values = layout.read(parameters);
  if ((values['status'] ?? Status.success) !== Status.success) return undefined;
  const { status: _, handle, ...told } = layout.tell(values);
  return { handle: Number(handle), change: { type, ...told } as LinkChange };
};
