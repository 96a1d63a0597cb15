import { describe, expect, it } from '@jest/globals';
import {
  att,
  connectionComplete,
  disconnectionComplete,
  eventOf,
  hex,
  LINK,
  Stream,
  wire,
} from './stream.js';
import { LeSetRandomAddress } from '../../../../lib/hci/commands/addresses.js';
import { ReadBdAddr } from '../../../../lib/hci/commands/information.js';
import { ConnectionRole, Status } from '../../../../lib/hci/constants.js';
import { CommandComplete } from '../../../../lib/hci/events/general.js';
import {
  EncryptionChange,
  LeConnectionComplete,
  LeConnectionUpdateComplete,
  LeDataLengthChange,
  LeEnhancedConnectionComplete,
  LePhyUpdateComplete,
} from '../../../../lib/hci/events/links.js';
import { aclPacket, commandPacket } from '../../../../lib/hci/h4.js';

const PHONE = '00:00:00:00:00:01';
const CAR = '00:00:00:00:00:02';
const RANDOM = 'c0:00:00:00:00:03';

/** Both ends of a link are heard. */
const both = (): Stream => {
  const stream = new Stream();
  stream.came(0, PHONE, 'phone');
  stream.came(1, CAR, 'car');
  return stream;
};

const connect = (stream: Stream): string[] => [
  ...stream.received(0, connectionComplete(0x40, 'central', CAR)),
  ...stream.received(1, connectionComplete(0x41, 'peripheral', PHONE)),
];

describe('controllers', () => {
  it('come and go, by their labels', () => {
    const stream = new Stream();
    expect(stream.came(0, PHONE, 'phone')).toEqual(['phone: is on the air']);
    expect(stream.came(1, CAR)).toEqual([`${CAR}: is on the air`]);
    expect(stream.came(2, RANDOM, 'phone')).toEqual(['phone #2: is on the air']);
    expect(stream.left(2)).toEqual(['phone #2: has left the air']);
    expect(stream.left(2)).toEqual([]);
  });

  it('cannot write on a terminal with their label', () => {
    expect(new Stream().came(0, PHONE, '\u001b[2Jx')).toEqual(['\ufffd[2Jx: is on the air']);
  });

  it('are called by the address that they say they have, where nobody introduces them', () => {
    const stream = new Stream();
    const peer = connectionComplete(0x40, 'central', CAR);
    expect(stream.received(0, peer)[0]).toMatch(`controller 0 -- ${CAR}: connected`);
    stream.command(0, ReadBdAddr, {}, { address: wire(PHONE) });
    expect(stream.received(0, connectionComplete(0x41, 'central', RANDOM))[0]).toMatch(
      `${PHONE} -- ${RANDOM}: connected`,
    );
  });
});

