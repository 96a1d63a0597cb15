import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { setTxPowerCommand } from '../../../air/vendor.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import { LeReadAdvertisingTxPower } from '../../../lib/hci/commands/advertising.js';
import { Reset } from '../../../lib/hci/commands/host-control.js';
import {
  LeReadRfPathCompensation,
  LeReadTransmitPower,
  LeWriteRfPathCompensation,
  ReadRssi,
  ReadTransmitPower,
} from '../../../lib/hci/commands/power.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { completed } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';

let central: TestHost;
let peripheral: TestHost;

beforeEach(async () => {
  const air = new VirtualAir({ seed: 'power', clock: new SimClock() });
  central = new TestHost(air.controller({ position: { x: 3, y: 4 }, txPower: 4 }));
  peripheral = new TestHost(air.controller());
  for (const host of [central, peripheral]) await host.enableEvents();
  await peripheral.advertise();
  central.connect(peripheral.controller);
  for (const host of [central, peripheral]) await host.packets();
});

describe('transmit power', () => {
  it('of a link is that of the station, now and at the most', async () => {
    for (const kind of [0, 1]) {
      expect(await central.exchange(ReadTransmitPower, { handle: 0x40, kind })).toEqual([
        completed(ReadTransmitPower, { handle: 0x40, power: 4 }),
      ]);
    }
    expect(await central.exchange(ReadTransmitPower, { handle: 0x40, kind: 2 })).toEqual([
      completed(ReadTransmitPower, { status: Status.invalidParameters, handle: 0x40 }),
    ]);
    expect(await central.exchange(ReadTransmitPower, { handle: 0x41 })).toEqual([
      completed(ReadTransmitPower, { status: Status.unknownConnection, handle: 0x41 }),
    ]);
  });

  it('goes down to -40 dBm from that of the station', async () => {
    expect(await central.exchange(LeReadTransmitPower)).toEqual([
      completed(LeReadTransmitPower, { min: -40, max: 4 }),
    ]);
    central.send(toHex(setTxPowerCommand(-12)));
    await central.packets();
    expect(await central.exchange(LeReadTransmitPower)).toEqual([
      completed(LeReadTransmitPower, { min: -40, max: -12 }),
    ]);
  });
});

describe('RF path compensation', () => {
  it('is nothing at first and after a reset', async () => {
    const none = completed(LeReadRfPathCompensation);
    expect(await central.exchange(LeReadRfPathCompensation)).toEqual([none]);
    await central.exchange(LeWriteRfPathCompensation, { tx: -10, rx: 0x14 });
    expect(await central.exchange(LeReadRfPathCompensation)).toEqual([
      completed(LeReadRfPathCompensation, { tx: -10, rx: 0x14 }),
    ]);
    await central.exchange(Reset);
    expect(await central.exchange(LeReadRfPathCompensation)).toEqual([none]);
  });

  it('changes what is told: 1 dB of loss when sending, 2 dB of gain when receiving', async () => {
    expect(await central.exchange(ReadRssi, { handle: 0x40 })).toEqual([
      completed(ReadRssi, { handle: 0x40, rssi: -74 }),
    ]);
    expect(await central.exchange(LeWriteRfPathCompensation, { tx: -10, rx: 0x14 })).toEqual([
      completed(LeWriteRfPathCompensation),
    ]);
    expect(await central.exchange(ReadRssi, { handle: 0x40 })).toEqual([
      completed(ReadRssi, { handle: 0x40, rssi: -76 }),
    ]);
    expect(await central.exchange(ReadTransmitPower, { handle: 0x40 })).toEqual([
      completed(ReadTransmitPower, { handle: 0x40, power: 3 }),
    ]);
    expect(await central.exchange(LeReadAdvertisingTxPower)).toEqual([
      completed(LeReadAdvertisingTxPower, { power: 3 }),
    ]);
  });

  it.each([{ tx: 1281 }, { tx: -1281 }, { rx: 1281 }, { rx: -1281 }])(
    'has bounds: %j',
    async (values) => {
      expect(await central.exchange(LeWriteRfPathCompensation, values)).toEqual([
        completed(LeWriteRfPathCompensation, { status: Status.invalidParameters }),
      ]);
    },
  );
});
