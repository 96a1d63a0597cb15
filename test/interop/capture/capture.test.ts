import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { btsnoopRecord } from '../../../air/capture/btsnoop.js';
import { monitorCapture } from '../../../air/capture/monitor.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { bareUuid } from '../../../lib/link/gatt-profile.js';
import { parseCapture } from '../../support/btsnoop.js';
import { playCaptured } from '../../support/captured-session.js';
import type { CapturedSession } from '../../support/captured-session.js';
import { Cli } from '../../support/cli.js';
import { requireTool } from '../support/toolchain.js';
import { dissect, monitor } from './dissectors.js';
import { aclPacket } from '../../../lib/hci/h4.js';

/** Wireshark and btmon read what `--capture` writes. */

const hasTshark = requireTool('tshark');
const hasBtmon = requireTool('btmon');

let cli: Cli;
let session: CapturedSession;
const times = { begun: 0, ended: 0 };
beforeAll(async () => {
  cli = await Cli.create();
  times.begun = Date.now();
  session = await playCaptured(cli);
  times.ended = Date.now();
});
afterAll(() => cli.close());

const all = (): string[] => [session.car, ...session.phone];
/** The ends of a conversation, and the role and the direction of writes (0: sent) in their captures. */
const ends = (): [string, string, string][] => [
  [session.car, '0x01', '0x01'],
  ...session.phone.map((path): [string, string, string] => [path, '0x00', '0x00']),
];
const opposite = (direction: string): string => (direction === '0x00' ? '0x01' : '0x00');

/** From the second connection on a phone knows where the service is, and does not look for it. */
const discovers = (path: string): boolean => path === session.car || path === session.phone[0];

const COMPLAINTS = '_ws.malformed || _ws.expert.severity >= 0x00600000 || data';

/** A Write Request that ends before its handle. */
const BROKEN = Buffer.from(aclPacket(0x40, 0, Buffer.of(1, 0, 4, 0, 0x12)));

/** Adds it to a capture of the whole air, as sent to controller `index`. */
const appendBroken = (path: string, index: number): void => {
  const chunks: Uint8Array[] = [];
  const record = monitorCapture({ write: (bytes) => chunks.push(bytes) });
  const time = times.ended;
  record({ type: 'record', record: { index, direction: 'sent', packet: BROKEN, time } });
  for (const chunk of chunks.slice(1)) appendFileSync(path, chunk); // without the header
};

