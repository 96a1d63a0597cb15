import { bytes, u16, u8 } from '../fields.js';
import { command, read } from '../packet.js';
import { address, addressType, enable, peerIdentity } from '../shared.js';

/** Commands about the own random address and the filter accept list (Vol 4 Part E 7.8.4, 7.8.14 to 7.8.17). */

export const LeSetRandomAddress = command(0x2005, [25, 4], { address });

/** 0xff: anonymous advertisers. */
const listed = { addressType: addressType(0xff), address };

export const LeReadAcceptListSize = read(0x200f, [26, 6], { size: u8() });
export const LeClearAcceptList = command(0x2010, [26, 7], {});
export const LeAddToAcceptList = command(0x2011, [27, 0], listed);
export const LeRemoveFromAcceptList = command(0x2012, [27, 1], listed);

/** Commands about the resolving list (7.8.38 to 7.8.45 and 7.8.77). Keys of zeros are none. */

export const LeAddToResolvingList = command(0x2027, [34, 3], {
  ...peerIdentity,
  peerIrk: bytes(16),
  localIrk: bytes(16),
});
export const LeRemoveFromResolvingList = command(0x2028, [34, 4], peerIdentity);
export const LeClearResolvingList = command(0x2029, [34, 5], {});
export const LeReadResolvingListSize = read(0x202a, [34, 6], { size: u8() });

/** 7.8.42 and 7.8.43; their parameters were never told. */
const asked = { addressType: u8({ max: 1 }), address: bytes(6) };

export const LeReadPeerResolvableAddress = command(0x202b, [34, 7], asked, { address: bytes(6) });
export const LeReadLocalResolvableAddress = command(0x202c, [35, 0], asked, { address: bytes(6) });
export const LeSetAddressResolutionEnable = command(0x202d, [35, 1], { enable });
/** Seconds. */
export const LeSetResolvableAddressTimeout = command(0x202e, [35, 2], {
  seconds: u16({ min: 1, max: 3600 }),
});
/** 0: network privacy, 1: device privacy. */
export const LeSetPrivacyMode = command(0x204e, [39, 2], { ...peerIdentity, mode: u8({ max: 1 }) });
