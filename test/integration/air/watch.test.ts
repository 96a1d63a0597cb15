import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { showAir } from '../../../cli/air/watch.js';
import type { HubTap } from '../../../air/index.js';
import type { WatchOptions } from '../../../cli/air/watch.js';
import { sessionKeyLog } from '../../../cli/capture/session-key-file.js';
import { PhoneKeyError } from '../../../lib/errors.js';
import { testContext, testHost } from '../../support/cli-host.js';
import { tapAir } from '../../support/tap.js';
import { openWindow } from '../../../testing/open-window.js';
import { spine } from '../support/spine.js';

interface Line {
  readonly type: string;
  readonly kind?: string;
  readonly late?: boolean;
  readonly content?: { readonly type: string; readonly command?: string };
  readonly central?: { readonly name: string };
  readonly peripheral?: { readonly name: string };
  readonly direction?: string;
  readonly fields?: { readonly attribute?: string };
  readonly [field: string]: unknown;
}

let home: string;
let world: ReturnType<typeof spine>;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'key-'));
  world = spine();
});
afterEach(async () => {
  await world.close();
  await rm(home, { recursive: true, force: true });
});

/** `key air watch`, in this process, on the air of the test. */
const watch = (options: WatchOptions = {}) => {
  const host = testHost();
  const sessionKeys = join(home, 'session.keys');
  const context = testContext(host, { home, sessionKeys, json: true });
  const tap = tapAir(world.air);
  const finished = showAir(context, options, () => Promise.resolve(tap));
  return {
    context,
    /** Ctrl-C; gives the lines, once all that has happened is told. */
    lines: async (): Promise<Line[]> => {
      host.interrupt.abort();
      expect(await finished).toBe(0);
      const { out, err } = host.written;
      expect(err).toBe('watching the air; Ctrl-C ends it\n');
      return out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Line);
    },
  };
};

describe('watching a car and a phone', () => {
  it('tells everything once, although both ends report it', async () => {
    const watching = watch();
    const car = await world.startCar('Car');
    const { phone } = await world.startPhone('Ada');
    await phone.pair({ code: await openWindow(car) });
    await phone.unlock();
    await phone.close();
    const lines = await watching.lines();
    const of = (type: string): Line[] => lines.filter((line) => line.type === type);

    expect(of('powered-on').map(({ device }) => device)).toEqual([
      expect.objectContaining({ name: 'Car' }),
      expect.objectContaining({ name: 'Ada' }),
    ]);
    // One advertisement, with another identifier when the window opens.
    expect(of('advertising')).toHaveLength(1);
    const [opened] = of('scan-response');
    expect(opened?.['phonekey']).toEqual({ pairing: true, car: null });
    const identifiers = of('scan-response').map(({ data }) => JSON.stringify(data));
    expect(new Set(identifiers).size).toBe(identifiers.length);
    expect(of('connected')).toHaveLength(2);
    expect(of('disconnected')).toHaveLength(2);
    expect(of('malformed')).toEqual([]);
    for (const line of [...of('att'), ...of('connected')]) {
      expect([line.central?.name, line.peripheral?.name]).toEqual(['Ada', 'Car']);
    }
    expect(of('message').map(({ kind }) => kind)).toEqual([
      ...['Hello', 'PairStart', 'PairShare', 'PairConfirm', 'PairOffer', 'PairCommit', 'PairDone'],
      ...['Hello', 'Hello', 'Proof', 'Sealed'],
    ]);
    expect(of('message').every(({ content }) => content === undefined)).toBe(true);
    const carried = of('att').filter(({ fields }) =>
      ['toCar', 'fromCar'].includes(fields?.attribute ?? ''),
    );
    expect(carried).toHaveLength(of('message').length);
    expect(of('powered-off')).toHaveLength(1);
  });

  it('reads along with the keys that a phone logs meanwhile', async () => {
    const watching = watch();
    const keyLog = sessionKeyLog(watching.context);
    const car = await world.startCar('Car');
    const { phone } = await world.startPhone('Ada', { x: 1, y: 0 }, { keyLog });
    await phone.pair({ code: await openWindow(car) });
    await phone.unlock();
    const connection = await phone.connect();
    await connection.lock();
    await connection.status();
    await connection.close();
    const contents = (await watching.lines()).flatMap(({ content, late }) =>
      content === undefined ? [] : [[content.type, content.command, late]],
    );
    expect(contents).toEqual([
      ['command', 'unlock', undefined],
      ['done', undefined, undefined],
      ['command', 'lock', undefined],
      ['done', undefined, undefined],
      ['command', 'status', undefined],
      ['status', undefined, undefined],
    ]);
  });

  it('follows several at once', async () => {
    const watching = watch();
    const cars = await Promise.all([
      world.startCar('North', { x: 0, y: 0 }),
      world.startCar('South', { x: 3, y: 0 }),
    ]);
    const phones = await Promise.all([
      world.startPhone('Ada', { x: 1, y: 0 }),
      world.startPhone('Bob', { x: 2, y: 0 }),
    ]);
    const [north, south] = await Promise.all(cars.map((car) => openWindow(car)));
    await Promise.all([
      phones[0].phone.pair({ code: north ?? '' }),
      phones[1].phone.pair({ code: south ?? '' }),
    ]);
    await Promise.all(phones.map(({ phone }) => phone.unlock()));
    const lines = await watching.lines();
    const ends = new Map<unknown, string>();
    for (const { type, link, central, peripheral } of lines) {
      if (type !== 'connected') continue;
      ends.set(link, `${String(central?.name)} ${String(peripheral?.name)}`);
    }
    expect([...ends.values()].sort()).toEqual([
      ...['Ada North', 'Ada North', 'Bob South', 'Bob South'],
    ]);
    const kinds = (pair: string): unknown[] =>
      lines
        .filter(({ type, link }) => type === 'message' && ends.get(link) === pair)
        .map(({ kind }) => kind);
    expect(kinds('Ada North')).toHaveLength(11);
    expect(kinds('Bob South')).toEqual(kinds('Ada North'));
  });

  it('shows both sides of it with --hci', async () => {
    const watching = watch({ hci: true });
    await world.startCar('Car');
    const { phone } = await world.startPhone('Ada');
    await phone.close();
    const lines = await watching.lines();
    expect(new Set(lines.map(({ type }) => type))).toEqual(new Set(['hci']));
    const names = lines.map(({ device }) => (device as { name: string }).name);
    expect(new Set(names)).toEqual(new Set(['Car', 'Ada']));
  });
});

describe('watching an air that ends', () => {
  it('ends, too, with exit code 4', async () => {
    const tap: HubTap = { async *[Symbol.asyncIterator]() {}, stop: () => undefined };
    const context = testContext(testHost(), { home });
    const ended = await showAir(context, {}, () => Promise.resolve(tap)).catch(
      (error: unknown) => error,
    );
    expect(ended).toBeInstanceOf(PhoneKeyError);
    expect(ended).toMatchObject({ code: 'radio.unavailable' });
    expect(String(ended)).toContain('the virtual air has ended');
  });
});
