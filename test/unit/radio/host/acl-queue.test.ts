import { describe, expect, it } from '@jest/globals';
import { AclQueue } from '../../../../lib/radio/host/acl-queue.js';
import { aclHeader } from '../../../../lib/hci/h4.js';

const frame = (length: number): Uint8Array => new Uint8Array(length).fill(length);
const ignored = (): void => undefined;

describe('the queue of data to the controller', () => {
  const queue = (count: number, links = 3) => {
    const sent: Uint8Array[] = [];
    const acl = new AclQueue({ send: (packet) => sent.push(packet), length: 10, count, links });
    const handles = (): number[] => sent.splice(0).map((packet) => aclHeader(packet).handle);
    return { acl, sent, handles };
  };

  it('cuts a frame to the buffers, and tells when the controller has all of it', () => {
    const { acl, sent } = queue(6, 2);
    acl.add(1);
    let taken = 0;
    acl.send(1, frame(25), () => taken++);
    expect(sent.map((packet) => aclHeader(packet))).toEqual([
      { handle: 1, boundary: 0b00, broadcast: 0, length: 10 },
      { handle: 1, boundary: 0b01, broadcast: 0, length: 10 },
      { handle: 1, boundary: 0b01, broadcast: 0, length: 5 },
    ]);
    expect(taken).toBe(1);
    acl.send(1, frame(10), () => taken++);
    expect([sent.length, taken]).toEqual([3, 1]); // its share is taken
    acl.completed(1, 1);
    expect([sent.length, taken]).toEqual([4, 2]);
  });

  it('gives the links turns, and none more than its share', () => {
    const { acl, handles } = queue(6);
    for (const handle of [1, 2, 3]) acl.add(handle);
    acl.send(1, frame(100), ignored);
    acl.send(2, frame(30), ignored);
    acl.send(3, frame(10), ignored);
    expect(handles()).toEqual([1, 1, 2, 2, 3]);
    acl.completed(2, 2);
    expect(handles()).toEqual([2]); // link 1, whose peer takes nothing, keeps its two
    acl.completed(1, 2);
    expect(handles()).toEqual([1, 1]);
  });

  it('has links wait for each other where there are fewer buffers than links', () => {
    const { acl, handles } = queue(1);
    for (const handle of [1, 2]) acl.add(handle);
    acl.send(1, frame(20), ignored);
    acl.send(2, frame(20), ignored);
    const order = [handles()];
    for (const handle of [1, 2, 1]) {
      acl.completed(handle, 1);
      order.push(handles());
    }
    expect(order).toEqual([[1], [2], [1], [2]]);
  });

  it('frees what a link had when it is gone, and drops what waited', () => {
    const { acl, handles } = queue(2, 1);
    acl.add(1);
    acl.add(2);
    acl.send(1, frame(40), ignored);
    acl.send(2, frame(20), ignored);
    expect(handles()).toEqual([1, 1]);
    acl.remove(1);
    expect(handles()).toEqual([2, 2]);
    acl.completed(1, 2);
    acl.send(1, frame(10), ignored);
    expect(handles()).toEqual([]);
  });

  it('frees no more than there was, whatever the controller counts', () => {
    const { acl, handles } = queue(2, 1);
    acl.add(1);
    acl.completed(1, 0xffff);
    acl.completed(9, 1);
    acl.send(1, frame(100), ignored);
    expect(handles()).toEqual([1, 1]);
    acl.completed(1, 0xffff);
    expect(handles()).toEqual([1, 1]);
  });
});
