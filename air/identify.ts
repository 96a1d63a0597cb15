import type { VirtualController } from './controller/controller.js';
import { readAdvertisingData } from './decode/advertising-data.js';
import { formatAddress } from './medium/pdu.js';

/*
 * What a controller is called by others. Its label comes from the program that brought it; all the rest its host has
 * said over HCI, which any host does.
 */

/** The name in what it advertises, or advertised last; undefined where there is none. */
export const advertisedNameOf = ({ advertisingSets }: VirtualController): string | undefined => {
  const sets = advertisingSets.all.toSorted((a, b) => Number(b.enabled) - Number(a.enabled));
  for (const { content } of sets) {
    for (const data of [content.data, content.scanResponse]) {
      const { name } = readAdvertisingData(data);
      if (name !== undefined && name !== '') return name;
    }
  }
  return undefined;
};

/** Random addresses that its host uses. */
export const randomAddressesOf = ({
  identity,
  advertisingSets,
}: VirtualController): readonly string[] => {
  const ofSets = advertisingSets.all.flatMap(({ advertiser, random }) => [advertiser, random]);
  const random = [...ofSets, identity.random].filter((address) => address?.type === 'random');
  return [...new Set(random.flatMap((address) => (address ? formatAddress(address) : [])))];
};
