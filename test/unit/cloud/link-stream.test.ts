import { describe, expect, it } from '@jest/globals';
import type { LinkStreamHandlers } from '../../../lib/cloud/index.js';
import { errorWith } from '../../support/errors.js';
import { settle } from '../../support/waiting.js';
import { clientOf, nothing, stream, URL } from './fake-fetch.js';

const LINK = '00000000000000aa';

describe('a relayed link', () => {
  const open = async (type?: string, signal?: AbortSignal) => {
    const events = stream(type);
    const told: string[] = [];
    const handlers: LinkStreamHandlers = {
      frame: (frame) => void told.push(frame.join()),
      closed: (why) => void told.push(why),
    };
    const made = clientOf(({ url }) => (url.endsWith('/links') ? events.response() : nothing()));
    const opening = made.client.openLink('c1', handlers, { timeoutMs: 1_000, signal });
    opening.catch(() => undefined);
    await settle(made.clock);
    return { ...made, events, told, opening };
  };
  const opened = async (signal?: AbortSignal) => {
    const link = await open(undefined, signal);
    link.events.write(`event: opened\ndata: {"link":"${LINK}"}\n\n`);
    return { ...link, link: await link.opening };
  };

  it('brings frames, and ends as the cloud says', async () => {
    const { asked, clock, events, told, link } = await opened();
    expect(asked[0]).toMatchObject({
      url: `${URL}/v1/cars/c1/links`,
      init: { method: 'POST', headers: { accept: 'text/event-stream' } },
    });
    events.write('event: frame\ndata: {"frame":"AQI="}\n\nevent: other\ndata: {}\n\n: hello\n\n');
    events.write('event: frame\ndata: {"frame":""}\n\n');
    await clock.advance(100_000); // it lasts
    await link.send(Uint8Array.of(7));
    expect(asked[1]).toMatchObject({
      url: `${URL}/v1/links/${LINK}`,
      init: { method: 'POST', body: Uint8Array.of(7) },
    });
    events.write('event: closed\ndata: {"reason":"car"}\n\nevent: frame\ndata: {"frame":""}\n\n');
    await settle(clock);
    expect(told).toEqual(['1,2', '', 'car']);
    await expect(link.send(Uint8Array.of(7))).rejects.toEqual(errorWith('interrupted'));
    expect(clock.pending).toBe(0);
  });

  it.each<[string, (events: ReturnType<typeof stream>) => void]>([
    ['breaks off', (events) => events.fail()],
    ['ends without a word', (events) => events.end()],
    ['has no frame', (events) => events.write('event: frame\ndata: {"frame":5}\n\n')],
    [
      'has one that is no base64',
      (events) => events.write('event: frame\ndata: {"frame":"AQ"}\n\n'),
    ],
    [
      'has one of 1025 bytes',
      (events) =>
        events.write(
          `event: frame\ndata: {"frame":"${Buffer.alloc(1025).toString('base64')}"}\n\n`,
        ),
    ],
    ['has no JSON', (events) => events.write('event: frame\ndata: x\n\n')],
    ['ends for an unknown reason', (events) => events.write('event: closed\ndata: {}\n\n')],
  ])('is lost where what comes %s', async (_, happen) => {
    const { asked, clock, events, told } = await opened();
    happen(events);
    await settle(clock);
    expect([told, asked[0]?.init.signal?.aborted]).toEqual([['lost'], true]);
  });

  it('is closed by the phone, which hears no more of it', async () => {
    const { asked, clock, events, told, link } = await opened();
    link.close();
    link.close();
    events.write('event: frame\ndata: {"frame":"AQI="}\n\n');
    await settle(clock);
    expect([told, asked[0]?.init.signal?.aborted, events.cancelled]).toEqual([[], true, true]);
  });

  it('is not called off by what could have called off its opening', async () => {
    const stop = new AbortController();
    const { asked, told } = await opened(stop.signal);
    stop.abort();
    expect([told, asked[0]?.init.signal?.aborted]).toEqual([[], false]);
  });

  it.each([
    ['another event', 'event: frame\ndata: {"frame":""}\n\n'],
    ['no link', 'event: opened\ndata: {}\n\n'],
    ['a link of another form', 'event: opened\ndata: {"link":"../cars"}\n\n'],
  ])('is none where the cloud begins with %s', async (_, text) => {
    const { asked, events, opening, clock } = await open();
    events.write(text);
    await expect(opening).rejects.toEqual(errorWith('cloud.malformed'));
    expect([asked[0]?.init.signal?.aborted, clock.pending]).toEqual([true, 0]);
  });

  it('is none where the cloud answers with no events, or not in time', async () => {
    const { opening } = await open('application/json');
    await expect(opening).rejects.toEqual(errorWith('cloud.malformed'));
    const late = await open();
    await late.clock.advance(1_000);
    await expect(late.opening).rejects.toEqual(errorWith('cloud.timeout'));
    expect(late.events.cancelled).toBe(true);
  });
});

describe('what happens in a cloud', () => {
  it('is told until whoever listens goes, from where he was', async () => {
    const events = stream();
    const { client, asked, clock } = clientOf(() => events.response());
    events.write('id: 7\nevent: car-online\ndata: {"car":"c1"}\n\nid: 8\nevent: x\ndata: {}\n\n');
    const told: unknown[] = [];
    for await (const each of client.events({ after: '6' })) {
      told.push(each);
      if (told.length === 2) break;
    }
    expect(told).toEqual([
      { id: '7', type: 'car-online', data: { car: 'c1' } },
      { id: '8', type: 'x', data: {} },
    ]);
    expect(asked[0]).toMatchObject({
      url: `${URL}/v1/events`,
      init: { headers: { accept: 'text/event-stream', 'last-event-id': '6' } },
    });
    expect([events.cancelled, clock.pending, asked[0]?.init.signal?.aborted]).toEqual([
      true,
      0,
      true,
    ]);
  });

  it('ends with the signal, and with the cloud', async () => {
    for (const how of ['signal', 'end'] as const) {
      const events = stream();
      const { client, clock } = clientOf(() => events.response());
      const stop = new AbortController();
      const told: string[] = [];
      const listen = async (): Promise<void> => {
        for await (const { type } of client.events({ signal: stop.signal })) told.push(type);
      };
      const listening = listen().then(
        () => 'over',
        (error: unknown) => error,
      );
      await settle(clock);
      if (how === 'end') events.end();
      else stop.abort();
      expect(await listening).toEqual(how === 'end' ? 'over' : errorWith('interrupted'));
    }
  });
});
