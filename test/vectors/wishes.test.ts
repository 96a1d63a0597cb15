import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { Answer } from '../../firmware-sim/behavior.js';
import { volatileMemory } from '../../firmware-sim/memory/memory.js';
import { newRecord } from '../../firmware-sim/memory/record.js';
import { RecordStore } from '../../firmware-sim/memory/store.js';
import { OutcomeMemory } from '../../firmware-sim/outcome-memory.js';
import { defaultSuite as suite } from '../../lib/crypto/index.js';
import { DONE } from '../../lib/domain/outcomes.js';
import { decodeRequest } from '../../lib/native/commands.js';
import { utf8 } from '../../lib/platform/bytes.js';
import { wishVectors } from '../../scripts/wish-vectors.js';
import type { WishStep } from '../../scripts/wish-vectors.js';
import { fromHex } from './support.js';

const file = JSON.parse(readFileSync('test/vectors/wishes.json', 'utf8')) as ReturnType<
  typeof wishVectors
>;

it('the file is what its generator writes', () => {
  expect(file).toEqual(wishVectors());
});

/** A car that loses power and comes back with what it had in memory. */
const start = async () => {
  const memory = volatileMemory();
  let now = 0;
  const boot = async (): Promise<OutcomeMemory> => {
    const store = await RecordStore.open(memory, () => newRecord(new Uint8Array(32)));
    return new OutcomeMemory({ store, suite, wallTime: () => now * 1000 });
  };
  let outcomes = await boot();
  const ask = async ({ key: name, command, meets }: WishStep): Promise<string> => {
    const publicKey = utf8(name.padEnd(32));
    const key = { slot: 0, role: 'owner', name, publicKey, signingKey: publicKey } as const;
    const request = commandIn(command);
    if (request === undefined) return 'unknown command';
    const cut = new Promise<string>((resolve) => {
      const act = (): Promise<Answer> => {
        if (meets !== 'power cut') return Promise.resolve(meets === 'done' ? DONE : 'door-open');
        resolve('');
        return new Promise<never>(() => undefined);
      };
      outcomes.once(request, key, act).then((answer) => {
        resolve(typeof answer === 'string' ? answer.replaceAll('-', ' ') : 'done');
      }, resolve);
    });
    const answer = await cut;
    if (answer === '') outcomes = await boot();
    return answer;
  };
  return {
    ask,
    waitUntil: (at: number) => {
      now = at;
    },
  };
};

const commandIn = (hex: string) => {
  try {
    return decodeRequest(fromHex(hex)).command;
  } catch {
    return undefined;
  }
};

it.each(file.sequences)('$name', async ({ steps }) => {
  const { ask, waitUntil } = await start();
  for (const [index, step] of steps.entries()) {
    waitUntil(step.at);
    expect([index, await ask(step)]).toEqual([index, step.expect]);
  }
});
