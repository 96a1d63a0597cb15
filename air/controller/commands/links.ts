import {
  Disconnect,
  LeConnectionUpdate,
  LeEnableEncryption,
  LeLongTermKeyNegativeReply,
  LeLongTermKeyReply,
  LeParameterRequestNegativeReply,
  LeParameterRequestReply,
  LeReadChannelMap,
  LeReadMaximumDataLength,
  LeReadPhy,
  LeReadRemoteFeatures,
  LeReadSuggestedDataLength,
  LeSetDataLength,
  LeSetDefaultPhy,
  LeSetHostChannelClassification,
  LeSetPhy,
  LeWriteSuggestedDataLength,
  ReadRemoteVersion,
} from '../../../lib/hci/commands/links.js';
import { Status } from '../../../lib/hci/constants.js';
import { MOST_LENGTH, phyPreference } from '../connection/link-procedures.js';
import { ok } from '../outcome.js';
import { on } from './command.js';

/** Commands about links, and about what is wanted of them. */
export const LINK_COMMANDS = [
  on(Disconnect, (c, p) => c.connections.disconnect(p)),
  on(ReadRemoteVersion, (c, { handle }) =>
    c.connections.on(handle, ({ procedures }) => procedures.ask('version-request')),
  ),
  on(LeConnectionUpdate, (c, p) => c.connections.update(p)),
  on(LeParameterRequestReply, (c, p) =>
    c.connections.on(p.handle, ({ parameterRequest }) => parameterRequest.reply(p)),
  ),
  on(LeParameterRequestNegativeReply, (c, { handle, reason }) =>
    c.connections.on(handle, ({ parameterRequest }) => parameterRequest.refuse(reason)),
  ),
  on(LeSetHostChannelClassification, (c, { channels }) => c.connections.classifyChannels(channels)),
  on(LeReadChannelMap, (c, { handle }) =>
    c.connections.on(handle, ({ channelMap }) => ok({ handle, channels: channelMap })),
  ),
  on(LeReadRemoteFeatures, (c, { handle }) =>
    c.connections.on(handle, ({ procedures }) => procedures.ask('features-request')),
  ),
  on(LeEnableEncryption, (c, p) =>
    c.connections.on(p.handle, ({ encryption }) => encryption.start(p)),
  ),
  on(LeLongTermKeyReply, (c, { handle, key }) =>
    c.connections.on(handle, ({ encryption }) => encryption.reply(key)),
  ),
  on(LeLongTermKeyNegativeReply, (c, { handle }) =>
    c.connections.on(handle, ({ encryption }) => encryption.refuse()),
  ),
  on(LeSetDataLength, (c, p) =>
    c.connections.on(p.handle, ({ procedures }) => procedures.setDataLength(p)),
  ),
  on(LeReadSuggestedDataLength, (c) => ok(c.connections.preferences.dataLength)),
  on(LeWriteSuggestedDataLength, (c, p) => {
    if (!LeWriteSuggestedDataLength.parameters.allows(p)) return Status.invalidParameters;
    c.connections.preferences.dataLength = p;
    return Status.success;
  }),
  on(LeReadMaximumDataLength, () => {
    const { octets, time } = MOST_LENGTH;
    return ok({ txOctets: octets, txTime: time, rxOctets: octets, rxTime: time });
  }),
  on(LeReadPhy, (c, { handle }) =>
    c.connections.on(handle, ({ procedures }) => ok({ handle, ...procedures.phy })),
  ),
  on(LeSetDefaultPhy, (c, p) => {
    const phys = phyPreference(p);
    if (typeof phys === 'number') return phys;
    c.connections.preferences.phys = phys;
    return Status.success;
  }),
  on(LeSetPhy, (c, p) => c.connections.on(p.handle, ({ procedures }) => procedures.setPhy(p))),
];
