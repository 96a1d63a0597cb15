import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { Running } from '../../support/running.js';

const FENCE = /^```(\w+)(?: file=(\S+))?[^\n]*\n([^]*?)^```$/gm;

interface Block {
  readonly language: string;
  readonly file: string | undefined;
  readonly text: string;
}

/** The code blocks of a section of a guide, up to the next heading of its level or a higher one. */
const section = (guide: string, heading: string): Block[] => {
  const text = readFileSync(guide, 'utf8');
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const begin = text.indexOf(`\n${heading}\n`);
  if (begin < 0) throw new Error(`${guide} has no section ${heading}`);
  const rest = text.slice(begin + heading.length + 1);
  const end = rest.search(new RegExp(`^#{1,${String(level)}} `, 'm'));
  const blocks = (end < 0 ? rest : rest.slice(0, end)).matchAll(FENCE);
  return [...blocks].map(([, language = '', file, content = '']) => ({
    language,
    file,
    text: content,
  }));
};

/** Somebody with a guide, who types its commands as they stand, each in a terminal, in one folder. */
export class Reader {
  readonly folder = mkdtempSync(join(tmpdir(), 'key-'));
  readonly #blocks: readonly Block[];
  readonly #running: Running[] = [];

  /** Writes the files that the section shows. */
  constructor(guide: string, heading: string) {
    this.#blocks = section(guide, heading);
    for (const { file, text } of this.#blocks) {
      if (file !== undefined) writeFileSync(join(this.folder, file), text);
    }
    const key = join(this.folder, 'key');
    writeFileSync(
      key,
      `#!/bin/sh\nexec "${process.execPath}" "${resolve('dist/bin/key.js')}" "$@"\n`,
    );
    chmodSync(key, 0o755);
  }

  /** What an install command of the guide gives. */
  install(path: string, to: string): void {
    symlinkSync(resolve(to), join(this.folder, path));
  }

  /** The program that the section shows, as a file. */
  program(language: string): string {
    const found = this.#blocks.find((each) => each.language === language && !each.file);
    if (found === undefined) throw new Error(`the section has no ${language}`);
    const file = join(this.folder, 'program.mjs');
    writeFileSync(file, found.text);
    return file;
  }

  /** The commands of the section, without the remarks beside them. */
  get commands(): string[] {
    return this.#blocks
      .filter(({ language }) => language === 'sh')
      .flatMap(({ text }) => text.trimEnd().split('\n'))
      .map((line) => line.replace(/ +#.*$/, '').replace(/ *&$/, ''));
  }

  /** Types a command; `input` is typed into it at once, and without any its stdin stays open. */
  type(command: string, input?: string): Running & { say(text: string): void } {
    const { PATH = '' } = process.env;
    const child = spawn('bash', ['-c', `exec ${command}`], {
      cwd: this.folder,
      env: {
        ...process.env,
        PATH: this.folder + delimiter + PATH,
        HOME: this.folder,
        KEY_HOME: this.folder,
        KEY_RADIO: 'virtual',
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    child.stdin.on('error', () => undefined);
    if (input !== undefined) child.stdin.end(input);
    const running = Object.assign(new Running(child), {
      say: (text: string): void => {
        child.stdin.write(text);
      },
    });
    this.#running.push(running);
    return running;
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map((running) => running.stop('SIGKILL')));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
