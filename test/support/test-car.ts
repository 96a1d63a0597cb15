import type { CarHost, EnrolRefusal, PairingWindow } from '../../lib/car/host.js';
import { CarEndpoint } from '../../lib/car/endpoint.js';
import type { CarEndpointOptions } from '../../lib/car/endpoint.js';
import type { CarLinkEvent } from '../../lib/car/dialect.js';
import { DEFAULT_SLOTS } from '../../lib/credentials/key-slot.js';
import type { Applicant, KeySlot } from '../../lib/credentials/key-slot.js';
import { defaultSuite } from '../../lib/crypto/index.js';
import type { KeyPair } from '../../lib/crypto/suite.js';
import type { Command, CommandName } from '../../lib/domain/commands.js';
import { NO_TERMS } from '../../lib/domain/outcomes.js';
import type { Enrolment, Result, Outcome } from '../../lib/domain/outcomes.js';
import type { Role } from '../../lib/domain/roles.js';
import { cheapSuite } from './cheap-suite.js';

/** What a car answers, whose clock runs and which was never re-keyed. */
export const resultOf = (outcome: Outcome): Result => ({ outcome, clockLost: false, ...NO_TERMS });

export const DONE = resultOf({ type: 'done' });

/** What such a car tells of a key that is new there. */
export const enrolmentOf = ({ slot, role }: Pick<KeySlot, 'slot' | 'role'>): Enrolment => ({
  slot,
  role,
  epoch: 0,
  time: 0,
  mark: 0,
  floor: 0,
});

/** The smallest CarHost: counts what it is asked, keeps keys in memory. */
export class TestHost implements CarHost {
  readonly identity: KeyPair;
  readonly name = 'Test car';
  readonly enrolled: KeySlot[] = [];
  readonly executed: CommandName[] = [];
  tries = 0;
  slots = DEFAULT_SLOTS;
  code = '12345678';
  /** What its window gives. */
  role: Role = 'owner';
  open = false;
  /** What `execute` gives; a test may make it fail or wait. */
  answer: (command: Command, key: KeySlot) => Promise<Result> = () => Promise.resolve(DONE);
  #window: PairingWindow | undefined;

  constructor(seed = 1) {
    this.identity = defaultSuite.x25519KeyPair(new Uint8Array(32).fill(seed));
  }

  keys(): readonly KeySlot[] {
    return this.enrolled;
  }

  execute(command: Command, key: KeySlot): Promise<Result> {
    this.executed.push(command.type);
    return this.answer(command, key);
  }

  /** The same key again replaces its slot. */
  enrol(publicKey: Uint8Array, role: Role = 'owner', name = 'phone'): KeySlot {
    const known = this.enrolled.findIndex((key) => defaultSuite.equal(key.publicKey, publicKey));
    const slot = known < 0 ? this.enrolled.length : known;
    const key: KeySlot = { slot, publicKey, signingKey: new Uint8Array(32), name, role };
    this.enrolled[slot] = key;
    return key;
  }

  readonly pairing = {
    window: (): PairingWindow | undefined => {
      if (!this.open) return undefined;
      this.#window ??= { code: this.code, role: this.role };
      return this.#window;
    },
    countTry: (): Promise<boolean> => {
      this.tries += 1;
      if (this.tries > 3) this.open = false;
      return Promise.resolve(this.open);
    },
    enrol: (window: PairingWindow, phone: Applicant): Promise<Enrolment | EnrolRefusal> => {
      const { name } = phone;
      if (name === undefined) return Promise.resolve('name-invalid');
      const former = this.enrolled.find(({ publicKey }) =>
        defaultSuite.equal(publicKey, phone.publicKey),
      );
      const full = former === undefined && this.enrolled.length >= this.slots;
      if (!this.open) return Promise.resolve('closed');
      if (full) return Promise.resolve('slots-full');
      this.open = false;
      const key = this.enrol(phone.publicKey, window.role, name);
      return Promise.resolve({
        ...enrolmentOf(key),
        ...(former && { formerRole: former.role }),
      });
    },
  };
}

/** A TestHost on a radio, for phones whose suite is cheap too; `events` are those of its links. */
export const startEndpoint = async (
  options: Omit<CarEndpointOptions, 'host' | 'onEvent'> & {
    readonly host?: TestHost;
    readonly onLinkEvent?: CarEndpointOptions['onEvent'];
  },
): Promise<{ host: TestHost; endpoint: CarEndpoint; events: CarLinkEvent[] }> => {
  const host = options.host ?? new TestHost();
  const events: CarLinkEvent[] = [];
  const endpoint = new CarEndpoint({
    suite: cheapSuite,
    ...options,
    host,
    onEvent: (event) => {
      events.push(event);
      options.onLinkEvent?.(event);
    },
  });
  await endpoint.start();
  return { host, endpoint, events };
};
