import { afterAll, beforeAll, describe, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import type { ControllerSource, HciTransport } from '../../../air/index.js';
import { appendFileSync, writeFileSync } from 'node:fs';
import { Guest } from './guest.js';

const LOG = '/tmp/lj/probe.log';
const log = (s: string) => appendFileSync(LOG, s + '\n');
const logged = (name: string, air: VirtualAir): ControllerSource => ({
  controller: () => {
    const c = air.controller({ label: name });
    const t: HciTransport = {
      send: (p) => { log(`${name} > ${Buffer.from(p).toString('hex')}`); c.send(p); },
      onPacket: (l) => c.onPacket((p) => { log(`${name} < ${p.toString('hex')}`); l(p); }),
      onClose: (l) => c.onClose(l),
      close: () => c.close(),
    };
    return t;
  },
});

describe('probe', () => {
  let guest: Guest;
  const air = new VirtualAir();
  const t = Date.now();
  writeFileSync(LOG, '');
  beforeAll(async () => {
    guest = await Guest.boot({ left: logged('left', air), right: logged('right', air) });
    log(`boot ${Date.now() - t}`);
  });
  afterAll(async () => {
    await guest.stop();
    air.close();
  });
  it('works', async () => {
    const show = async (...argv: string[]) => {
      const r = await guest.run(argv);
      log(`${Date.now() - t} ${argv.join(' ')} ${r.code}\n${r.stdout}${r.stderr}`);
    };
    const left = await guest.attach('left');
    const right = await guest.attach('right');
    log(JSON.stringify([left, right, air.controllers.map((c) => c.address)]));
    await show('hciconfig', '-a');
    await show('btmgmt', 'info');
    await show('hciconfig', `hci${left}`, 'up');
    await show('hciconfig', `hci${right}`, 'up');
    await show('hciconfig', '-a');
    await show('busybox', 'sh', '-c', 'busybox dmesg | busybox tail -40');
  });
});
