import {
  Channel,
  l2capFrame,
  SecurityCode,
  SignallingCode,
  SignallingCommand,
} from '../../hci/l2cap.js';
import type { L2capPdu } from '../../hci/l2cap.js';

/** What the two fixed channels beside ATT are answered: that nothing of theirs is known here. */

/** The longest PDU that must be taken on signalling over LE (Core, Vol 3 Part A 4), and is, in bytes. */
const SIGNALLING_MTU = 23;
/** Reasons of Command Reject (4.1). */
const Reason = { notUnderstood: 0, mtuExceeded: 1, invalidChannel: 2 } as const;
/** Reason of Pairing Failed (Part H 3.5.5): Pairing Not Supported. */
const NOT_SUPPORTED = 0x05;

/** Codes of answers, which get none: Command Reject, and of each pair of codes the second. */
const ANSWERS: ReadonlySet<number> = new Set([
  0x01, 0x03, 0x05, 0x07, 0x09, 0x0b, 0x0d, 0x0f, 0x11, 0x13, 0x15, 0x18, 0x1a,
]);

/** The frame that answers a PDU of signalling or of the Security Manager; most of them get none. */
export const answerTo = ({ channel, payload }: L2capPdu): Uint8Array | undefined => {
  const answer =
    channel === Channel.signalling
      ? reject(payload)
      : channel === Channel.security && payload[0] === SecurityCode.pairingRequest
        ? Uint8Array.of(SecurityCode.pairingFailed, NOT_SUPPORTED)
        : undefined;
  return answer && l2capFrame(channel, answer);
};

const reject = (payload: Uint8Array): Uint8Array | undefined => {
  const [code = 0, identifier = 0] = payload;
  if (ANSWERS.has(code) || identifier === 0) return undefined;
  const reason = (value: number, ...more: number[]): Uint8Array =>
    SignallingCommand.build({
      code: SignallingCode.commandReject,
      identifier,
      length: 2 + more.length,
      data: Uint8Array.of(value, 0, ...more),
    });
  if (payload.length > SIGNALLING_MTU) return reason(Reason.mtuExceeded, SIGNALLING_MTU, 0);
  const command = SignallingCommand.exact(payload);
  if (command === undefined || command.length !== command.data.length) return undefined;
  // It names the channel by both ends.
  return command.code === SignallingCode.disconnectionRequest && command.length === 4
    ? reason(Reason.invalidChannel, ...command.data)
    : reason(Reason.notUnderstood);
};
