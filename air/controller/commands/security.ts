import * as security from '../../../lib/hci/commands/security.js';
import { ok } from '../outcome.js';
import { encryptBlock } from '../security/cipher.js';
import { on } from './command.js';

/** Commands about cryptography that concern no link. */
export const SECURITY_COMMANDS = [
  on(security.LeEncrypt, (_, { key, block }) => ok({ block: encryptBlock(key, block) })),
  on(security.LeRand, (c) => ok({ random: c.random(8) })),
  on(security.LeReadLocalP256PublicKey, (c) => c.dhKeys.readPublicKey()),
  on(security.LeGenerateDhKey, (c, { publicKey }) => c.dhKeys.generate(publicKey)),
];
