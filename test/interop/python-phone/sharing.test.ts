import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWindow } from '../../../testing/open-window.js';
import type { CarEvent } from '../../../firmware-sim/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { REFUSAL_DELAY_MS } from '../../../lib/native/car/link-state.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { MemoryRadio } from '../../../lib/radio/memory.js';
import { requireTool } from '../support/toolchain.js';
import type { PhoneRun } from './python-phone.js';
import { connect, failed, preparePhone, runPhone, succeeded } from './python-phone.js';

const describeIf = requireTool('python3') ? describe : describe.skip;

interface Scene {
  readonly car: SimulatedCar;
  readonly events: CarEvent[];
  /** Without a car. */
  readonly alone: (who: string, action: string, ...args: string[]) => Promise<PhoneRun>;
  /** The outcomes of these commands, or why it failed. */
  readonly command: (who: string, ...commands: string[]) => Promise<unknown>;
  /** Bytes that the phone of the last command wrote. */
  readonly sent: () => number;
  /** Of what a phone has on its disk; gives how it is restored. */
  readonly backUp: (who: string) => Promise<() => Promise<void>>;
  readonly relay: (uri: string) => Promise<PhoneRun>;
  /** Types of the events since the last time. */
  readonly seen: () => string[];
}

/**
 * Phones in Python around a simulated car whose monotonic clock stands still, but for refusals. The owner's
 * is paired.
 */
const start = async (home: string): Promise<Scene & { stop: () => Promise<void> }> => {
  const clock = new SimClock();
  const radio = new MemoryRadio();
  const events: CarEvent[] = [];
  const waits: Promise<void>[] = [];
  const car = await SimulatedCar.start({
    name: 'Test car',
    peripheral: radio.peripheral(),
    clock,
    onEvent: (event) => events.push(event),
    onLinkEvent: ({ type }) => {
      if (type === 'refused') waits.push(clock.advance(REFUSAL_DELAY_MS));
    },
  });
  const stateOf = (who: string): string => join(home, `${who}.json`);
  const alone: Scene['alone'] = (who, action, ...args) =>
    runPhone([action, '--state', stateOf(who), ...args]);
  const code = await openWindow(car);
  const paired = await runPhone(['pair', '--state', stateOf('owner')], {
    link: await connect(radio),
    code,
  });
  expect(paired).toMatchObject(succeeded);
  let told = events.length;
  let sent = 0;
  return {
    car,
    events,
    alone,
    command: async (who, ...commands) => {
      const args = ['command', '--state', stateOf(who), ...commands];
      const run = await runPhone(args, { link: await connect(radio) });
      sent = run.sent.reduce((sum, { length }) => sum + length, 0);
      if (run.exitCode !== 0) return run.errors.trim();
      const { results } = run.result as { results: Record<string, string>[] };
      return results.map(({ outcome, reason }) => reason ?? outcome);
    },
    sent: () => sent,
    backUp: async (who) => {
      const backup = `${stateOf(who)}.backup`;
      await copyFile(stateOf(who), backup);
      return () => copyFile(backup, stateOf(who));
    },
    relay: async (uri) => runPhone(['relay', uri], { link: await connect(radio) }),
    seen: () => {
      const from = told;
      told = events.length;
      return events.slice(from).map(({ type }) => type);
    },
    stop: async () => {
      await Promise.all(waits);
      await car.stop();
    },
  };
};

const uriOf = ({ result }: PhoneRun): string => (result as { uri: string }).uri;
const fingerprintOf = ({ result }: PhoneRun): string =>
  (result as { fingerprint: string }).fingerprint;
const revocationListOf = ({ result }: PhoneRun): string => (result as { uris: string[] }).uris[0]!;