(hasTshark ? describe : describe.skip)('tshark', () => {
  it('takes every packet and finds none malformed', () => {
    for (const path of all()) {
      const frames = dissect(path, 'bluetooth', 'frame.number');
      expect(frames).toHaveLength(parseCapture(readFileSync(path)).length);
      expect(dissect(path, COMPLAINTS, 'frame.number', '_ws.expert.message')).toEqual([]);
    }
  });

  it('would say so', () => {
    const path = join(cli.home, 'broken.btsnoop');
    copyFileSync(session.car, path);
    appendFileSync(path, btsnoopRecord(BROKEN, 'sent', times.ended));
    const number = String(parseCapture(readFileSync(path)).length);
    expect(dissect(path, COMPLAINTS, 'frame.number')).toEqual([[number]]);
  });

  it('takes a capture of the whole air, too, and tells its controllers apart', () => {
    const fields = ['hci_mon.adapter_id', 'hci_mon.adapter_name'];
    const controllers = dissect(session.air, 'hci_mon.opcode == 0', ...fields);
    expect(controllers.map(([, name]) => name)).toEqual([
      'Canary ',
      ...session.phone.map(() => 'phone'),
    ]);
    const [car = '', ...phones] = controllers.map(([index]) => index ?? '');
    expect(new Set([car, ...phones]).size).toBe(1 + session.phone.length);
    const frames = dissect(session.air, 'bluetooth', 'frame.number');
    expect(frames).toHaveLength(parseCapture(readFileSync(session.air), 2001).length);
    expect(dissect(session.air, COMPLAINTS, 'frame.number', '_ws.expert.message')).toEqual([]);
    const roles = dissect(
      session.air,
      'bthci_evt.le_meta_subevent == 0x01',
      'hci_mon.adapter_id',
      'bthci_evt.role',
    );
    // Each link twice, the phone's end and the car's in any order.
    expect(roles.map((role) => role.join(' ')).sort()).toEqual(
      phones.flatMap((phone) => [`${phone} 0x00`, `${car} 0x01`]).sort(),
    );
    const writers = dissect(
      session.air,
      'hci_mon.opcode == 4 && btatt.opcode in {0x12, 0x52}',
      'hci_mon.adapter_id',
    );
    expect(new Set(writers.flat())).toEqual(new Set(phones));
    const notifiers = dissect(
      session.air,
      'hci_mon.opcode == 4 && btatt.opcode == 0x1b',
      'hci_mon.adapter_id',
    );
    expect(new Set(notifiers.flat())).toEqual(new Set([car]));
  });

  it('would say so of that, too', () => {
    const path = join(cli.home, 'broken-air.btsnoop');
    copyFileSync(session.air, path);
    appendBroken(path, 1);
    const number = String(parseCapture(readFileSync(path), 2001).length);
    expect(dissect(path, COMPLAINTS, 'frame.number')).toEqual([[number]]);
  });

  it('reads the time of day', () => {
    for (const path of [...all(), session.air]) {
      for (const [seconds] of dissect(path, 'frame', 'frame.time_epoch')) {
        expect(Number(seconds) * 1000).toBeGreaterThan(times.begun - 1000);
        expect(Number(seconds) * 1000).toBeLessThan(times.ended + 1000);
      }
    }
  });

  it('sees connections, and the MTU exchange in both directions', () => {
    for (const [path, role, direction] of ends()) {
      const connections = dissect(
        path,
        'bthci_evt.le_meta_subevent == 0x01',
        'bthci_evt.status',
        'bthci_evt.role',
      );
      const count = path === session.car ? session.phone.length : 1;
      expect(connections).toEqual(Array(count).fill(['0x00', role]));
      const mtu = (way: string) =>
        dissect(path, `hci_h4.direction == ${way} && btatt.opcode in {0x02, 0x03}`, 'btatt.opcode');
      expect(mtu(direction)).toEqual(Array(count).fill(['0x02']));
      expect(mtu(opposite(direction))).toEqual(Array(count).fill(['0x03']));
    }
  });

  it('finds the service, and that writes and notifications are its own', () => {
    for (const [path, , direction] of ends()) {
      const service = discovers(path) ? bareUuid(nativeProfile.service) : '';
      const values = (opcodes: string) => {
        const fields = ['hci_h4.direction', 'btatt.service_uuid128', 'btatt.uuid128'];
        // The phone did not ask for the handle of the configuration, so tshark has no name for that write.
        const filter = `btatt.opcode in {${opcodes}} && btatt.value && btatt.value != 01:00`;
        const found = dissect(path, filter, ...fields);
        expect(found.length).toBeGreaterThanOrEqual(1);
        return new Set(found.map((each) => each.join(' ')));
      };
      const toCar = `${direction} ${service} ${bareUuid(nativeProfile.toCar.uuid)}`;
      const fromCar = `${opposite(direction)} ${service} ${bareUuid(nativeProfile.fromCar.uuid)}`;
      expect(values('0x12, 0x52')).toEqual(new Set([toCar]));
      expect(values('0x1b')).toEqual(new Set([fromCar]));
    }
  });
});

/**
 * btmon 5.66 of Debian 12 crashes at a Read By Type Request for 0x2803 or 0x2902, which a discovery needs,
 * also when that is all there is in a file. So it gets to see the rest.
 */