describe('a link', () => {
  it('is told once, whichever end reports it first', () => {
    const connected = 'phone -- car: connected: interval 7.5 ms, latency 0, timeout 420 ms';
    expect(connect(both())).toEqual([connected]);
    const stream = both();
    expect([
      ...stream.received(1, connectionComplete(0x41, 'peripheral', PHONE)),
      ...stream.received(0, connectionComplete(0x40, 'central', CAR)),
    ]).toEqual([connected]);
  });

  it('carries each message once, in both directions', () => {
    const stream = both();
    connect(stream);
    const request = att(0x40, '02 0001');
    expect([...stream.sent(0, request), ...stream.received(1, att(0x41, '02 0001'))]).toEqual([
      'phone -> car: Exchange MTU Request: mtu 256',
    ]);
    expect([
      ...stream.sent(1, att(0x41, '03 1700')),
      ...stream.received(0, att(0x40, '03 1700')),
    ]).toEqual(['phone <- car: Exchange MTU Response: mtu 23']);
  });

  it('is put together by random addresses, too', () => {
    const stream = both();
    stream.command(1, LeSetRandomAddress, { address: wire(RANDOM) });
    expect([
      ...stream.received(0, connectionComplete(0x40, 'central', RANDOM)),
      ...stream.received(1, connectionComplete(0x41, 'peripheral', 'ee:00:00:00:00:09')),
    ]).toHaveLength(1);
  });

  it('is put together by the private address that a controller made up', () => {
    const stream = both();
    const rpa = '5a:00:00:00:00:07';
    // The central is private, too.
    const enhanced = eventOf(LeEnhancedConnectionComplete, {
      handle: 0x41,
      role: ConnectionRole.peripheral,
      peerAddressType: 1,
      peerAddress: wire('5b:00:00:00:00:08'),
      localRpa: wire(rpa),
      ...LINK,
    });
    const central = connectionComplete(0x40, 'central', rpa);
    expect([...stream.received(0, central), ...stream.received(1, enhanced)]).toHaveLength(1);
    const again = both();
    expect([...again.received(1, enhanced), ...again.received(0, central)]).toHaveLength(1);
    const stranger = both();
    const other = connectionComplete(0x40, 'central', '5c:00:00:00:00:09');
    expect([...stranger.received(1, enhanced), ...stranger.received(0, other)]).toHaveLength(2);
  });

  it('ends once, with the reason of who says so first, and begins anew', () => {
    const stream = both();
    connect(stream);
    expect([
      ...stream.received(0, disconnectionComplete(0x40, 0x16)),
      ...stream.received(1, disconnectionComplete(0x41, 0x13)),
    ]).toEqual(['phone -- car: disconnected: terminated by local host']);
    expect(connect(stream)).toHaveLength(1);
    expect(stream.sent(0, att(0x40, '0a 0c00'))).toHaveLength(1);
  });

  it('ends late at the other end without ending the next one', () => {
    const stream = both();
    connect(stream);
    stream.received(0, disconnectionComplete(0x40, 0x13));
    stream.received(0, connectionComplete(0x42, 'central', CAR));
    expect(stream.received(1, disconnectionComplete(0x41, 0x16))).toEqual([]);
    expect(stream.received(1, connectionComplete(0x43, 'peripheral', PHONE))).toEqual([]);
    expect(stream.received(1, disconnectionComplete(0x43, 0x08))).toEqual([
      'phone -- car: disconnected: connection timeout',
    ]);
  });

  it('is told by who is left when a controller goes', () => {
    const stream = both();
    connect(stream);
    stream.left(0);
    expect(stream.received(1, disconnectionComplete(0x41, 0x08))).toEqual([
      'phone -- car: disconnected: connection timeout',
    ]);
  });

  it('that did not come about is told with its reason', () => {
    const stream = both();
    const cancelled = eventOf(LeConnectionComplete, {
      status: Status.unknownConnection,
      peerAddress: wire(CAR),
    });
    expect(stream.received(0, cancelled)).toEqual(['phone: no connection: unknown connection']);
  });

  it('tells a change of its state once', () => {
    const stream = both();
    connect(stream);
    const update = (handle: number, interval: number): Uint8Array =>
      eventOf(LeConnectionUpdateComplete, { ...LINK, handle, interval });
    expect(stream.received(0, update(0x40, 6))).toEqual([]); // as it was
    expect([
      ...stream.received(0, update(0x40, 24)),
      ...stream.received(1, update(0x41, 24)),
    ]).toEqual(['phone -- car: connection parameters: interval 30 ms, latency 0, timeout 420 ms']);
    const encryption = (handle: number, status: number): Uint8Array =>
      eventOf(EncryptionChange, { status, handle, enabled: 1 });
    expect(stream.received(0, encryption(0x40, Status.keyMissing))).toEqual([
      'phone -- car: not encrypted: key missing',
    ]);
    expect([
      ...stream.received(0, encryption(0x40, Status.success)),
      ...stream.received(1, encryption(0x41, Status.success)),
    ]).toEqual(['phone -- car: encrypted']);
    const lengths = eventOf(LeDataLengthChange, {
      handle: 0x40,
      txOctets: 251,
      txTime: 2120,
      rxOctets: 27,
      rxTime: 328,
    });
    expect(stream.received(0, lengths)).toEqual(['phone -- car: data length: 251 B, 27 B']);
    const phy = eventOf(LePhyUpdateComplete, { handle: 0x40, tx: 2, rx: 1 });
    expect(stream.received(0, phy)).toEqual(['phone -- car: PHY: 2M, 1M']);
  });

  it('of which one end alone is heard is told by that in both directions', () => {
    const stream = new Stream();
    stream.received(0, connectionComplete(0x40, 'peripheral', PHONE));
    expect(stream.received(0, att(0x40, '0a 0c00'))).toEqual([
      `${PHONE} -> controller 0: Read Request: handle 0x000c`,
    ]);
    expect(stream.sent(0, att(0x40, '0b 11'))[0]).toMatch(/^\S+ <- controller 0: Read Response/);
  });

  it('whose beginning was not heard is told where it is received', () => {
    const stream = both();
    expect(stream.sent(0, att(0x40, '0a 0c00'))).toEqual([]);
    expect(stream.received(1, att(0x41, '0a 0c00'))).toEqual([
      'car <- ?: Read Request: handle 0x000c',
    ]);
    const alone = new Stream();
    expect(alone.sent(0, att(0x40, '0a 0c00'))).toHaveLength(1);
  });

  it('that is over carries nothing, though its host may not know yet', () => {
    const stream = both();
    connect(stream);
    stream.received(0, disconnectionComplete(0x40, 0x08));
    expect(stream.sent(0, att(0x40, '0a 0c00'))).toEqual([]);
  });

  it('is followed through fragments', () => {
    const stream = both();
    connect(stream);
    expect(stream.sent(0, aclPacket(0x40, 0b00, hex('0300 0400 0a')))).toEqual([]);
    expect(stream.sent(0, aclPacket(0x40, 0b01, hex('0c00')))).toEqual([
      'phone -> car: Read Request: handle 0x000c',
    ]);
  });

  it('remembers the attributes of a server for the next link', () => {
    const stream = new Stream(new Map([['2a19', 'level']]));
    stream.received(0, connectionComplete(0x40, 'central', CAR));
    stream.sent(0, att(0x40, '08 0100 ffff 0328'));
    stream.received(0, att(0x40, '09 07 0200 10 0300 192a'));
    stream.received(0, disconnectionComplete(0x40, 0x13));
    stream.received(0, connectionComplete(0x40, 'central', CAR));
    expect(stream.sent(0, att(0x40, '0a 0300'))[0]).toMatch(/Read Request: level, handle 0x0003$/);
    stream.received(0, connectionComplete(0x41, 'central', RANDOM));
    expect(stream.sent(0, att(0x41, '0a 0300'))[0]).toMatch(/Read Request: handle 0x0003$/);
  });
});

