import { describe, expect, it } from '@jest/globals';
import type { PhoneKeyError } from '../../../lib/errors.js';
import { toHex, utf8 } from '../../../lib/platform/bytes.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';
import { memoryLinkPair } from '../../../lib/radio/memory-link.js';
import type { LinkCloseReason, LinkHandlers } from '../../../lib/radio/types.js';
import { encodeFromCar, encodeToCar } from '../../../lib/native/codec.js';
import { MessageLink } from '../../../lib/link/message-link.js';
import { nativeMessages } from '../../../lib/native/describe.js';
import type { TraceEvent } from '../../../lib/link/message-link.js';
import type { ErrorCode } from '../../../lib/errors.js';
import { errorWith } from '../../support/errors.js';

const open = async (mtu = 23) => {
  const clock = new SimClock();
  const pair = memoryLinkPair({ mtu });
  const received: Uint8Array[] = [];
  const closed: { reason: LinkCloseReason; error: PhoneKeyError | undefined }[] = [];
  const trace: TraceEvent[] = [];
  const hooks: { onMessage: (message: Uint8Array) => void } = { onMessage: () => undefined };
  const car = new MessageLink(pair.car, {
    ...nativeMessages,
    clock,
    sends: 'from-car',
    trace: (event) => trace.push(event),
    message: (message) => {
      received.push(message);
      hooks.onMessage(message);
    },
    closed: (reason, error) => closed.push({ reason, error }),
  });
  const phoneReceived: Uint8Array[] = [];
  const phoneClosed: LinkCloseReason[] = [];
  await car.open();
  await pair.phone.open({
    data: (chunk) => phoneReceived.push(chunk),
    closed: (reason) => phoneClosed.push(reason),
  });
  return { clock, pair, car, received, closed, trace, hooks, phoneReceived, phoneClosed };
};

