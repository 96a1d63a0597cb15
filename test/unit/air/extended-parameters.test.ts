import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { ExtendedHost, setData, setParameters } from './extended-host.js';
import type { SetFields } from './extended-host.js';
import {
  LeClearAdvertisingSets,
  LeRemoveAdvertisingSet,
  LeSetAdvertisingSetRandomAddress,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { completed } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';

let host: ExtendedHost;

beforeEach(async () => {
  const air = new VirtualAir({ seed: 'extended parameters', clock: new SimClock() });
  host = await ExtendedHost.create(air.controller());
});

describe('LE Set Extended Advertising Parameters', () => {
  it.each<readonly [string, SetFields, string]>([
    ['a handle above 0xef', { handle: 'f0' }, '12'],
    ['a property of a later version', { properties: '8000' }, '11'],
    ['connectable and scannable extended PDUs', { properties: '0300' }, '12'],
    ['anonymous and connectable', { properties: '2100' }, '12'],
    ['high duty cycle with extended PDUs', { properties: '0d00' }, '12'],
    ['legacy PDUs of no type', { properties: '1100' }, '12'],
    ['legacy PDUs with TX power', { properties: '5300' }, '12'],
    ['an interval below 20 ms', { intervals: '1f0000a00000' }, '11'],
    ['a minimum above the maximum', { intervals: 'a10000a00000' }, '12'],
    ['no channel', { channels: '00' }, '12'],
    ['a channel that there is not', { channels: '08' }, '12'],
    ['an own address type', { ownAddressType: '04' }, '12'],
    ['a peer address type', { properties: '0500', peer: '02000000000000' }, '12'],
    ['a filter policy', { filterPolicy: '04' }, '12'],
    ['a TX power', { txPower: '15' }, '12'],
    ['the coded PHY, primary', { primaryPhy: '03' }, '11'],
    ['the coded PHY, secondary', { secondaryPhy: '03' }, '11'],
    ['LE 2M as the primary PHY', { primaryPhy: '02' }, '12'],
    ['the coded PHY for legacy PDUs', { properties: '1300', primaryPhy: '03' }, '12'],
    ['a secondary PHY', { secondaryPhy: '04' }, '12'],
    ['a set identifier', { sid: '10' }, '12'],
    ['a notification flag', { notify: '02' }, '12'],
  ])('refuses %s, and no set comes of it', async (_what, fields, status) => {
    const opcode = LeSetExtendedAdvertisingParameters.opcode;
    expect(await host.exchange(opcode, setParameters(fields))).toEqual([`040e05013620${status}00`]);
    expect(await host.exchange(LeRemoveAdvertisingSet.opcode, fields.handle ?? '01')).toEqual([
      completed(LeRemoveAdvertisingSet, { status: Status.unknownAdvertisingIdentifier }),
    ]);
  });

  it('selects a power that there is, and no more than the station has', async () => {
    for (const [wanted, selected] of [
      ['7f', '00'],
      ['0a', '00'],
      ['f6', 'f6'],
      ['81', 'd8'],
    ] as const) {
      const parameters = setParameters({ txPower: wanted });
      expect(await host.exchange(LeSetExtendedAdvertisingParameters.opcode, parameters)).toEqual([
        `040e0501362000${selected}`,
      ]);
    }
  });

  it('takes any interval for high duty cycle, which has its own', async () => {
    const parameters = setParameters({ properties: '1d00', intervals: '000000000000' });
    expect(await host.exchange(LeSetExtendedAdvertisingParameters.opcode, parameters)).toEqual([
      completed(LeSetExtendedAdvertisingParameters),
    ]);
  });

  it('makes four sets at the most', async () => {
    for (const [handle, status] of [
      ['01', '0000'],
      ['02', '0000'],
      ['03', '0000'],
      ['04', '0000'],
      ['05', '0700'],
      ['01', '0000'],
    ] as const) {
      const parameters = setParameters({ handle });
      expect(await host.exchange(LeSetExtendedAdvertisingParameters.opcode, parameters)).toEqual([
        `040e05013620${status}`,
      ]);
    }
  });

  it('must suit the data that the set has already', async () => {
    host.command(LeSetExtendedAdvertisingParameters.opcode, setParameters());
    host.command(LeSetExtendedAdvertisingData.opcode, setData('aa'.repeat(32)));
    await host.packets();
    for (const [properties, status] of [
      ['1000', '1200'], // more than 31 bytes
      ['0200', '1200'], // no advertising data with scannable extended PDUs
      ['0100', '0000'],
    ] as const) {
      const parameters = setParameters({ properties });
      expect(await host.exchange(LeSetExtendedAdvertisingParameters.opcode, parameters)).toEqual([
        `040e05013620${status}`,
      ]);
    }
  });
});

describe('the data commands', () => {
  const DATA = LeSetExtendedAdvertisingData.opcode;
  const RESPONSE = LeSetExtendedScanResponseData.opcode;

  beforeEach(async () => {
    host.command(LeSetExtendedAdvertisingParameters.opcode, setParameters({ handle: '00' }));
    for (const [handle, properties] of [
      ['01', '1300'],
      ['02', '0200'],
    ] as const) {
      const parameters = setParameters({ handle, properties });
      host.command(LeSetExtendedAdvertisingParameters.opcode, parameters);
    }
    await host.packets();
  });

  it.each([
    ['data for no set', DATA, setData('aa', '03', '09'), '42'],
    ['data of another length than it says', DATA, '00030002aa', '12'],
    ['an operation', DATA, setData('aa', '05', '00'), '12'],
    ['a fragment preference', DATA, '000302' + '01aa', '12'],
    ['an empty fragment', DATA, setData('', '01', '00'), '12'],
    ['a fragment in the middle of nothing', DATA, setData('aa', '00', '00'), '0c'],
    ['the last fragment of nothing', DATA, setData('aa', '02', '00'), '0c'],
    ['unchanged data while nothing is advertised', DATA, setData('', '04', '00'), '12'],
    ['32 bytes in a legacy PDU', DATA, setData('aa'.repeat(32), '03', '01'), '12'],
    ['fragments for a legacy PDU', DATA, setData('aa', '01', '01'), '12'],
    ['data for scannable extended PDUs', DATA, setData('aa', '03', '02'), '12'],
    ['a response for no set', RESPONSE, setData('aa', '03', '09'), '42'],
    ['a response that nobody can ask for', RESPONSE, setData('aa', '03', '00'), '12'],
    ['an unchanged response', RESPONSE, setData('', '04', '02'), '12'],
    ['32 bytes in a legacy response', RESPONSE, setData('aa'.repeat(32), '03', '01'), '12'],
    ['a response of another length than it says', RESPONSE, '02030002aa', '12'],
  ])('refuse %s', async (_what, opcode, parameters, status) => {
    const name = opcode.toString(16);
    expect(await host.exchange(opcode, parameters)).toEqual([
      `040e0401${name.slice(2)}${name.slice(0, 2)}${status}`,
    ]);
  });

  it('let the response of a set that is not scannable be discarded', async () => {
    expect(await host.exchange(RESPONSE, setData('', '03', '00'))).toEqual([
      completed(LeSetExtendedScanResponseData),
    ]);
  });

  it('take no fragments while the set is enabled', async () => {
    host.command(DATA, setData('aa', '03', '00'));
    host.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{}] });
    await host.packets();
    expect(await host.exchange(DATA, setData('aa', '01', '00'))).toEqual([
      completed(LeSetExtendedAdvertisingData, { status: Status.commandDisallowed }),
    ]);
  });
});