describe('what is malformed', () => {
  it.each([
    ['an empty packet', 'received', '', 'HCI packet'],
    ['a command that is cut', 'sent', '01 0c20 02 01', 'HCI packet'],
    ['an event that is cut', 'received', '04 3e 13 01', 'HCI packet'],
    ['an event without its fields', 'received', '04 05 01 00', 'HCI event'],
    ['a report without its data', 'received', '04 3e 0b 02 01 00 00 010000000000 1f', 'HCI event'],
    ['data that is cut', 'received', '02 4020 0700 0300', 'HCI packet'],
    ['data that continues nothing', 'received', '02 4010 0100 00', 'L2CAP PDU'],
    ['an attribute PDU that is cut', 'received', '02 4020 0600 0200 0400 0200', 'ATT PDU'],
  ] as const)('is told: %s', (_what, direction, packet, expected) => {
    const told = direction === 'sent' ? 'sent' : 'received';
    expect(new Stream()[told](0, hex(packet))).toEqual([`controller 0: malformed ${expected}`]);
  });

  it('is nothing that this program does not know', () => {
    const stream = new Stream();
    expect(stream.received(0, hex('04 ab 00'))).toEqual([]);
    expect(stream.received(0, hex('04 3e 01 ab'))).toEqual([]);
    expect(stream.sent(0, commandPacket(0xfdff, hex('')))).toEqual([]);
    const unknown = { allowed: 1, opcode: 0xfdff, returned: hex('01') };
    expect(stream.received(0, CommandComplete.packet(unknown))).toEqual([]);
  });
});
