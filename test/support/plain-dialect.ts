import type { CarDialect } from '../../lib/car/dialect.js';
import { findKey } from '../../lib/credentials/key-slot.js';
import type { KeySlot } from '../../lib/credentials/key-slot.js';
import type { Command } from '../../lib/domain/commands.js';
import type { Result } from '../../lib/domain/outcomes.js';
import { PhoneKeyError } from '../../lib/errors.js';
import type { ScanFilter } from '../../lib/link/advertising.js';
import type { GattProfile } from '../../lib/link/gatt-profile.js';
import { MessageLink } from '../../lib/link/message-link.js';
import type { MessageRules } from '../../lib/link/message-link.js';
import type { PhoneDialect } from '../../lib/phone/dialect.js';
import { fromHex, toHex, utf8 } from '../../lib/platform/bytes.js';

/**
 * A second dialect, as unlike the native one as can be, and without any secret: the phone speaks first, its
 * messages are written as requests and answered by indications, both are JSON, and a car is told by its name.
 */
const SERVICE = '00000211-b2d1-43f0-9b88-960cebf8b91e';

export const plainProfile: GattProfile = {
  service: SERVICE,
  toCar: { uuid: '00000212-b2d1-43f0-9b88-960cebf8b91e', properties: ['write'] },
  fromCar: { uuid: '00000213-b2d1-43f0-9b88-960cebf8b91e', properties: ['indicate'] },
};

export const plainScan: ScanFilter = {
  service: SERVICE,
  matches: ({ services, localName = '' }) =>
    services?.includes(SERVICE) === true && /^S[0-9a-f]{18}C$/.test(localName),
};

/** 20 bytes. */
export const plainName = (carPublicKey: Uint8Array): string =>
  `S${toHex(carPublicKey.subarray(0, 9))}C`;

const RULES: MessageRules = {
  maxMessage: 600,
  reassemblyMs: 1_000,
  describe: (_, { length }) => ({ kind: 'Plain', fields: `text ${String(length)} B` }),
};

const encode = (value: object): Uint8Array => utf8(JSON.stringify(value));
const decode = (bytes: Uint8Array): unknown => JSON.parse(new TextDecoder().decode(bytes));

interface Request {
  /** Public key, in hex. */
  readonly from: string;
  readonly command: Command;
}

export const plainCar: CarDialect = {
  profile: plainProfile,
  advertising: ({ host }) => ({
    advertisement: { services: [SERVICE] },
    scanResponse: { localName: plainName(host.identity.publicKey) },
  }),
  serve: (link, { host, suite, clock, trace }, onEvent) => {
    let key: KeySlot | undefined;
    const answer = async (bytes: Uint8Array): Promise<void> => {
      const { from, command } = decode(bytes) as Request;
      key = findKey(suite, host.keys(), fromHex(from) ?? new Uint8Array());
      onEvent(key === undefined ? { type: 'refused' } : { type: 'authenticated', key });
      await messages.send(encode(key === undefined ? {} : await host.execute(command, key)));
    };
    const messages = new MessageLink(link, {
      ...RULES,
      clock,
      trace,
      sends: 'from-car',
      message: (bytes) => {
        answer(bytes).catch(() => messages.close());
      },
      closed: (why) => {
        onEvent({ type: 'link-closed', why });
      },
    });
    return {
      open: () => {
        onEvent({ type: 'link-opened' });
        return messages.open();
      },
      keyRemoved: (publicKey) => {
        if (key !== undefined && suite.equal(key.publicKey, publicKey)) void messages.close();
      },
      turnOver: () => void messages.close(),
      close: () => messages.close(),
    };
  },
};

const silent = (): PhoneKeyError => new PhoneKeyError('car.silent', 'no answer');

export const plainPhone: PhoneDialect = {
  profile: plainProfile,
  filter: plainScan,
  recognise: (cars) => (heard) => {
    if (!plainScan.matches(heard)) return undefined;
    const known = cars.filter(({ dialect }) => dialect === 'plain');
    const car = known.find(({ carPublicKey }) => plainName(carPublicKey) === heard.localName);
    return { pairing: false, car };
  },
  open: async (link, { identity }, { clock, trace }, deadline) => {
    let answered: (bytes: Uint8Array) => void = () => undefined;
    let lost: (error: PhoneKeyError) => void = () => undefined;
    const end = new Promise<never>((_, reject) => {
      lost = reject;
    });
    end.catch(() => undefined);
    const messages = new MessageLink(link, {
      ...RULES,
      clock,
      trace,
      sends: 'to-car',
      message: (bytes) => answered(bytes),
      closed: (why) => lost(new PhoneKeyError('radio.link-lost', why)),
    });
    await deadline.race(messages.open(), silent);
    const ask = async (command: Command): Promise<Result> => {
      const answer = new Promise<Uint8Array>((resolve) => {
        answered = resolve;
      });
      await messages.send(encode({ from: toHex(identity.publicKey), command } satisfies Request));
      const result = decode(await Promise.race([answer, end])) as Result | Record<string, never>;
      if ('outcome' in result) return result as Result;
      throw new PhoneKeyError('car.not-recognised', 'the car does not know this key');
    };
    return { usable: true, ask: (command, left) => left.race(ask(command), silent) };
  },
};
