import { decodeResult } from '../../../lib/native/commands.js';
import { demand } from '../target.js';
import { COMMANDS, OPERATIONS } from './operations.js';
import type { Operation, Run } from './operations.js';
import { KEY_HOLDERS } from './key-holders.js';
import { MOST_STEPS, STEP_BYTES, stepAt } from './program.js';
import { World } from './world.js';
import type { Weakness } from './world.js';

/** Timers of the car itself: advertising, pairing window, body. */
const MOST_TIMERS = 6;

/**
 * Runs a program against a car, and looks after each step whether it keeps its promises.
 * @throws Violation when it breaks one
 */
export const attack = async (input: Uint8Array, weakness: Weakness = {}): Promise<void> => {
  const world = await World.create(weakness);
  const { oracle } = world;
  const operations = Object.values<Operation>(OPERATIONS);
  let offset = 0;
  const run: Run = {
    world,
    recorded: [],
    pairings: 0,
    pins: 0,
    hurry: 0,
    payload: (length) => {
      const from = offset;
      offset += Math.ceil(length / STEP_BYTES) * STEP_BYTES;
      return input.slice(from, from + length);
    },
  };
  for (let count = 0; count < MOST_STEPS; count++) {
    const step = stepAt(input, offset);
    if (step === undefined) break;
    offset += STEP_BYTES;
    await operations[step.operation % operations.length]?.(run, step);
    if (run.hurry > 0) {
      run.hurry -= 1;
      oracle.strict = false;
      continue;
    }
    await lookAt(world);
  }
  await lookAt(world);
  await answersTheOwner(world);
  await Promise.all(world.links.map((link) => link.close()));
  await world.settle();
  demand(oracle.openLinks === 0, 'the car lets go of every link');
  demand(world.clock.pending <= MOST_TIMERS, 'and of its timers');
  await world.stop();
  oracle.check();
};

const lookAt = async (world: World): Promise<void> => {
  await world.settle();
  const { oracle, controller, record } = world;
  oracle.settled();
  oracle.check();
  oracle.compare(record, controller.status().now);
  for (const link of world.links) oracle.holds(link, world.clock.now());
  oracle.check();
};

/** Whoever holds links and whatever was sent: an owner connects and is served. */
const answersTheOwner = async (world: World): Promise<void> => {
  const { oracle } = world;
  const holders = Object.values(KEY_HOLDERS);
  const owners = holders.filter((person) => oracle.keyOf(person)?.role === 'owner');
  demand(owners.length > 0, 'a car has an owner');
  const owner = owners.find((person) => {
    const key = oracle.keyOf(person);
    return key !== undefined && !oracle.model.isStopped(key);
  });
  // Each may have suspended another one, or himself.
  if (owner === undefined) return;
  const link = await world.connect();
  const proof = link.proof(owner, COMMANDS.listKeys);
  demand(proof !== undefined, 'the car challenges whoever comes');
  await link.sendMade(proof);
  await world.settle();
  oracle.check();
  demand(link.lastAnswer !== undefined, 'the car answers its owner');
  const { outcome } = decodeResult(link.lastAnswer);
  const listed = outcome.type === 'keys' ? outcome.keys : [];
  const phones = listed.filter(({ formFactor }) => formFactor !== 'card');
  demand(phones.length === oracle.keys.length, 'with the keys that it has');
};
