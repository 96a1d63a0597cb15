import { hostWith, keySlots } from '../../../bench/setup.js';
import { volatileMemory } from '../../../firmware-sim/memory/memory.js';
import { newRecord } from '../../../firmware-sim/memory/record.js';
import { RecordStore } from '../../../firmware-sim/memory/store.js';
import { OutcomeMemory } from '../../../firmware-sim/outcome-memory.js';
import { CarEndpoint } from '../../../lib/car/endpoint.js';
import type { CarChannel } from '../../../lib/cloud/car-channel.js';
import { cloudPeripheral } from '../../../lib/cloud/index.js';
import { nodeSuite } from '../../../lib/crypto/node.js';
import { DONE, NO_TERMS, refused } from '../../../lib/domain/outcomes.js';
import type { PairedCar } from '../../../lib/phone/store.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { seededRandom } from '../../../lib/platform/seeded-random.js';

/** Cars of which a thousand fit in a process: the link, the session and the memory of what was done, and no body. */

const keysOf = (seed: string) => {
  const random = seededRandom(seed);
  const [identity, phone] = [
    nodeSuite.x25519KeyPair(random(32)),
    nodeSuite.x25519KeyPair(random(32)),
  ];
  return { identity, phone, signing: nodeSuite.ed25519KeyPair(random(32)) };
};

/** What the one phone keeps that a car of this seed knows. */
export const entryOf = (seed: string): PairedCar => {
  const { identity, phone, signing } = keysOf(seed);
  return {
    name: seed,
    carPublicKey: identity.publicKey,
    identity: phone,
    signing,
    state: 'paired',
  };
};

export interface LightCar {
  /** By the id of a command, how often it was carried out. */
  readonly done: ReadonlyMap<string, number>;
  /** Ids of the objects that the cloud has brought. */
  readonly objects: ReadonlySet<string>;
  stop(): Promise<void>;
}

export interface LightCarOptions {
  readonly seed: string;
  readonly channel: CarChannel;
  readonly onConnected: (connected: boolean) => void;
  /** Forgets at once what it did: a control, which does things twice. */
  readonly forgets: boolean;
}

export const startLightCar = async ({
  seed,
  channel,
  onConnected,
  forgets,
}: LightCarOptions): Promise<LightCar> => {
  const { identity, phone } = keysOf(seed);
  const done = new Map<string, number>();
  const objects = new Set<string>();
  const store = await RecordStore.open(volatileMemory(), () => newRecord(identity.privateKey));
  const memory = new OutcomeMemory({ store, suite: nodeSuite, wallTime: Date.now });
  const act = async (id: string) => {
    done.set(id, (done.get(id) ?? 0) + 1);
    return DONE;
  };
  const endpoint = new CarEndpoint({
    host: {
      ...hostWith(identity, keySlots([phone])),
      execute: async (command, key, link = '') => {
        const id = toHex(command.id ?? new Uint8Array());
        const answer = forgets ? await act(id) : await memory.once(command, key, () => act(id));
        const outcome = typeof answer === 'string' ? refused(answer) : (answer ?? DONE);
        const told = outcome.type === 'refused' ? outcome.refusal : 'done';
        channel.report({ link, command: command.type, commandId: id, outcome: told });
        return { outcome, clockLost: false, ...NO_TERMS };
      },
    },
    peripheral: cloudPeripheral(channel, {
      onObject: (object) => {
        objects.add(object);
        channel.confirm(object);
      },
      onConnected,
      linksPerMinute: 10_000,
    }),
    pairs: false,
    suite: nodeSuite,
  });
  await endpoint.start();
  return { done, objects, stop: () => endpoint.stop() };
};
