import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { run } from '../../cli/run.js';
import { describeCarEvent } from '../../cli/car/describe-event.js';
import { linkEvent } from '../../firmware-sim/index.js';
import type { CarLinkEvent } from '../../lib/car/index.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import { linkLines, rightsLines } from '../../cli/car/report-lines.js';
import { Cli } from '../support/cli.js';
import { testHost } from '../support/cli-host.js';

jest.setTimeout(60_000);

let cli: Cli;
beforeAll(async () => {
  cli = await Cli.create({ inside: true });
  await cli.start(['car', 'start']).until(/is ready/);
});
afterAll(() => cli.close());

const SET = ['car', 'time', '--set', '2030-01-02T03:04:05Z'];

describe('key car time', () => {
  it('shows the time, and that it is lost', async () => {
    const { stdout } = await cli.run(['car', 'time']);
    expect(stdout).toMatch(/^the car's time is \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n$/);
    await cli.run(['car', 'clock', 'lose']);
    expect(await cli.json(['car', 'time'])).toEqual({
      code: 0,
      value: { now: null, floors: [], pendingRemovals: 0 },
    });
  });

  it('sets it only where somebody means it, and says before that it is a re-key', async () => {
    expect(await cli.run(SET)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringMatching(
        /removes every key but the owners', and voids every grant, and there is no terminal to ask at\n.*key car time --set 2030-01-02T03:04:05Z --yes/,
      ),
    });
    const host = testHost({ tty: true });
    const finished = run(['--home', cli.home, ...SET], host);
    host.stdin.write('n\n');
    expect(await finished).toBe(2);
    expect(host.written.err).toMatch(
      /the car does not know the time\.\nSetting the time is a re-key: .*\nSet it to 2030-01-02T03:04:05Z\? \[y\/N\]/,
    );
    expect((await cli.json(['car', 'status'])).value).toMatchObject({ epoch: 0, now: null });
  });

  it('sets it after a yes, and in a script with --yes', async () => {
    const host = testHost({ tty: true });
    const finished = run(['--home', cli.home, ...SET], host);
    host.stdin.write('y\n');
    expect(await finished).toBe(0);
    expect(host.written.out).toMatch(/^the car's time is 2030-01-02T03:04:\d\dZ; re-keyed: /);
    // Back, by the built command.
    const back = ['car', 'time', '--set', '2024-02-29T12:00Z', '--yes'];
    expect(await cli.outside().json(back)).toMatchObject({
      code: 0,
      value: { ok: true, epoch: 2 },
    });
    const { stdout } = await cli.run(['car', 'status']);
    expect(stdout).toMatch(/\nthe car's time is 2024-02-29T12:00:\d\dZ\n/);
  });

  it('exits with 2 for a time that is none, and with 4 where no car runs', async () => {
    expect(await cli.run(['car', 'time', '--set', 'noon', '--yes'])).toMatchObject({ code: 2 });
    for (const args of [
      ['car', 'time'],
      [...SET, '--yes'],
    ]) {
      expect(await cli.run([...args, '--name', 'nobody'])).toMatchObject({ code: 4, stdout: '' });
    }
  });
});

describe('the lines about links', () => {
  const key = { slot: 3, name: 'Gus' };

  it('say who keeps others out', () => {
    const links = [
      { key, seconds: 12 },
      { key: null, seconds: 0 },
    ];
    expect(linkLines({ links })).toEqual([
      'linked for 12 s: Gus (slot 3)',
      'linked for 0 s: a phone that has not proved itself',
    ]);
  });

  it('say who came and went', () => {
    const slot: KeySlot = {
      ...key,
      publicKey: new Uint8Array(32),
      signingKey: new Uint8Array(32),
      role: 'guest',
    };
    const events: readonly CarLinkEvent[] = [
      { type: 'authenticated', key: slot },
      { type: 'link-closed', why: 'its turn is over', key: slot },
      { type: 'turned-away', key: slot },
      { type: 'link-closed', why: 'others are next' },
    ];
    expect(events.map(linkEvent).map(describeCarEvent)).toEqual([
      'it is Gus (slot 3)',
      'the link of Gus (slot 3) ended: its turn is over',
      'Gus (slot 3) was turned away: it has had its turn, and others are next',
      'the link ended: others are next',
    ]);
    expect(events.map(linkEvent)).toEqual(
      events.map((event) => ('key' in event ? { ...event, key } : event)),
    );
  });
});

describe('the lines about rights', () => {
  const ada = {
    slot: 0,
    name: 'Ada',
    formFactor: 'phone',
    role: 'owner',
    fingerprint: '',
  } as const;

  it('say whose grants are void, and what waits for the time', () => {
    const floors = [
      { owner: 0, until: 1_700_000_000 },
      { owner: null, until: null },
    ];
    expect(rightsLines({ keys: [ada], floors, pendingRemovals: 1 })).toEqual([
      'grants that Ada (slot 0) signed up to 2023-11-14T22:13:20Z are void',
      'grants that any owner signed before the car is told the time are void',
      '1 removed key waits for the time: until then no grant lets it in',
    ]);
    expect(rightsLines({ keys: [], floors: [], pendingRemovals: 2 })).toEqual([
      '2 removed keys wait for the time: until then no grant lets them in',
    ]);
  });
});
