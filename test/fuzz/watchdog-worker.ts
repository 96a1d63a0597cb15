import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { workerData } from 'node:worker_threads';
import { saveFailure } from './corpus.js';

const { header, data, name, patience } = workerData as {
  /** Inputs so far, and the length of the last. */
  readonly header: Int32Array;
  readonly data: Uint8Array;
  readonly name: Uint8Array;
  readonly patience: number;
};

/** Seconds between two looks. */
const step = Math.min(1, patience);
let last = -1;
for (let idle = 0; idle < patience; idle += step) {
  await sleep(step * 1000);
  const current = Atomics.load(header, 0);
  if (current !== last) idle = 0;
  last = current;
}

const target = Buffer.from(name.slice()).toString('utf8').replaceAll('\0', '');
const path = saveFailure(target, data.slice(0, header[1]));
writeSync(2, `${target}: no end after ${String(patience)} s; the input is in ${path}\n`);
process.kill(process.pid, 'SIGKILL');
