import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { silentLogger } from '../../../lib/platform/logger.js';
import { serveH4, VirtualAir } from '../../../air/index.js';
import type { H4Server } from '../../../air/index.js';
import { requireTool } from '../support/toolchain.js';
import { BumbleRun, overTcp, prepareBumble } from './bumble.js';

const describeIf = requireTool('python3') ? describe : describe.skip;

const NO_TX_POWER = 127;
const CAR = 'C0:C1:C2:C3:C4:C5';

describeIf('Google bumble with extended advertising and privacy', () => {
  let air: VirtualAir;
  let server: H4Server;
  let warnings: string[];
  let run: BumbleRun | undefined;

  const bumble = async (program: string): Promise<unknown> => {
    run = new BumbleRun(program, overTcp(server));
    return run.rest();
  };

  beforeAll(prepareBumble, 600_000);

  beforeEach(async () => {
    air = new VirtualAir();
    warnings = [];
    const logger = {
      ...silentLogger,
      warn: (message: string) => void warnings.push(message),
    };
    server = await serveH4({ air, logger });
  });

  afterEach(async () => {
    await run?.stop();
    await server.close();
    air.close();
    expect(warnings).toEqual([]);
  });

  it('hears advertising sets of all kinds, connects to them, and sees them end', async () => {
    const linked = { terminated: 0x00, known: [true, true], intervals: [30, 30] };
    const quiet = { tx_power: NO_TX_POWER, address: CAR, reports: 1 };
    expect(await bumble('extended.py')).toEqual([
      { event: 'offers', extended: true, sets: 4, length: 1650 },
      { event: 'tx power', kinds: [], ...quiet, phys: [1, 1], tx_power: 0, data: '020106' },
      { event: 'long', kinds: [], ...quiet, phys: [1, 1], data: 520, reports: 3 },
      { event: 'whole', same: true },
      { event: 'scannable', kinds: ['scannable'], ...quiet, phys: [1, 2], data: '' },
      {
        event: 'response',
        kinds: ['scannable', 'scan_response'],
        ...quiet,
        phys: [1, 2],
        data: '0409636172',
      },
      {
        event: 'anonymous',
        kinds: ['anonymous'],
        ...quiet,
        address: '00:00:00:00:00:00',
        phys: [1, 1],
        data: '0409636172',
      },
      { event: 'fifth set', error: 0x07 },
      { event: 'connected', ...linked, phy: 1 },
      { event: 'connected on 2M', ...linked, phy: 2 },
      { event: 'connected by directed advertising', ...linked, phy: 1 },
      { event: 'after 3 events', status: 0x43 },
      { event: 'after 100 ms', status: 0x3c },
      { event: 'high duty cycle', status: 0x3c },
    ]);
  });

  it('meets under private addresses that the controllers make and resolve', async () => {
    const known = {
      phone_knows: true,
      car_knows: true,
      same: [true, true],
      resolved: [true, true],
    };
    expect(await bumble('privacy.py')).toEqual([
      { event: 'phone hears', car: true },
      { event: 'stranger hears', private: true, resolved: true },
      { event: 'rotated', private: true },
      { event: 'connected', ...known },
      { event: 'connected by directed advertising', ...known },
    ]);
  });
});
