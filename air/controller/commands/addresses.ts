import {
  LeAddToAcceptList,
  LeAddToResolvingList,
  LeClearAcceptList,
  LeClearResolvingList,
  LeReadAcceptListSize,
  LeReadLocalResolvableAddress,
  LeReadPeerResolvableAddress,
  LeReadResolvingListSize,
  LeRemoveFromAcceptList,
  LeRemoveFromResolvingList,
  LeSetAddressResolutionEnable,
  LeSetPrivacyMode,
  LeSetRandomAddress,
  LeSetResolvableAddressTimeout,
} from '../../../lib/hci/commands/addresses.js';
import { ACCEPT_LIST_SIZE } from '../accept-list.js';
import { ok } from '../outcome.js';
import { RESOLVING_LIST_SIZE } from '../privacy/resolving-list.js';
import { on } from './command.js';

/** Commands about addresses: the own random one, the accept list, the resolving list. */
export const ADDRESS_COMMANDS = [
  on(LeSetRandomAddress, (c, { address }) => c.setRandomAddress(address)),

  on(LeReadAcceptListSize, () => ok({ size: ACCEPT_LIST_SIZE })),
  on(LeClearAcceptList, (c) => c.acceptList.clear()),
  on(LeAddToAcceptList, (c, p) => c.acceptList.add(p)),
  on(LeRemoveFromAcceptList, (c, p) => c.acceptList.remove(p)),

  on(LeAddToResolvingList, (c, p) => c.resolvingList.add(p)),
  on(LeRemoveFromResolvingList, (c, p) => c.resolvingList.remove(p)),
  on(LeClearResolvingList, (c) => c.resolvingList.clear()),
  on(LeReadResolvingListSize, () => ok({ size: RESOLVING_LIST_SIZE })),
  on(LeReadPeerResolvableAddress, (c, p) => c.resolvingList.readPeer(p)),
  on(LeReadLocalResolvableAddress, (c, p) => c.resolvingList.readLocal(p)),
  on(LeSetAddressResolutionEnable, (c, { enable }) => c.resolvingList.setEnable(enable)),
  on(LeSetResolvableAddressTimeout, (c, { seconds }) => {
    const code = c.resolvingList.setTimeout(seconds);
    c.advertisingSets.rotate();
    return code;
  }),
  on(LeSetPrivacyMode, (c, p) => c.resolvingList.setPrivacyMode(p)),
];
