import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CloudClient, registerCar } from '../../lib/cloud/client.js';
import type { CarChannel } from '../../lib/cloud/car-channel.js';
import { connectCar } from '../broker/car.js';
import { startCloud } from '../index.js';
import type { CloudEvent, RunningCloud } from '../types.js';

const ADA = { name: 'ada', password: 'correct horse' };
const UUID = '0000fd00-0000-1000-8000-00805f9b34fb';

/** A car as far as the cloud knows it: answers each frame with the same bytes, backwards. */
class EchoCar {
  readonly objects: string[] = [];
  readonly channel: CarChannel;

  constructor(options: Parameters<typeof connectCar>[0]) {
    this.channel = connectCar(options);
    this.channel.start({
      frame: (link, frame) => {
        if (frame.length === 0) return;
        this.channel.send(link, frame.toReversed());
        this.channel.report({ link, command: 'unlock', outcome: 'done' });
      },
      object: (object, bytes) => {
        this.objects.push(Buffer.from(bytes).toString());
        this.channel.confirm(object);
      },
      connected: () => undefined,
    });
    this.channel.advertise([{ uuid: UUID, data: '00' }]);
  }
}

/** With the embedded database and broker, over real sockets. */
describe('the whole of it', () => {
  let home: string;
  let cloud: RunningCloud;
  let car: EchoCar;
  let client: CloudClient;
  let id: string;
  let token: string;
  const log: string[] = [];
  const waiting = new Map<string, () => void>();

  /** Resolves when that happens next. */
  const event = (type: CloudEvent['type']): Promise<void> =>
    new Promise((resolve) => waiting.set(type, resolve));
  const start = async (port = 0, brokerPort = 0): Promise<void> => {
    const keep = (message: string, fields = {}): void => {
      log.push(`${message} ${JSON.stringify(fields)}`);
    };
    cloud = await startCloud({
      home,
      port,
      brokerPort,
      passwordCost: 4,
      log: { debug: keep, info: keep, warn: keep },
    });
    cloud.watch(({ type }) => waiting.get(type)?.());
  };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'phonekey-cloud-'));
    await start();
    const { url } = cloud;
    const anybody = new CloudClient({ url });
    await anybody.createAccount(ADA);
    ({ token } = await anybody.createToken(ADA));
    client = new CloudClient({ url, token });
    const registered = await registerCar({ url }, 'Nell');
    ({ id } = await client.claimCar(registered.claimCode));
    const online = event('car-online');
    const { brokerUrl, secret } = registered;
    car = new EchoCar({
      brokerUrl,
      secret,
      car: id,
      backOff: { firstMs: 20, mostMs: 200, stableMs: 1 },
    });
    await online;
  });
  afterAll(async () => {
    await car.channel.close();
    await cloud.close();
    await rm(home, { recursive: true, force: true });
  });

  it('shows the car to its owner', async () => {
    expect(await client.cars()).toEqual([
      {
        id,
        name: 'Nell',
        membership: 'owner',
        online: true,
        advertises: [{ uuid: UUID, data: '00' }],
      },
    ]);
  });

  it('carries frames both ways, and keeps a log of it', async () => {
    const command = event('command');
    const frames: string[] = [];
    let heard = (): void => undefined;
    const answer = new Promise<void>((resolve) => (heard = resolve));
    const link = await client.openLink(id, {
      frame: (frame) => {
        frames.push(Buffer.from(frame).toString());
        heard();
      },
      closed: () => undefined,
    });
    await link.send(Buffer.from('live'));
    await answer;
    expect(frames).toEqual(['evil']);
    await command;
    link.close();
    const [last, first] = await client.commands(id);
    expect(last).toMatchObject({
      kind: 'command',
      account: 'ada',
      command: 'unlock',
      outcome: 'done',
    });
    expect(first).toMatchObject({ kind: 'link-opened', account: 'ada' });
  });

  it('gives the car what was left for it, once it is confirmed no more', async () => {
    const delivered = event('object-delivered');
    await client.sendRevocationList(id, Buffer.from('a list'));
    await delivered;
    expect(car.objects).toEqual(['a list']);
  });

  it('has all of it again after a restart, and the car comes back', async () => {
    const { address, carUrl } = cloud;
    await cloud.close();
    await start(address.port, Number(new URL(carUrl).port));
    const online = event('car-online');
    const [seen] = await client.cars();
    if (seen?.online === false) await online;
    expect(await client.cars()).toMatchObject([{ id, online: true }]);
    expect(await client.commands(id)).toHaveLength(2);
    expect(car.objects).toEqual(['a list']);
  });

  it('has no secret in its log, nor the token in its home', async () => {
    const said = log.join('\n');
    expect(said).toContain('request');
    for (const secret of [token, ADA.password]) expect(said).not.toContain(secret);
    for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const bytes = await readFile(join(entry.parentPath, entry.name));
      for (const secret of [token, ADA.password]) expect(bytes.includes(secret)).toBe(false);
    }
  });
});
