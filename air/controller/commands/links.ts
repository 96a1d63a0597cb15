import * as links from '../../../lib/hci/commands/links.js';
import { Status } from '../../../lib/hci/constants.js';
import { MOST_LENGTH, phyPreference } from '../connection/link-procedures.js';
import { ok } from '../outcome.js';
import { on, onValid } from './command.js';

/** Commands about links, and about what is wanted of them. */
export const LINK_COMMANDS = [
  on(links.Disconnect, (c, p) => c.connections.disconnect(p)),
  on(links.ReadRemoteVersion, (c, { handle }) =>
    c.connections.on(handle, ({ procedures }) => procedures.ask('version-request')),
  ),
  on(links.LeConnectionUpdate, (c, p) => c.connections.update(p)),
  on(links.LeParameterRequestReply, (c, p) =>
    c.connections.on(p.handle, ({ parameterRequest }) => parameterRequest.reply(p)),
  ),
  on(links.LeParameterRequestNegativeReply, (c, { handle, reason }) =>
    c.connections.on(handle, ({ parameterRequest }) => parameterRequest.refuse(reason)),
  ),
  on(links.LeSetHostChannelClassification, (c, { channels }) =>
    c.connections.classifyChannels(channels),
  ),
  on(links.LeReadChannelMap, (c, { handle }) =>
    c.connections.on(handle, ({ channelMap }) => ok({ handle, channels: channelMap })),
  ),
  on(links.LeReadRemoteFeatures, (c, { handle }) =>
    c.connections.on(handle, ({ procedures }) => procedures.ask('features-request')),
  ),
  on(links.LeEnableEncryption, (c, p) =>
    c.connections.on(p.handle, ({ encryption }) => encryption.start(p)),
  ),
  on(links.LeLongTermKeyReply, (c, { handle, key }) =>
    c.connections.on(handle, ({ encryption }) => encryption.reply(key)),
  ),
  on(links.LeLongTermKeyNegativeReply, (c, { handle }) =>
    c.connections.on(handle, ({ encryption }) => encryption.refuse()),
  ),
  on(links.LeSetDataLength, (c, p) =>
    c.connections.on(p.handle, ({ procedures }) => procedures.setDataLength(p)),
  ),
  on(links.LeReadSuggestedDataLength, (c) => ok(c.connections.preferences.dataLength)),
  onValid(links.LeWriteSuggestedDataLength, (c, p) => {
    c.connections.preferences.dataLength = p;
    return Status.success;
  }),
  on(links.LeReadMaximumDataLength, () => {
    const { octets, time } = MOST_LENGTH;
    return ok({ txOctets: octets, txTime: time, rxOctets: octets, rxTime: time });
  }),
  on(links.LeReadPhy, (c, { handle }) =>
    c.connections.on(handle, ({ procedures }) => ok({ handle, ...procedures.phy })),
  ),
  on(links.LeSetDefaultPhy, (c, p) => {
    const phys = phyPreference(p);
    if (typeof phys === 'number') return phys;
    c.connections.preferences.phys = phys;
    return Status.success;
  }),
  on(links.LeSetPhy, (c, p) =>
    c.connections.on(p.handle, ({ procedures }) => procedures.setPhy(p)),
  ),
];
