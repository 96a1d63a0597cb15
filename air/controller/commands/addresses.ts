import * as addresses from '../../../lib/hci/commands/addresses.js';
import { ACCEPT_LIST_SIZE } from '../accept-list.js';
import { ok } from '../outcome.js';
import { RESOLVING_LIST_SIZE } from '../privacy/resolving-list.js';
import { on } from './command.js';

/** Commands about addresses: the own random one, the accept list, the resolving list. */
export const ADDRESS_COMMANDS = [
  on(addresses.LeSetRandomAddress, (c, { address }) => c.setRandomAddress(address)),

  on(addresses.LeReadAcceptListSize, () => ok({ size: ACCEPT_LIST_SIZE })),
  on(addresses.LeClearAcceptList, (c) => c.acceptList.clear()),
  on(addresses.LeAddToAcceptList, (c, p) => c.acceptList.add(p)),
  on(addresses.LeRemoveFromAcceptList, (c, p) => c.acceptList.remove(p)),

  on(addresses.LeAddToResolvingList, (c, p) => c.resolvingList.add(p)),
  on(addresses.LeRemoveFromResolvingList, (c, p) => c.resolvingList.remove(p)),
  on(addresses.LeClearResolvingList, (c) => c.resolvingList.clear()),
  on(addresses.LeReadResolvingListSize, () => ok({ size: RESOLVING_LIST_SIZE })),
  on(addresses.LeReadPeerResolvableAddress, (c, p) => c.resolvingList.readPeer(p)),
  on(addresses.LeReadLocalResolvableAddress, (c, p) => c.resolvingList.readLocal(p)),
  on(addresses.LeSetAddressResolutionEnable, (c, { enable }) => c.resolvingList.setEnable(enable)),
  on(addresses.LeSetResolvableAddressTimeout, (c, { seconds }) => {
    const code = c.resolvingList.setTimeout(seconds);
    c.advertisingSets.rotate();
    return code;
  }),
  on(addresses.LeSetPrivacyMode, (c, p) => c.resolvingList.setPrivacyMode(p)),
];
