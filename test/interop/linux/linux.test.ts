import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { Guest } from './guest.js';
import { requireGuest } from './qemu.js';

const describeIf = requireGuest() ? describe : describe.skip;

describeIf('probe', () => {
  let guest: Guest;
  const air = new VirtualAir();
  beforeAll(async () => {
    const t = Date.now();
    guest = await Guest.boot({ left: air, right: air });
    console.log('boot', Date.now() - t);
  });
  afterAll(async () => {
    await guest.stop();
    air.close();
  });
  it('works', async () => {
    const t = Date.now();
    const show = async (...argv: string[]) => {
      const r = await guest.run(argv);
      console.log(Date.now() - t, argv.join(' '), r);
    };
    const left = await guest.attach('left');
    const right = await guest.attach('right');
    console.log(left, right, air.controllers.map((c) => c.address));
    await show('hciconfig', '-a');
    await show('btmgmt', 'info');
    await show('hciconfig', `hci${left}`, 'up');
    await show('hciconfig', `hci${right}`, 'up');
    await show('hciconfig', '-a');
    await show('busybox', 'dmesg');
  });
});