describeIf('a phone written in Python from the specification', () => {
  let home: string;
  let scene: Awaited<ReturnType<typeof start>>;

  beforeAll(preparePhone, 600_000);
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'phonekey-'));
    scene = await start(home);
  });
  afterEach(async () => {
    await scene.stop();
    await rm(home, { recursive: true });
  });

  /** `from` shares with `to`, who accepts; gives the fingerprint. */
  const share = async (from: string, to: string, ...terms: string[]): Promise<string> => {
    const offer = await scene.alone(to, 'offer');
    const grant = await scene.alone(from, 'share', ...terms, uriOf(offer));
    expect(grant).toMatchObject(succeeded);
    const name = ['--name', `${to}'s phone`];
    expect(await scene.alone(to, 'accept', ...name, uriOf(grant))).toMatchObject(succeeded);
    return fingerprintOf(offer);
  };

  it('is given a grant, uses it, and is known to the car from then on', async () => {
    const fingerprint = await share('owner', 'guest', '--uses', '2', '--lease', '1');
    expect(await scene.command('guest', 'unlock', 'frunk', 'list-keys')).toEqual([
      'done',
      'not permitted',
      'not permitted',
    ]);
    expect(scene.seen()).toEqual(['key-added', 'unlocked', 'command-refused', 'command-refused']);
    const { keys } = await scene.car.control.status();
    expect(keys).toMatchObject([
      { role: 'owner' },
      { role: 'guest', name: "guest's phone", fingerprint, grant: { usesLeft: 1, leaseHours: 1 } },
    ]);
    // One use is left.
    expect(await scene.command('guest', 'start', 'unlock', 'lock')).toEqual([
      'done',
      'used up',
      'done',
    ]);
    // The grant, 115 bytes, is not shown again.
    expect(scene.sent()).toBeLessThan(115 + 96);
  });

  it('delegates what it was given, and the car takes both links', async () => {
    await share('owner', 'guest', '--role', 'driver', '--delegations', '1');
    await share('guest', 'friend', '--role', 'valet');
    expect(await scene.command('friend', 'unlock', 'start', 'status', 'trunk')).toEqual([
      'done',
      'done',
      'status',
      'not permitted',
    ]);
    const offer = uriOf(await scene.alone('third', 'offer'));
    const wider = failed('a link that gives more than the one before');
    expect(await scene.alone('friend', 'share', '--role', 'valet', offer)).toMatchObject(wider);
    expect(await scene.alone('guest', 'share', '--hours', '1', offer)).toMatchObject(succeeded);
    const again = ['--delegations', '1'];
    expect(await scene.alone('guest', 'share', ...again, offer)).toMatchObject(wider);
    const { keys } = await scene.car.control.status();
    expect(keys.map(({ role }) => role)).toEqual(['owner', 'valet']);
  });

  it('a phone that a grant was not made for does not take it', async () => {
    await scene.alone('guest', 'offer');
    const other = await scene.alone('friend', 'offer');
    const grant = await scene.alone('owner', 'share', uriOf(other));
    expect(await scene.alone('guest', 'accept', uriOf(grant))).toMatchObject(
      failed('a grant for another phone'),
    );
  });

  it('signs a revocation list that a stranger relays, and the key is out', async () => {
    const fingerprint = await share('owner', 'guest');
    expect(await scene.command('guest', 'unlock')).toEqual(['done']);
    const revocationList = revocationListOf(await scene.alone('owner', 'revoke', fingerprint));
    scene.seen();
    expect(await scene.relay(revocationList)).toMatchObject({
      ...succeeded,
      result: { handed: 1 },
    });
    expect(scene.seen()).toEqual(['revocation-list-taken', 'key-removed']);
    expect(await scene.command('guest', 'unlock')).toContain('does not accept the key');
    // What was taken once is not taken again, and the stranger sees no difference.
    expect(await scene.relay(revocationList)).toMatchObject({
      ...succeeded,
      result: { handed: 1 },
    });
    scene.seen();
    expect(await scene.command('owner', `deliver=${revocationList}`)).toEqual([
      'revocation list old',
    ]);
    expect(scene.seen()).toContain('command-refused');
  });

  it('a guest relays the list that suspends another guest, who is resumed by the next', async () => {
    const fingerprint = await share('owner', 'guest');
    await share('owner', 'friend');
    expect(await scene.command('guest', 'unlock')).toEqual(['done']);
    const suspend = revocationListOf(await scene.alone('owner', 'suspend', fingerprint));
    const resume = revocationListOf(await scene.alone('owner', 'resume', fingerprint));
    expect(await scene.command('friend', 'status', `deliver=${suspend}`)).toEqual([
      'status',
      'done',
    ]);
    expect(await scene.command('guest', 'unlock')).toEqual(['suspended']);
    expect(await scene.command('friend', `deliver=${resume}`)).toEqual(['done']);
    expect(await scene.command('guest', 'unlock')).toEqual(['done']);
  });

  it('takes its own key away, and forgets the car', async () => {
    await share('owner', 'guest', '--role', 'valet');
    expect(await scene.command('guest', 'unlock', 'remove-key=0', 'remove-key')).toEqual([
      'done',
      'not permitted',
      'done',
    ]);
    expect((await scene.car.control.status()).keys.map(({ role }) => role)).toEqual(['owner']);
    expect(await scene.command('guest', 'unlock')).toContain('the state file has to hold one car');
    expect(await scene.command('owner', 'remove-key=0', 'remove-key')).toEqual([
      'last owner',
      'last owner',
    ]);
  });

  it('a phone restored from a backup reads from the car what it has said, and lifts nothing', async () => {
    const guest = await share('owner', 'guest');
    const friend = await share('owner', 'friend');
    expect(await scene.command('guest', 'unlock')).toEqual(['done']);
    expect(await scene.command('friend', 'unlock')).toEqual(['done']);
    const restore = await scene.backUp('owner');
    const first = revocationListOf(await scene.alone('owner', 'suspend', guest));
    expect(await scene.command('owner', 'status', `deliver=${first}`)).toEqual(['status', 'done']);
    await restore();
    const second = revocationListOf(await scene.alone('owner', 'suspend', friend));
    expect(
      await scene.command('owner', 'status', `deliver=${second}`, 'list-revocations=0'),
    ).toEqual(['status', 'revocation list old', 'revocations']);
    expect(await scene.command('friend', 'unlock')).toEqual(['done']);
    const third = revocationListOf(await scene.alone('owner', 'suspend', friend));
    expect(await scene.command('owner', 'status', `deliver=${third}`)).toEqual(['status', 'done']);
    expect(await scene.command('friend', 'unlock')).toEqual(['suspended']);
    expect(await scene.command('guest', 'unlock')).toEqual(['suspended']);
  });

  it('sets the PIN, tells the time and re-keys', async () => {
    await share('owner', 'guest');
    expect(await scene.command('guest', 'start')).toEqual(['done']);
    expect(await scene.command('owner', 'set-pin=2468')).toEqual(['done']);
    expect(await scene.command('guest', 'start', 'start=1357', 'start=2468')).toEqual([
      'pin needed',
      'pin wrong',
      'done',
    ]);
    expect(
      await scene.command('owner', 'set-pin=1357', 'set-pin=1357,0000', 'set-pin=1357,2468'),
    ).toEqual(['pin needed', 'pin wrong', 'done']);
    expect(await scene.command('guest', 'start=2468', 'start=1357')).toEqual(['pin wrong', 'done']);
    expect(await scene.command('owner', 'set-pin=,1357')).toEqual(['done']);
    await scene.car.control.loseClock();
    expect(await scene.command('guest', 'unlock', 'lock')).toEqual(['clock lost', 'done']);
    const seconds = String(Math.floor(Date.now() / 1000));
    expect(await scene.command('owner', `set-time=${seconds}`)).toEqual(['done']);
    expect(await scene.command('guest', 'unlock')).toEqual(['done']);

    expect(await scene.command('owner', 'raise-epoch')).toEqual(['done']);
    expect(await scene.command('guest', 'unlock')).toContain('does not accept the key');
    await share('owner', 'friend');
    expect(await scene.command('friend', 'unlock')).toEqual(['done']);
  });
});
