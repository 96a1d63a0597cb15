import { Worker } from 'node:worker_threads';

const MAX_INPUT = 1 << 16;

/**
 * Watches from a thread of its own: an endless loop never comes back to tell. The input that hangs is
 * written to a file, its path to stderr, and the process is killed.
 * @param patience seconds that one input may hold up the process
 */
export const startWatchdog = (
  patience: number,
): {
  watch: (target: string, input: Uint8Array) => void;
  stop: () => Promise<unknown>;
} => {
  const header = new Int32Array(new SharedArrayBuffer(8));
  const data = new Uint8Array(new SharedArrayBuffer(MAX_INPUT));
  const name = new Uint8Array(new SharedArrayBuffer(64));
  const worker = new Worker(new URL('./watchdog-worker.js', import.meta.url), {
    workerData: { header, data, name, patience },
  });
  worker.unref();
  return {
    watch(target, input) {
      const length = Math.min(input.length, MAX_INPUT);
      data.set(input.subarray(0, length));
      name.fill(0).set(Buffer.from(target).subarray(0, name.length));
      header[1] = length;
      Atomics.add(header, 0, 1);
    },
    stop: () => worker.terminate(),
  };
};
