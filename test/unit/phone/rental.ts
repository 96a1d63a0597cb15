import { expect } from '@jest/globals';
import { HOUR, NOW, ownerAndGuest, shareWith } from './sharing-setup.js';

/** An owner who rents a car out, a minute later to the next guest, and revokes each of them; then the last one. */
export const rentOut = async (guests: number): Promise<void> => {
  const { air, host, owner, guest, endpoint } = await ownerAndGuest();
  const to = Buffer.alloc(32);
  for (let n = 0; n < guests; n++) {
    to.writeUInt32BE(n + 1);
    const until = NOW + n * 60 + HOUR;
    const { shared } = await owner.key.ring.share({ to: to.toString('hex'), until });
    await owner.key.ring.revoke(shared.fingerprint);
    air.wall += 60_000;
    host.now += 60;
  }
  await shareWith(owner.key, guest.key, { name: 'Last' });
  await air.run(guest.key.unlock());
  await owner.key.ring.revoke('Last');
  const [car] = await owner.store.list();
  expect(car?.revocationList).toMatchObject({ number: guests + 1, floor: 0 });
  expect(car?.revocationList?.entries.length).toBeLessThan(80); // of the last hour
  await air.run(owner.key.deliver());
  await expect(air.run(guest.key.unlock())).rejects.toMatchObject({
    message: 'this key is suspended or revoked',
  });
  await endpoint.stop();
};
