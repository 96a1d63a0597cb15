import * as addresses from '../../../lib/hci/commands/addresses.js';
import { ACCEPT_LIST_SIZE } from '../accept-list.js';
import { ok } from '../outcome.js';
import { RESOLVING_LIST_SIZE } from '../privacy/resolving-list.js';
import { on, onValid } from './command.js';

/** Commands about addresses: the own random one, the accept list, the resolving list. */
export const ADDRESS_COMMANDS = [
  on(addresses.LeSetRandomAddress, (c, { address }) => c.setRandomAddress(address)),

  on(addresses.LeReadAcceptListSize, () => ok({ size: ACCEPT_LIST_SIZE })),
  on(addresses.LeClearAcceptList, (c) => c.acceptList.clear()),
  on(addresses.LeAddToAcceptList, (c, p) => c.acceptList.add(p)),
  on(addresses.LeRemoveFromAcceptList, (c, p) => c.acceptList.remove(p)),

  onValid(addresses.LeAddToResolvingList, (c, p) => c.resolvingList.add(p)),
  onValid(addresses.LeRemoveFromResolvingList, (c, p) => c.resolvingList.remove(p)),
  on(addresses.LeClearResolvingList, (c) => c.resolvingList.clear()),
  on(addresses.LeReadResolvingListSize, () => ok({ size: RESOLVING_LIST_SIZE })),
  onValid(addresses.LeReadPeerResolvableAddress, (c, p) => c.resolvingList.readPeer(p)),
  onValid(addresses.LeReadLocalResolvableAddress, (c, p) => c.resolvingList.readLocal(p)),
  onValid(addresses.LeSetAddressResolutionEnable, (c, { enable }) =>
    c.resolvingList.setEnable(enable),
  ),
  onValid(addresses.LeSetResolvableAddressTimeout, (c, { seconds }) => {
    c.resolvingList.setTimeout(seconds);
    c.advertisingSets.rotate();
  }),
  onValid(addresses.LeSetPrivacyMode, (c, p) => c.resolvingList.setPrivacyMode(p)),
];
