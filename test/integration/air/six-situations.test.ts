import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { VirtualController } from '../../../air/index.js';
import { exitCodeOf } from '../../../cli/exit-codes.js';
import { hintFor } from '../../../cli/io/hints.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { openWindow } from '../../../testing/open-window.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import type { ErrorCode } from '../../../lib/errors.js';
import { openHciPeripheral } from '../../../lib/radio/host/peripheral.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { cheapSuite } from '../../support/cheap-suite.js';
import { withTime } from '../../support/waiting.js';
import { spine } from '../support/spine.js';
import type { Phone } from '../support/spine.js';

const clock = new SimClock();
const world = spine({ clock, seed: 'situations' });
const run = <T>(work: Promise<T>): Promise<T> => withTime(clock, work);
const HCI_ACL = 2;

let car: SimulatedCar;
let controller: VirtualController;
let ada: Phone;
let guest: Phone;
let stranger: Phone;

/** A guest's key that its phone has used once. */
const shareWith = async (phone: Phone): Promise<string> => {
  const to = await phone.phone.ring.offer();
  const until = Math.floor(Date.now() / 1000) + 3600;
  const { uri, shared } = await run(ada.phone.ring.share({ to, name: 'guest', until }));
  await phone.phone.ring.accept(uri);
  await run(phone.phone.unlock());
  return shared.fingerprint;
};

beforeAll(async () => {
  controller = world.air.controller({ label: 'Blue' });
  const load = () => Promise.resolve(controller);
  const peripheral = await run(openHciPeripheral({ load, clock, links: 1 }));
  car = await SimulatedCar.start({ name: 'Blue', peripheral, clock, suite: cheapSuite });
  [ada, guest, stranger] = await Promise.all([
    run(world.startPhone('Ada')),
    run(world.startPhone('Guest')),
    run(world.startPhone('Stranger')),
  ]);
  await run(ada.phone.pair({ code: await openWindow(car) }));
  await shareWith(guest);
});
afterAll(async () => {
  await car.stop();
  await run(world.close());
});

/** What the phone is told, and what its user is told by the command. */
const told = async (phone: Phone, timeoutMs = 9_000) => {
  const error = await run(phone.phone.unlock({ timeoutMs })).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PhoneKeyError)) throw new Error(`it was told nothing: ${String(error)}`);
  const { code, message, hint, mayHaveSucceeded } = error;
  return { code, message, hint, said: hintFor(error), exit: exitCodeOf(error), mayHaveSucceeded };
};

const seen = new Map<ErrorCode, string>();
const expectTold = (
  found: Awaited<ReturnType<typeof told>>,
  code: ErrorCode,
  message: RegExp,
  hint: RegExp,
  said: RegExp,
  exit: number,
): void => {
  expect(found).toEqual({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
    said: expect.stringMatching(said),
    exit,
    mayHaveSucceeded: false,
  });
  expect(found.hint).not.toMatch(/: key |--/);
  seen.set(code, `${found.message} ${found.hint}`);
};

describe('what keeps a car from being unlocked is told apart', () => {
  it('not heard', async () => {
    ada.controller.moveTo(500, 0);
    const found = await told(ada, 2_000);
    ada.controller.moveTo(1, 0);
    expectTold(found, 'car.not-found', /^the car was not heard$/, /^Go closer/, /: key scan\. /, 4);
  });

  it('asleep: its radio advertises and takes links, its computer says nothing', async () => {
    const send = controller.send.bind(controller);
    controller.send = (packet) => {
      if (packet[0] !== HCI_ACL) send(packet);
    };
    const found = await told(ada);
    controller.send = send;
    expectTold(found, 'car.asleep', /says nothing/, /^Wake it/, /^Wake it/, 4);
    await clock.advance(30_000);
    await run(ada.phone.unlock());
  });

  it('busy with somebody else', async () => {
    const other = await run(ada.phone.connect());
    await run(other.unlock());
    const found = await told(guest, 2_000);
    await run(other.close());
    expectTold(found, 'car.busy', /serves as many phones as it can/, /^Others have/, /^Others/, 4);
  });

  it('its key is not enrolled', async () => {
    const { carPublicKey, ...entry } = (await ada.store.list())[0]!;
    const own = await stranger.phone.ring.offer();
    expect(own).toMatch(/^phonekey:key/);
    const [offer] = await stranger.store.offers();
    await stranger.store.add({ ...entry, ...offer!, carPublicKey });
    const found = await told(stranger);
    expectTold(
      found,
      'car.not-recognised',
      /does not accept the key/,
      /Pair it again\.$/,
      /: key pair\.$/,
      3,
    );
  });

  it('revoked, and a stranger is told no more than before', async () => {
    const [shared] = await ada.phone.ring.shared();
    await run(ada.phone.ring.suspend(shared!.fingerprint));
    await run(ada.phone.deliver());
    expectTold(
      await told(guest),
      'car.key-revoked',
      /suspended or revoked/,
      /^Ask an owner/,
      /: key resume\.$/,
      3,
    );
    await clock.advance(60_000); // nobody's patience is used up
    expect((await told(stranger)).code).toBe('car.not-recognised');
    await run(ada.phone.ring.resume(shared!.fingerprint));
    await run(ada.phone.deliver());
    await run(guest.phone.unlock());
  });

  it('expired, and a stranger is told no more than before', async () => {
    await car.control.advanceClock(7_200);
    expectTold(
      await told(guest),
      'car.key-expired',
      /has expired/,
      /new grant\.$/,
      /: key share\.$/,
      3,
    );
    await clock.advance(60_000); // nobody's patience is used up
    expect((await told(stranger)).code).toBe('car.not-recognised');
  });

  it('another car is there, which may be the one that was reset', async () => {
    await run(car.control.reset());
    const found = await told(ada, 2_000);
    expectTold(
      found,
      'car.not-found',
      /not heard; a car is near that this phone has no key for/,
      /Where it was reset/,
      /Pair it anew: key pair\.$/,
      4,
    );
  });

  it('its own radio is broken', async () => {
    ada.controller.close();
    const found = await told(ada);
    expect(found).toMatchObject({ code: expect.stringMatching(/^radio\./), exit: 4 });
    expect(found.said).toMatch(/^Switch Bluetooth on.*--radio virtual/);
    seen.set(found.code, found.hint);
  });

  it('each by a code of its own', () => {
    expect([...seen.keys()].sort()).toEqual(
      [
        'car.asleep',
        'car.busy',
        'car.key-expired',
        'car.key-revoked',
        'car.not-found',
        'car.not-recognised',
        'radio.unavailable',
      ].sort(),
    );
    expect(new Set(seen.values()).size).toBe(seen.size);
  });
});
