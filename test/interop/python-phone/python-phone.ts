import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { toHex } from '../../../lib/platform/bytes.js';
import type { Link } from '../../../lib/radio/types.js';
import { fromHex } from '../../vectors/support.js';

const FOLDER = 'test/interop/python-phone';
const VENV = 'node_modules/.cache/interop-python';
const PYTHON = `${VENV}/bin/python`;

/** Makes the virtual environment of requirements.txt, unless it is there already. */
export function preparePython(): void {
  const requirements = `${FOLDER}/requirements.txt`;
  const version = execFileSync('python3', ['--version'], { encoding: 'utf8' });
  const wanted = version + readFileSync(requirements, 'utf8');
  const stamp = `${VENV}/made-of.txt`;
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  rmSync(VENV, { recursive: true, force: true });
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  run('python3', '-m', 'venv', VENV);
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
  run(PYTHON, ...pip, '--no-deps', '--only-binary', ':all:', '-r', requirements);
  writeFileSync(stamp, wanted);
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

/** Runs phone.py with these arguments; see there for its lines. */
export async function runPhone(args: string[], options: PhoneOptions = {}): Promise<PhoneRun> {
  const { link, code } = options;
  const child = spawn(PYTHON, ['-B', `${FOLDER}/phone.py`, ...args]);
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
