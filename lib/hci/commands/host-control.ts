import { bytes, u16, u8, untold } from '../fields.js';
import { countedList } from '../lists.js';
import { command, read } from '../packet.js';
import { enable, untoldHandle } from '../shared.js';

/** Commands by which a host governs what it is told, and when (Vol 4 Part E 7.3 and 7.8.1). */

/** Event N is bit N - 1. */
const mask = { mask: bytes(8) };

export const SetEventMask = command(0x0c01, [5, 6], mask);
export const SetEventMaskPage2 = command(0x0c63, [22, 2], mask);
export const LeSetEventMask = command(0x2001, [25, 0], mask);
export const Reset = command(0x0c03, [5, 7], {});

/** The second byte is ignored (7.3.78 and 7.3.79). */
const leHostSupport = { supported: enable, simultaneous: u8() };

export const ReadLeHostSupport = read(0x0c6c, [24, 5], untold(leHostSupport));
export const WriteLeHostSupport = command(0x0c6d, [24, 6], leHostSupport);

/** 1: for ACL data, 2: for synchronous data, 3: for both (7.3.38). */
export const SetHostFlowControl = command(0x0c31, [10, 5], { enable: u8({ max: 3 }) });

/** 7.3.39. */
export const HostBufferSize = command(0x0c33, [10, 6], {
  aclLength: u16({ min: 1 }),
  synchronousLength: u8(),
  aclCount: u16({ min: 1 }),
  synchronousCount: u16(),
});

/** 7.3.40. */
export const HostCompletedPackets = command(
  0x0c35,
  [10, 7],
  { completed: countedList({ handle: untoldHandle, count: u16() }) },
  {},
  'failure',
);
