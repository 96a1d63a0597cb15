import { Opcode } from '../../../lib/hci/constants.js';
import { ACCEPT_LIST_SIZE } from '../accept-list.js';
import { RESOLVING_LIST_SIZE } from '../privacy/resolving-list.js';
import { command, read } from './command.js';

/** Commands about addresses: the own random one, the accept list, the resolving list. */
export const ADDRESS_COMMANDS = [
  command(Opcode.leSetRandomAddress, [25, 4], 6, (c, p) => c.setRandomAddress(p)),

  read(Opcode.leReadAcceptListSize, [26, 6], 1, () => Buffer.from([ACCEPT_LIST_SIZE])),
  command(Opcode.leClearAcceptList, [26, 7], 0, (c) => c.acceptList.clear()),
  command(Opcode.leAddToAcceptList, [27, 0], 7, (c, p) => c.acceptList.add(p)),
  command(Opcode.leRemoveFromAcceptList, [27, 1], 7, (c, p) => c.acceptList.remove(p)),

  command(Opcode.leAddToResolvingList, [34, 3], 39, (c, p) => c.resolvingList.add(p)),
  command(Opcode.leRemoveFromResolvingList, [34, 4], 7, (c, p) => c.resolvingList.remove(p)),
  command(Opcode.leClearResolvingList, [34, 5], 0, (c) => c.resolvingList.clear()),
  read(Opcode.leReadResolvingListSize, [34, 6], 1, () => Buffer.from([RESOLVING_LIST_SIZE])),
  command(Opcode.leReadPeerResolvableAddress, [34, 7], 7, (c, p) => c.resolvingList.readPeer(p), {
    returns: 6,
  }),
  command(Opcode.leReadLocalResolvableAddress, [35, 0], 7, (c, p) => c.resolvingList.readLocal(p), {
    returns: 6,
  }),
  command(Opcode.leSetAddressResolutionEnable, [35, 1], 1, (c, p) => c.resolvingList.setEnable(p)),
  command(Opcode.leSetResolvableAddressTimeout, [35, 2], 2, (c, p) => {
    const code = c.resolvingList.setTimeout(p);
    c.advertisingSets.rotate();
    return code;
  }),
  command(Opcode.leSetPrivacyMode, [39, 2], 8, (c, p) => c.resolvingList.setPrivacyMode(p)),
];
