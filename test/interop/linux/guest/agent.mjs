// Does in the guest what the test says: attaches adapters and runs programs. Requests and answers are
// lines of JSON on the virtio port `agent`; ../guest.ts is the other end.
import { spawn } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { attachAdapter } from './vhci.mjs';

const PORTS = '/sys/class/virtio-ports';

/** Both directions of the virtio port that QEMU gave the name. */
const openPort = async (name) => {
  for (const port of await readdir(PORTS)) {
    if ((await readFile(`${PORTS}/${port}/name`, 'utf8')).trim() !== name) continue;
    const fd = await open(`/dev/${port}`, 'r+'); // only one may have it open
    return [createReadStream('', { fd }), createWriteStream('', { fd })];
  }
  throw new Error(`no virtio port ${name}`);
};

const [requests, answers] = await openPort('agent');
const answer = (message) => answers.write(`${JSON.stringify(message)}\n`);
const programs = new Map();

const handlers = {
  attach: async ({ id, port }) => {
    answer({ id, index: await attachAdapter(...(await openPort(port))) });
  },

  start: ({ id, argv: [program, ...args], env, input }) => {
    const child = spawn(program, args, { env: { ...process.env, ...env } });
    programs.set(id, child);
    child.stdin.on('error', () => undefined); // it may end without reading
    if (input !== null) child.stdin.end(input);
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => answer({ id, stream, text }));
    }
    child.on('error', ({ message }) => answer({ id, error: message }));
    child.on('close', (code) => {
      programs.delete(id);
      answer({ id, code });
    });
  },

  write: ({ program, text }) => programs.get(program)?.stdin.write(text),
  kill: ({ program, signal }) => programs.get(program)?.kill(signal),
};

answer({ id: 0 }); // ready
for await (const line of createInterface({ input: requests })) {
  const request = JSON.parse(line);
  Promise.resolve(request)
    .then(handlers[request.do])
    .catch(({ message }) => answer({ id: request.id, error: message }));
}
// The test has gone. The drivers' reads that wait would keep the process from ending in order.
process.kill(process.pid, 'SIGKILL');
