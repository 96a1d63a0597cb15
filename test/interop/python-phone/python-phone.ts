import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { toHex } from '../../../lib/platform/bytes.js';
import type { MemoryRadio } from '../../../lib/radio/memory.js';
import type { Link } from '../../../lib/radio/types.js';
import { fromHex } from '../../vectors/support.js';
import { preparePython } from '../../../scripts/python.js';
import { nativeProfile } from '../../../lib/native/profile.js';

const FOLDER = 'test/interop/python-phone';
let python: string | undefined;

export function preparePhone(): void {
  python = preparePython('interop-python', FOLDER);
}

export interface PhoneRun {
  readonly exitCode: number | null;
  /** What the phone says where it fails. */
  readonly errors: string;
  /** The JSON of its `result` line. */
  readonly result: unknown;
  /** Its writes to the car, in order. */
  readonly sent: readonly Uint8Array[];
}

export interface PhoneOptions {
  /** The phone's end; closed when the phone has ended. */
  readonly link?: Link;
  /** What the person types. */
  readonly code?: string;
}

/** To the first car on the radio. */
export const connect = (radio: MemoryRadio): Promise<Link> =>
  radio.central().connect({ id: 'memory-1', rssi: -40 }, nativeProfile);

export const succeeded = { exitCode: 0, errors: '' };
export const failed = (why: string) => ({
  exitCode: 1,
  errors: `phone.py: ${why}\n`,
  result: undefined,
});

/** Runs phone.py with these arguments; see there for its lines. */
export async function runPhone(args: string[], options: PhoneOptions = {}): Promise<PhoneRun> {
  const { link, code } = options;
  if (python === undefined) throw new Error('preparePhone comes first');
  const child = spawn(python, ['-B', `${FOLDER}/phone.py`, ...args]);
  const ended = once(child, 'close');
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  child.stdin.on('error', () => undefined); // it may have ended before it read everything
  const write = (line: string) => child.stdin.write(`${line}\n`);
  if (link !== undefined) write(`mtu ${link.mtu}`);
  if (code !== undefined) write(`code ${code}`);
  await link?.open({
    data: (chunk) => write(`chunk ${toHex(chunk)}`),
    closed: () => write('closed'),
  });

  const sent: Uint8Array[] = [];
  let result: unknown;
  for await (const line of createInterface({ input: child.stdout })) {
    const space = line.indexOf(' ');
    const word = line.slice(0, space);
    const rest = line.slice(space + 1);
    if (word === 'result') {
      result = JSON.parse(rest);
    } else if (word === 'chunk' && link !== undefined) {
      const chunk = fromHex(rest);
      sent.push(chunk);
      await link.send(chunk);
    } else {
      child.kill();
      throw new Error(`the phone says: ${line}`);
    }
  }
  await ended;
  await link?.close();
  return { exitCode: child.exitCode, errors, result, sent };
}
