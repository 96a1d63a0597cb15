import { as, bytes, u16, u8 } from '../fields.js';
import { event, leEvent } from '../packet.js';
import {
  address,
  handle,
  linkParameterFields,
  linkVersion,
  reason,
  status,
  wantedParameters,
} from '../shared.js';
import { addressText } from '../text.js';

/** Events about links (Vol 4 Part E 7.7.5 to 7.7.39 and 7.7.65). */

export const DisconnectionComplete = event(0x05, { status, handle, reason });
export const EncryptionChange = event(0x08, {
  status,
  handle,
  enabled: as('encrypted', u8({ max: 2 }), (value) => value !== 0),
});
export const EncryptionKeyRefreshComplete = event(0x30, { status, handle });
export const ReadRemoteVersionComplete = event(0x0c, {
  status,
  handle,
  ...linkVersion,
});

/** Who is at the other end; peers of types 2 and 3 are identities of which a private address was resolved. */
const met = {
  status,
  handle,
  role: as('role', u8({ max: 1 }), (value) => (value === 0 ? 'central' : 'peripheral')),
  peerAddressType: u8({ max: 3 }),
  peerAddress: as('peer', address, addressText),
};

/** Zeros where none was used. */
const privateAddress = (name: string): typeof address =>
  as(name, bytes(6), (value) =>
    value.some((byte) => byte !== 0) ? addressText(value) : undefined,
  );

export const LeConnectionComplete = leEvent(0x01, {
  ...met,
  ...linkParameterFields,
  clockAccuracy: u8(),
});
/** [v1]; [v2] has more behind it. */
export const LeEnhancedConnectionComplete = leEvent(0x0a, {
  ...met,
  localRpa: privateAddress('localRpa'),
  peerRpa: privateAddress('peerRpa'),
  ...linkParameterFields,
  clockAccuracy: u8(),
});
export const LeConnectionUpdateComplete = leEvent(0x03, { status, handle, ...linkParameterFields });
export const LeReadRemoteFeaturesComplete = leEvent(0x04, { status, handle, features: bytes(8) });
export const LeLongTermKeyRequest = leEvent(0x05, {
  handle,
  random: bytes(8),
  diversifier: bytes(2),
});
export const LeRemoteParameterRequest = leEvent(0x06, { handle, ...wantedParameters });

const octets = (name: string): typeof handle => as(name, u16({ min: 27, max: 251 }));

/** Most data in a packet of each direction (octets), and the time that it may take (microseconds). */
export const LeDataLengthChange = leEvent(0x07, {
  handle,
  txOctets: octets('txBytes'),
  txTime: u16(),
  rxOctets: octets('rxBytes'),
  rxTime: u16(),
});

const PHYS = ['?', '1M', '2M', 'coded'] as const;

/** 1: LE 1M, 2: LE 2M, 3: coded. */
const phyName = (phy: number): string => PHYS[phy] ?? '?';

export const LePhyUpdateComplete = leEvent(0x0c, {
  status,
  handle,
  tx: as('txPhy', u8({ max: 3 }), phyName),
  rx: as('rxPhy', u8({ max: 3 }), phyName),
});
/** 0: algorithm #1, 1: algorithm #2. */
export const LeChannelSelectionAlgorithm = leEvent(0x14, { handle, algorithm: u8({ max: 1 }) });
