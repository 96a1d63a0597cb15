import { beforeEach, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { TestHost } from './test-host.js';
import {
  LeReadChannelMap,
  LeSetHostChannelClassification,
} from '../../../lib/hci/commands/links.js';
import { bytes, completed } from '../../support/hci-packets.js';
import { Status } from '../../../lib/hci/constants.js';

let central: TestHost;
let peripheral: TestHost;

const connect = async (): Promise<void> => {
  await peripheral.advertise();
  central.connect(peripheral.controller);
  for (const host of [central, peripheral]) await host.packets();
};

const maps = async (handle = 0x40): Promise<string[]> => {
  const answers = [central, peripheral].map((host) => host.exchange(LeReadChannelMap, { handle }));
  return (await Promise.all(answers)).flat();
};

beforeEach(async () => {
  const air = new VirtualAir({ seed: 'channels', clock: new SimClock() });
  central = new TestHost(air.controller());
  peripheral = new TestHost(air.controller());
  for (const host of [central, peripheral]) await host.enableEvents();
});

describe('the channels of a link', () => {
  it('are all of them, until the host of the central knows better', async () => {
    await connect();
    expect(await maps()).toEqual(
      Array(2).fill(completed(LeReadChannelMap, { handle: 0x40, channels: bytes('ffffffff1f') })),
    );
    expect(
      await central.exchange(LeSetHostChannelClassification, { channels: bytes('0f00000010') }),
    ).toEqual([completed(LeSetHostChannelClassification)]);
    expect(await maps()).toEqual(
      Array(2).fill(completed(LeReadChannelMap, { handle: 0x40, channels: bytes('0f00000010') })),
    );
  });

  it('are not for the peripheral to change', async () => {
    await connect();
    await peripheral.exchange(LeSetHostChannelClassification, { channels: bytes('0f00000010') });
    expect(await maps()).toEqual(
      Array(2).fill(completed(LeReadChannelMap, { handle: 0x40, channels: bytes('ffffffff1f') })),
    );
  });

  it('are known when the link begins', async () => {
    await central.exchange(LeSetHostChannelClassification, { channels: bytes('0f00000010') });
    await connect();
    expect(await maps()).toEqual(
      Array(2).fill(completed(LeReadChannelMap, { handle: 0x40, channels: bytes('0f00000010') })),
    );
  });

  it('are zeros where there is no link', async () => {
    expect(await maps(0x41)).toEqual(
      Array(2).fill(
        completed(LeReadChannelMap, { status: Status.unknownConnection, handle: 0x41 }),
      ),
    );
  });

  it.each(['0000000000', '0100000000', 'ffffffff3f'])('are not these: %s', async (map) => {
    expect(
      await central.exchange(LeSetHostChannelClassification, { channels: bytes(map) }),
    ).toEqual([completed(LeSetHostChannelClassification, { status: Status.invalidParameters })]);
  });
});
