import * as links from '../../../lib/hci/commands/links.js';
import { Status } from '../../../lib/hci/constants.js';
import { disconnect } from '../connection/connection.js';
import { MOST_LENGTH, phyPreference } from '../connection/link-procedures.js';
import { ok } from '../outcome.js';
import { on, onLink, onValid } from './command.js';

/** Commands about links, and about what is wanted of them. */
export const LINK_COMMANDS = [
  onLink(links.Disconnect, (connection, { reason }) => disconnect(connection, reason)),
  onLink(links.ReadRemoteVersion, ({ end }) => end.control({ kind: 'version-request' })),
  onLink(links.LeConnectionUpdate, ({ parameterRequest }, p) => parameterRequest.update(p)),
  onLink(links.LeParameterRequestReply, ({ parameterRequest }, p) => parameterRequest.reply(p)),
  onLink(links.LeParameterRequestNegativeReply, ({ parameterRequest }, p) =>
    parameterRequest.refuse(p.reason),
  ),
  on(links.LeSetHostChannelClassification, (c, { channels }) =>
    c.connections.classifyChannels(channels),
  ),
  onLink(links.LeReadChannelMap, ({ handle, channelMap }) => ok({ handle, channels: channelMap })),
  onLink(links.LeReadRemoteFeatures, ({ end }) => end.control({ kind: 'features-request' })),
  onLink(links.LeEnableEncryption, ({ encryption }, p) => encryption.start(p)),
  onLink(links.LeLongTermKeyReply, ({ encryption }, { key }) => encryption.reply(key)),
  onLink(links.LeLongTermKeyNegativeReply, ({ encryption }) => encryption.refuse()),
  onLink(links.LeSetDataLength, ({ procedures }, p) => procedures.setDataLength(p)),
  on(links.LeReadSuggestedDataLength, (c) => ok(c.connections.preferences.dataLength)),
  onValid(links.LeWriteSuggestedDataLength, (c, p) => {
    c.connections.preferences.dataLength = p;
  }),
  on(links.LeReadMaximumDataLength, () => {
    const { octets, time } = MOST_LENGTH;
    return ok({ txOctets: octets, txTime: time, rxOctets: octets, rxTime: time });
  }),
  onLink(links.LeReadPhy, ({ handle, procedures }) => ok({ handle, ...procedures.phy })),
  on(links.LeSetDefaultPhy, (c, p) => {
    const phys = phyPreference(p);
    if (typeof phys === 'number') return phys;
    c.connections.preferences.phys = phys;
    return Status.success;
  }),
  onLink(links.LeSetPhy, ({ procedures }, p) => procedures.setPhy(p)),
];
