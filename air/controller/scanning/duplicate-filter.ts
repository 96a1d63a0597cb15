import { keepLatest } from '../../keep-latest.js';
import { formatAddress } from '../../medium/pdu.js';
import type { Sighting } from './reports.js';

/** As many as are remembered: private addresses come and go, and a stranger may make up any number. */
const CAPACITY = 1024;

/**
 * Tells reports that a host has had already. Duplicates are told by address and kind; their data does not
 * count (Vol 4 Part E 7.8.11), unless an extended PDU says with its identifiers that it is other data.
 */
export class DuplicateFilter {
  readonly #reported = new Map<string, true>();

  /** True the first time. */
  admit(sighting: Sighting): boolean {
    const key = keyOf(sighting);
    if (this.#reported.has(key)) return false;
    return keepLatest(this.#reported, key, true, CAPACITY);
  }

  clear(): void {
    this.#reported.clear();
  }
}

const keyOf = ({ pdu, peer, response }: Sighting): string => {
  const address = peer && `${peer.address.type}/${formatAddress(peer.address)}`;
  const { sid, did } = response?.extended ?? pdu.extended ?? {};
  return [address, response !== undefined, sid, did].map(String).join('/');
};
