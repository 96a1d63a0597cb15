import { Opcode } from '../../../lib/hci/constants.js';
import { encryptBlock } from '../security/cipher.js';
import { ok } from '../outcome.js';
import { command, read, status } from './command.js';

/** Commands about cryptography that concern no link. */
export const SECURITY_COMMANDS = [
  command(
    Opcode.leEncrypt,
    [27, 6],
    32,
    (_, p) => ok(encryptBlock(p.subarray(0, 16), p.subarray(16))),
    { returns: 16 },
  ),
  read(Opcode.leRand, [27, 7], 8, (c) => Buffer.from(c.random(8))),
  command(Opcode.leReadLocalP256PublicKey, [34, 1], 0, (c) => c.dhKeys.readPublicKey(), status),
  command(Opcode.leGenerateDhKey, [34, 2], 64, (c, p) => c.dhKeys.generate(p), status),
];
