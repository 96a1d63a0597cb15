import { ConnectionRole } from '../lib/hci/constants.js';
import { linkParameterFields } from '../lib/hci/shared.js';
import { Layout } from '../lib/hci/layout.js';
import type { AirFound, FoundLink } from './capture/record.js';
import type { VirtualController } from './controller/controller.js';
import { LEGACY_SET } from './decode/advertising-sets.js';
import { formatAddress } from './medium/pdu.js';

/** What goes on at a controller; undefined: nothing. */
export const foundAt = (controller: VirtualController): AirFound | undefined => {
  const { advertisingSets, connections, usesLegacyAdvertising, station } = controller;
  const sets = advertisingSets.all
    .filter(({ enabled }) => enabled)
    .map(({ handle, parameters, content }) => ({
      name: usesLegacyAdvertising ? LEGACY_SET : String(handle),
      connectable: parameters.connectable,
      scannable: parameters.scannable,
      extended: !parameters.legacyPdus,
      ownAddressType: parameters.ownAddressType,
      ...content,
    }));
  const links = connections.all.map(({ handle, end, peer }): FoundLink => {
    const { intervalMs, latency, timeoutMs } = LINK_PARAMETERS.tell(end.link.parameters);
    return {
      handle,
      role: end.role === ConnectionRole.central ? 'central' : 'peripheral',
      peer: formatAddress(peer),
      ...{ intervalMs: Number(intervalMs), latency: Number(latency), timeoutMs: Number(timeoutMs) },
    };
  });
  return sets.length + links.length === 0 ? undefined : { index: station.id, sets, links };
};

/** With their units. */
const LINK_PARAMETERS = new Layout(linkParameterFields);
