import { openWindow } from '../testing/open-window.js';
import { SimulatedCar } from '../firmware-sim/index.js';
import { verifyChain } from '../lib/credentials/chain.js';
import { parseUri } from '../lib/credentials/uri.js';
import { nodeSuite } from '../lib/crypto/node.js';
import { PhoneKey } from '../lib/phone/phone-key.js';
import { MemoryCarStore } from '../lib/phone/store.js';
import { concat } from '../lib/platform/bytes.js';
import { MemoryRadio } from '../lib/radio/memory.js';
import type { TraceEvent } from '../lib/link/message-link.js';
import { trafficFigures } from './bytes.js';
import { cpuMicros, figure } from './measure.js';
import { unlock } from './session.js';

const ROUNDS = 11;
const UNTIL = 2 ** 32 - 2;

/**
 * The first unlock of a key that was paired, granted, and granted by who was granted one: what goes over
 * the link, by whole phones and a whole car, and what it costs both ends.
 */
export const grantFigures = async () => {
  const radio = new MemoryRadio();
  const car = await SimulatedCar.start({ name: 'car', peripheral: radio.peripheral() });
  try {
    const seen: TraceEvent[] = [];
    const phone = (store = new MemoryCarStore()): PhoneKey =>
      new PhoneKey({
        central: radio.central(),
        store,
        trace: (event) => seen.push(event),
      });
    const firstUnlock = async (who: PhoneKey, chain: number) => {
      const connection = await who.connect();
      seen.length = 0;
      await connection.unlock();
      const figures = trafficFigures(`unlock.chain.${String(chain)}`, seen);
      await connection.close();
      return figures;
    };

    const store = new MemoryCarStore();
    const [owner, guest, friend] = [phone(store), phone(), phone()];
    await owner.pair({ code: await openWindow(car) });

    const one = await owner.ring.share({
      to: await guest.ring.offer(),
      until: UNTIL,
      delegations: 1,
    });
    await guest.ring.accept(one.uri);
    const two = await guest.ring.share({ to: await friend.ring.offer(), until: UNTIL });
    await friend.ring.accept(two.uri);
    const last = await owner.ring.share({ to: await phone().ring.offer(), until: UNTIL });

    const [entry] = await store.list();
    if (entry === undefined) throw new Error('not paired');
    const cpu = await cpuMicros(
      {
        none: unlock(nodeSuite),
        one: withChain(one.uri, entry.signing.publicKey),
        two: withChain(two.uri, entry.signing.publicKey),
      },
      ROUNDS,
    );
    return [
      figure('grant.bytes.1', packageBytes(last.uri), 'B'),
      figure('grant.bytes.1_delegable', packageBytes(one.uri), 'B'),
      figure('grant.bytes.2', packageBytes(two.uri), 'B'),
      ...(await firstUnlock(owner, 0)),
      ...(await firstUnlock(guest, 1)),
      ...(await firstUnlock(friend, 2)),
      figure('unlock.chain.0.cpu_us', cpu.none, 'us'),
      figure('unlock.chain.1.cpu_us', cpu.one, 'us'),
      figure('unlock.chain.2.cpu_us', cpu.two, 'us'),
    ];
  } finally {
    await car.stop();
  }
};

/** What travels from phone to phone: the car's key and the links. */
const packageBytes = (uri: string): number => {
  const { carPublicKey, chain } = grantIn(uri);
  return concat(carPublicKey, chain).length;
};

/** An unlock at both ends, and the car's check of the chain. */
const withChain = (uri: string, ownerKey: Uint8Array): (() => void) => {
  const { carPublicKey, chain } = grantIn(uri);
  const open = unlock(nodeSuite);
  const context = { carPublicKey, epoch: 0, ownerKey: () => ownerKey };
  return () => {
    verifyChain(nodeSuite, chain, context);
    open();
  };
};

const grantIn = (uri: string): Extract<ReturnType<typeof parseUri>, { what: 'grant' }> => {
  const parsed = parseUri(uri);
  if (parsed.what !== 'grant') throw new Error('not a grant');
  return parsed;
};