describe('LE Set Extended Advertising Enable', () => {
  beforeEach(async () => {
    host.command(LeSetExtendedAdvertisingParameters.opcode, setParameters());
    const highDuty = setParameters({ handle: '02', properties: '1d00' });
    host.command(LeSetExtendedAdvertisingParameters.opcode, highDuty);
    await host.packets();
  });

  it.each([
    ['enable', '020101000000', '12'],
    ['another number of sets than it has', '010201000000', '12'],
    ['no set to enable', '0100', '12'],
    ['the same set twice', '01020100000001000000', '12'],
    ['a set that there is not', '01020100000009000000', '42'],
    ['high duty cycle for ever', '010102000000', '12'],
    ['high duty cycle for more than 1.28 s', '010102810000', '12'],
  ])('refuses %s, and enables nothing', async (_what, parameters, status) => {
    expect(await host.exchange(LeSetExtendedAdvertisingEnable.opcode, parameters)).toEqual([
      `040e04013920${status}`,
    ]);
    expect(await host.exchange(LeClearAdvertisingSets)).toEqual([
      completed(LeClearAdvertisingSets),
    ]);
  });

  it('refuses a connectable set where there is no room for a link', async () => {
    const air = new VirtualAir({ clock: new SimClock() });
    const full = await ExtendedHost.create(air.controller({ peripheralLinks: 0 }));
    full.command(LeSetExtendedAdvertisingParameters.opcode, setParameters({ properties: '0100' }));
    await full.packets();
    expect(
      await full.exchange(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set: 1 }] }),
    ).toEqual([
      completed(LeSetExtendedAdvertisingEnable, { status: Status.connectionLimitExceeded }),
    ]);
  });
});

describe('LE Set Advertising Set Random Address', () => {
  it('is for a set that there is, and does not change under a connectable one', async () => {
    const opcode = LeSetAdvertisingSetRandomAddress.opcode;
    expect(await host.exchange(opcode, '010102030405c6')).toEqual([
      completed(LeSetAdvertisingSetRandomAddress, { status: Status.unknownAdvertisingIdentifier }),
    ]);
    await host.advertiseSet({ properties: '0100' });
    expect(await host.exchange(opcode, '010102030405c6')).toEqual([
      completed(LeSetAdvertisingSetRandomAddress, { status: Status.commandDisallowed }),
    ]);
  });
});
