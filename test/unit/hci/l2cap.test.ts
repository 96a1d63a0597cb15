import { describe, expect, it } from '@jest/globals';
import { aclPackets, Channel, l2capFrame, L2capReassembler } from '../../../lib/hci/l2cap.js';
import { readAcl } from '../../../lib/hci/h4.js';
import { concat, toHex } from '../../../lib/platform/bytes.js';
import { bytes } from '../../support/hci-packets.js';

const FIRST = 0b10;
const NEXT = 0b01;

describe('a frame of L2CAP', () => {
  it('is put together from fragments of any size, also within its header', () => {
    for (const cuts of [[7], [1, 6], [4, 3], [5, 1, 1], [1, 1, 1, 1, 1, 1, 1]]) {
      const reassembler = new L2capReassembler();
      const frame = bytes('030004000a1122');
      let at = 0;
      const results = cuts.map((length, index) => {
        const fragment = frame.subarray(at, (at += length));
        return reassembler.push(index === 0 ? FIRST : NEXT, fragment);
      });
      expect(results.pop()).toEqual({ channel: 4, payload: bytes('0a1122') });
      expect(results.every((result) => result === undefined)).toBe(true);
    }
  });

  it('tells what fits nowhere, and goes on with the next', () => {
    const reassembler = new L2capReassembler();
    expect(reassembler.push(NEXT, bytes('00'))).toBe('malformed');
    expect(reassembler.push(FIRST, bytes('02000400aa'))).toBeUndefined();
    expect(reassembler.push(FIRST, bytes('03000400aa'))).toBe('malformed'); // the one before
    expect(reassembler.push(NEXT, bytes('bbccdd'))).toBe('malformed'); // a byte too many
    expect(reassembler.push(FIRST, bytes('01000400aa'))).toEqual({
      channel: 4,
      payload: bytes('aa'),
    });
  });

  it('is not held when it announces more than is taken', () => {
    const reassembler = new L2capReassembler(3);
    expect(reassembler.push(FIRST, bytes('0400'))).toBeUndefined();
    expect(reassembler.push(NEXT, bytes('0400'))).toBe('malformed');
    expect(reassembler.push(NEXT, bytes('0a0b0c0d'))).toBe('malformed');
    expect(reassembler.push(FIRST, bytes('0300040011'))).toBeUndefined();
    expect(reassembler.push(NEXT, bytes('2233'))).toEqual({ channel: 4, payload: bytes('112233') });
  });

  it('goes to the controller in packets of its size, and comes out of them again', () => {
    const frame = l2capFrame(Channel.att, bytes('0a0b0c0d0e'));
    expect(toHex(frame)).toBe('050004000a0b0c0d0e');
    expect(aclPackets(0x0040, frame, 4).map(toHex)).toEqual([
      '024000040005000400',
      '02401004000a0b0c0d',
      '02401001000e',
    ]);
    for (let most = 1; most <= 10; most++) {
      const packets = aclPackets(0x0eff, frame, most);
      expect(packets).toHaveLength(Math.ceil(9 / most));
      expect(concat(...packets.map((packet) => readAcl(packet).data))).toEqual(frame);
    }
  });
});