const withoutReadByType = (path: string, datalink: 1002 | 2001 = 1002): string => {
  const file = readFileSync(path);
  const kept = [file.subarray(0, 16)];
  let at = 16;
  for (const { packet, flags } of parseCapture(file, datalink)) {
    const end = at + 24 + packet.length;
    const opcode = flags & 0xffff;
    const [isAcl, att] =
      datalink === 1002
        ? [packet[0] === 0x02, packet[9]]
        : [opcode === 4 || opcode === 5, packet[8]];
    if (!isAcl || att !== 0x08) kept.push(file.subarray(at, end));
    at = end;
  }
  writeFileSync(`${path}.part`, Buffer.concat(kept));
  return `${path}.part`;
};

(hasBtmon ? describe : describe.skip)('btmon', () => {
  const COMPLAINT = /invalid|malformed|unknown packet|\btoo short\b|packet data/i;

  it('shows connection, MTU exchange, service, writes and notifications; nothing invalid', () => {
    for (const [path, , direction] of ends()) {
      const text = monitor(withoutReadByType(path));
      expect(text.filter((line) => COMPLAINT.test(line))).toEqual([]);
      const [up, down] = direction === '0x00' ? ['<', '>'] : ['>', '<'];
      const whole = text.join('\n');
      const after = (arrow: string, what: string) =>
        new RegExp(`^${arrow} ACL Data .*\\n +ATT: ${what}`, 'm');
      expect(whole).toMatch(/LE Connection Complete \(0x01\)\n +Status: Success/);
      expect(whole).toMatch(after(up, 'Exchange MTU Request .*\\n +Client RX MTU: 256'));
      expect(whole).toMatch(after(down, 'Exchange MTU Response .*\\n +Server RX MTU: 256'));
      expect(whole.includes(`UUID: Vendor specific (${nativeProfile.service})`)).toBe(
        discovers(path),
      );
      expect(whole).toMatch(after(up, 'Write (Command|Request) .*\\n +Handle: 0x'));
      expect(whole).toMatch(after(down, 'Handle Value Notification .*\\n +Handle: 0x'));
    }
  });

  it('shows every controller of a whole air, and the exchange from both ends; nothing invalid', () => {
    const text = monitor(withoutReadByType(session.air, 2001));
    expect(text.filter((line) => COMPLAINT.test(line))).toEqual([]);
    const controllers = text.flatMap((line) => {
      const [, name, index] = /^= New Index: .*,(.+)\).* \[(hci\d+)\]/.exec(line) ?? [];
      return index === undefined ? [] : [{ index, name }];
    });
    expect(controllers.map(({ name }) => name)).toEqual([
      'Canary ',
      ...session.phone.map(() => 'phone'),
    ]);
    const whole = text.join('\n');
    const shows = (index: string | undefined, arrow: string, what: string): boolean =>
      new RegExp(`^${arrow} ACL Data .*\\[${String(index)}\\].*\n +ATT: ${what}`, 'm').test(whole);
    const [car, ...phones] = controllers;
    for (const { index, sends, gets } of [
      { index: car?.index, sends: 'Handle Value Notification', gets: 'Write (Command|Request)' },
      ...phones.map(({ index }) => ({
        index,
        sends: 'Write (Command|Request)',
        gets: 'Handle Value Notification',
      })),
    ]) {
      expect([shows(index, '<', sends), shows(index, '>', gets)]).toEqual([true, true]);
      expect([shows(index, '>', sends), shows(index, '<', gets)]).toEqual([false, false]);
    }
  });

  it('would say so', () => {
    const path = withoutReadByType(session.car);
    appendFileSync(path, btsnoopRecord(BROKEN, 'sent', times.ended));
    expect(monitor(path).filter((line) => COMPLAINT.test(line))).not.toEqual([]);
    const air = withoutReadByType(session.air, 2001);
    appendBroken(air, 1);
    expect(monitor(air).filter((line) => COMPLAINT.test(line))).not.toEqual([]);
  });
});
