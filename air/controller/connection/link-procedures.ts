import { LeSetDataLength } from '../../../lib/hci/commands/links.js';
import type { LeSetDefaultPhy } from '../../../lib/hci/commands/links.js';
import { Status } from '../../../lib/hci/constants.js';
import {
  LeDataLengthChange,
  LePhyUpdateComplete,
  LeReadRemoteFeaturesComplete,
  ReadRemoteVersionComplete,
} from '../../../lib/hci/events/links.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import type { DataLength, PhyPdu, ProcedurePdu } from '../../medium/control-pdu.js';
import type { Phy } from '../../medium/airtime.js';
import { featuresForPeers, LOCAL_VERSION } from '../informational.js';
import { ALL_CHANNELS } from './channel-map.js';
import type { ProcedureContext } from './procedure.js';

/** What every link has at first, and the most that is supported (Vol 6 Part B 4.5.10). */
const LEAST_LENGTH: DataLength = { octets: 27, time: 328 };
export const MOST_LENGTH: DataLength = { octets: 251, time: 2120 };

const PHY_1M = 0b01;
const PHY_2M = 0b10;
const PHYS = PHY_1M | PHY_2M;

/** Sets of PHYs, a bit each. */
interface PhyPreference {
  readonly tx: number;
  readonly rx: number;
}

/** What a host wants of its links, until it says otherwise for one of them. */
export interface LinkPreferences {
  dataLength: DataLength;
  phys: PhyPreference;
  /** Data channels that are not known to be bad, 5 bytes. */
  channelMap: Uint8Array;
}

export const defaultPreferences = (): LinkPreferences => ({
  dataLength: LEAST_LENGTH,
  phys: { tx: PHYS, rx: PHYS },
  channelMap: ALL_CHANNELS,
});

/** An error code where it asks for nothing, or too much. */
export const phyPreference = ({
  all,
  tx: wantedTx,
  rx: wantedRx,
}: ParametersOf<typeof LeSetDefaultPhy>): PhyPreference | number => {
  const tx = (all & 0b01) === 0 ? wantedTx : PHYS;
  const rx = (all & 0b10) === 0 ? wantedRx : PHYS;
  if (tx === 0 || rx === 0) return Status.invalidParameters;
  return ((tx | rx) & ~PHYS) === 0 ? { tx, rx } : Status.unsupportedFeature;
};

/**
 * Procedures of one link that ask the peer and tell the host: version, features, data length, PHY.
 * What is agreed upon is how the link sends from then on, where packets take time on the air.
 */
export class LinkProcedures {
  #wantedLength: DataLength;
  #wantedPhys: PhyPreference;
  #length = { tx: LEAST_LENGTH, rx: LEAST_LENGTH };
  #phy: { tx: Phy; rx: Phy };
  readonly #link: ProcedureContext;

  constructor(link: ProcedureContext, preferences: LinkPreferences, phy: Phy) {
    this.#link = link;
    this.#wantedLength = possible(preferences.dataLength);
    this.#wantedPhys = preferences.phys;
    this.#phy = { tx: phy, rx: phy };
    this.#link.end.phy = phy;
  }

  /** Asks for the data length that the host has suggested for new links (Vol 6 Part B 4.5.10). */
  begin(): void {
    if (sameLength(this.#wantedLength, LEAST_LENGTH)) return;
    this.#link.end.control({ kind: 'length-request', tx: this.#wantedLength });
  }

  setDataLength(p: ParametersOf<typeof LeSetDataLength>): number {
    if (!LeSetDataLength.parameters.allows(p)) return Status.invalidParameters;
    this.#wantedLength = possible(p);
    this.#link.end.control({ kind: 'length-request', tx: this.#wantedLength });
    return Status.success;
  }

  setPhy(p: ParametersOf<typeof LeSetDefaultPhy>): number {
    const wanted = phyPreference(p);
    if (typeof wanted === 'number') return wanted;
    this.#wantedPhys = wanted;
    this.#link.end.control({ kind: 'phy-request', ...wanted });
    return Status.success;
  }

  get phy(): { readonly tx: Phy; readonly rx: Phy } {
    return this.#phy;
  }

  /** A PDU from the peer. */
  received(pdu: ProcedurePdu): void {
    switch (pdu.kind) {
      case 'version-request':
        this.#link.end.control({ kind: 'version-response', data: LOCAL_VERSION });
        break;
      case 'features-request':
        this.#link.end.control({ kind: 'features-response', data: featuresForPeers() });
        break;
      case 'version-response':
        this.#link.host.event(ReadRemoteVersionComplete, { ...this.#succeeded(), ...pdu.data });
        break;
      case 'features-response':
        this.#link.host.event(LeReadRemoteFeaturesComplete, {
          ...this.#succeeded(),
          features: pdu.data,
        });
        break;
      case 'length-request':
        this.#agreeLength(pdu.tx);
        this.#link.end.control({ kind: 'length-response', tx: this.#wantedLength });
        break;
      case 'length-response':
        this.#agreeLength(pdu.tx);
        break;
      case 'phy-request':
        this.#choosePhy(pdu);
        break;
      case 'phy-response':
        this.#usePhys({ tx: phyOf(pdu.tx), rx: phyOf(pdu.rx) });
        this.#reportPhy();
        break;
    }
  }

  #agreeLength(peer: DataLength): void {
    const before = this.#length;
    this.#length = { tx: this.#wantedLength, rx: peer };
    this.#link.end.octets = this.#length.tx.octets;
    if (sameLength(before.tx, this.#length.tx) && sameLength(before.rx, peer)) return;
    const { tx, rx } = this.#length;
    this.#link.host.event(LeDataLengthChange, {
      handle: this.#link.handle,
      txOctets: tx.octets,
      txTime: tx.time,
      rxOctets: rx.octets,
      rxTime: rx.time,
    });
  }

  /** What both want, the faster first; what there is, where they have nothing in common. */
  #choosePhy(peer: PhyPdu): void {
    const before = this.#phy;
    const tx = fastest(peer.rx & this.#wantedPhys.tx) ?? before.tx;
    const rx = fastest(peer.tx & this.#wantedPhys.rx) ?? before.rx;
    this.#usePhys({ tx, rx });
    this.#link.end.control({ kind: 'phy-response', tx: rx, rx: tx });
    if (tx !== before.tx || rx !== before.rx) this.#reportPhy();
  }

  #usePhys(phys: { tx: Phy; rx: Phy }): void {
    this.#phy = phys;
    this.#link.end.phy = phys.tx;
  }

  #reportPhy(): void {
    this.#link.host.event(LePhyUpdateComplete, { ...this.#succeeded(), ...this.#phy });
  }

  #succeeded(): { readonly status: number; readonly handle: number } {
    return { status: Status.success, handle: this.#link.handle };
  }
}

const possible = ({ octets, time }: DataLength): DataLength => ({
  octets,
  time: Math.min(time, MOST_LENGTH.time),
});

const sameLength = (a: DataLength, b: DataLength): boolean =>
  a.octets === b.octets && a.time === b.time;

/** The number of the fastest PHY in a set. */
const fastest = (set: number): Phy | undefined => {
  if ((set & PHY_2M) !== 0) return 2;
  return (set & PHY_1M) === 0 ? undefined : 1;
};

/** Of a response, which names one of the two. */
const phyOf = (number: number): Phy => (number === 2 ? 2 : 1);