describe('MessageLink', () => {
  it('closes when a message began and did not end within 5 s', async () => {
    const { clock, pair, closed, phoneClosed } = await open();
    await pair.phone.send(Uint8Array.of(0, 3, 1));
    await clock.advance(4_999);
    expect(closed).toEqual([]);
    await clock.advance(1);
    expect(closed).toEqual([{ reason: 'local', error: errorWith('protocol.malformed') }]);
    await clock.advance(0);
    expect(phoneClosed).toEqual(['remote']);
    expect(clock.pending).toBe(0);
  });

  it('counts the 5 s from the first chunk, however the rest trickles in', async () => {
    const { clock, pair, closed } = await open();
    await pair.phone.send(Uint8Array.of(0, 9));
    for (let second = 0; second < 5; second++) {
      await clock.advance(1_000);
      if (second < 4) await pair.phone.send(Uint8Array.of(7));
    }
    expect(closed).toHaveLength(1);
  });

  it('starts the 5 s anew for the message that begins in the chunk that ends another', async () => {
    const { clock, pair, received, closed } = await open();
    await pair.phone.send(Uint8Array.of(0, 1));
    await clock.advance(4_000);
    await pair.phone.send(Uint8Array.of(1, 0));
    await clock.advance(4_000);
    expect(closed).toEqual([]);
    await pair.phone.send(Uint8Array.of(1, 2));
    await clock.advance(10_000);
    expect(received.map(toHex)).toEqual(['01', '02']);
    expect(closed).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it.each<[string, Uint8Array, ErrorCode]>([
    ['a length of 0', Uint8Array.of(0, 0), 'protocol.malformed'],
    ['a length over the maximum', Uint8Array.of(8, 1), 'protocol.too-large'],
  ])('closes on %s and hears nothing more', async (_, chunk, code) => {
    const { clock, pair, received, closed, phoneClosed } = await open();
    await pair.phone.send(chunk);
    await pair.phone.send(Uint8Array.of(0, 1, 1));
    await clock.advance(0);
    expect(closed).toEqual([{ reason: 'local', error: errorWith(code) }]);
    expect(received).toEqual([]);
    await clock.advance(0);
    expect(phoneClosed).toEqual(['remote']);
  });

  it('closes when the receiver fails, with the failure as its cause', async () => {
    const { clock, pair, closed, hooks } = await open();
    const cause = new Error('bug');
    hooks.onMessage = () => {
      throw cause;
    };
    await pair.phone.send(Uint8Array.of(0, 1, 1));
    await clock.advance(0);
    expect(closed).toMatchObject([{ reason: 'local', error: { code: 'internal', cause } }]);
  });

  it('sends whole messages in the order of the calls', async () => {
    const { clock, car, phoneReceived } = await open(23);
    const sizes = [50, 1, 30];
    const sends = sizes.map((size, i) => car.send(new Uint8Array(size).fill(i + 1)));
    await car.flush();
    await Promise.all(sends);
    await clock.advance(0);
    const stream = phoneReceived.map(toHex).join('');
    expect(stream).toBe(
      sizes.map((size, i) => `00${toHex(Uint8Array.of(size))}${`0${i + 1}`.repeat(size)}`).join(''),
    );
    expect(phoneReceived.every(({ length }) => length <= 20)).toBe(true);
  });

  it('sends on after a message that could not be sent', async () => {
    const { clock, car, phoneReceived } = await open();
    await expect(car.send(new Uint8Array(0))).rejects.toMatchObject({ code: 'protocol.malformed' });
    await car.send(Uint8Array.of(5));
    await clock.advance(0);
    expect(phoneReceived.map(toHex)).toEqual(['000105']);
  });

  it('tells of the end once, and rejects what is sent afterwards', async () => {
    const { clock, pair, car, closed } = await open();
    await pair.phone.close();
    await clock.advance(0);
    await car.close();
    await clock.advance(0);
    expect(closed).toEqual([{ reason: 'remote', error: undefined }]);
    await expect(car.send(Uint8Array.of(1))).rejects.toMatchObject({ code: 'radio.link-lost' });
  });

  it('traces kinds, sizes and chunks of both directions, and no content', async () => {
    const { clock, pair, car, trace } = await open(23);
    const secret = utf8('an unmistakable payload');
    const sealed = encodeFromCar({ case: 'sealed', value: secret });
    await car.send(sealed);
    const proof = encodeToCar({
      case: 'proof',
      value: { handshake: new Uint8Array(98).fill(0x41), tag: new Uint8Array(16).fill(0x42) },
    });
    const whole = Uint8Array.of(proof.length >> 8, proof.length & 0xff, ...proof);
    for (let offset = 0; offset < whole.length; offset += 20) {
      await pair.phone.send(whole.subarray(offset, offset + 20));
    }
    await pair.phone.send(Uint8Array.of(0, 2, 0xff, 0xff, 0, 2, 0xff));
    await pair.phone.send(Uint8Array.of(0xff));
    await clock.advance(0);
    expect(trace).toEqual([
      {
        direction: 'from-car',
        kind: 'Sealed',
        fields: 'sealed Result 23 B',
        bytes: sealed.length + 2,
        chunks: 2,
      },
      {
        direction: 'to-car',
        kind: 'Proof',
        fields: 'e 32 B, encrypted s 48 B, sealed Command 18 B, tag 16 B',
        bytes: proof.length + 2,
        chunks: 7,
      },
      { direction: 'to-car', kind: 'malformed', fields: 'bytes 2 B', bytes: 4, chunks: 1 },
      { direction: 'to-car', kind: 'malformed', fields: 'bytes 2 B', bytes: 4, chunks: 2 },
    ]);
  });

  it('closes its link', async () => {
    const { clock, car, closed, phoneClosed } = await open();
    await car.close();
    await clock.advance(0);
    expect(closed).toEqual([{ reason: 'local', error: undefined }]);
    expect(phoneClosed).toEqual(['remote']);
  });

  it('has sent everything when it is flushed, and not before', async () => {
    const { radio, link } = await onSlowRadio();
    const order: string[] = [];
    const sent = link.send(Uint8Array.of(1)).then(() => order.push('sent'));
    const flushed = link.flush().then(() => order.push('flushed'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual([]);
    radio.taken();
    await Promise.all([sent, flushed]);
    expect(order).toEqual(['sent', 'flushed']);
  });

  it('hears nothing after the end, even of a radio that goes on, and sets no timer', async () => {
    const { clock, radio, received, closed } = await onSlowRadio();
    radio.handlers?.data(Uint8Array.of(0, 0));
    radio.handlers?.data(Uint8Array.of(0, 1, 7));
    radio.handlers?.data(Uint8Array.of(0, 9));
    expect(received).toEqual([]);
    expect(closed).toEqual([errorWith('protocol.malformed')]);
    expect(clock.pending).toBe(0);
  });

  it('sets no timer for what follows the message on which its owner closed it', async () => {
    const { clock, radio, received } = await onSlowRadio(() => {
      radio.handlers?.closed('local');
    });
    radio.handlers?.data(Uint8Array.of(0, 1, 7, 0, 9));
    expect(received).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('says that receiving failed', async () => {
    const { radio, closed } = await onSlowRadio(() => {
      throw new Error('bug');
    });
    radio.handlers?.data(Uint8Array.of(0, 1, 7));
    expect(closed).toEqual([errorWith('internal')]);
  });

  it('traces the other way round on the phone, or not at all', async () => {
    const trace: TraceEvent[] = [];
    const { radio, link } = await onSlowRadio(
      () => undefined,
      (event) => trace.push(event),
    );
    radio.handlers?.data(Uint8Array.of(0, 1, 7));
    link.send(Uint8Array.of(1)).catch(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(trace.map(({ direction }) => direction)).toEqual(['from-car', 'to-car']);
  });
});

/** A phone's end on a radio that takes a chunk when the test says so, and goes on after its end. */
const onSlowRadio = async (
  onMessage: () => void = () => undefined,
  trace?: (event: TraceEvent) => void,
) => {
  const clock = new SimClock();
  const received: Uint8Array[] = [];
  const closed: (PhoneKeyError | undefined)[] = [];
  const radio = {
    mtu: 23,
    peer: 'car',
    handlers: undefined as LinkHandlers | undefined,
    taken: (): void => undefined,
    open(handlers: LinkHandlers): Promise<void> {
      radio.handlers = handlers;
      return Promise.resolve();
    },
    send: () =>
      new Promise<void>((resolve) => {
        radio.taken = resolve;
      }),
    close: () => Promise.resolve(),
  };
  const link = new MessageLink(radio, {
    ...nativeMessages,
    clock,
    sends: 'to-car',
    trace,
    message: (message) => {
      received.push(message);
      onMessage();
    },
    closed: (_, error) => closed.push(error),
  });
  await link.open();
  return { clock, radio, link, received, closed };
};
