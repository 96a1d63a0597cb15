// Types the commands of a document, one after the other, as its reader would: in one folder, with one HOME, and
// what is exported stays so. A command that stays, such as `key car start`, is left running, and the next one comes
// when it has said that it is there.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DocumentError } from './blocks.mjs';
import { matches } from './output.mjs';

const TIMEOUT_MS = 60_000;
/** For a command that stays, until it has said something: some only do when something happens. */
const QUIET_MS = 3000;
/** A cloud makes its database first. */
const SLOW = /\bkey\b.* cloud start\b/;
const SLOW_MS = 30_000;
const END_MS = 10_000;
const STAYS =
  /\bkey\b.* (?:(?:car|air|cloud) start|(?:air|cloud) watch)\b(?!.*--read)|\bkey\b.*--watch\b|&$/;
/** Of the car or the air of before: there is room for one. */
const STARTS = /\bkey\b.* (?:car|air) start\b/;
/** Has settings of its own, so it wants one that is new. */
const ANOTHER_AIR = /\bkey\b.* air start\b/;
/** What changes more than the folder, or the folder's packages, which are the tree's. */
const OUTSIDE = /(?:^|[;&|] *)(?:sudo|docker|npm|npx|pnpm|yarn)\b/m;
const CLAIM = /\b[0-9A-Z]{5}-[0-9A-Z]{5}\b/g;
const PROMPT = /^(\w*)\$ (.*)$/;
const PIN = '4711';
const PASSWORD = 'of a reader, for a minute';

const withoutComment = (command) => command.replace(/(?:^| +)#(?= ).*$/gm, '').trim();

/** Whether bash would ask for another line. */
const isWhole = (text) => {
  if (/\\$/.test(text)) return false;
  const { status, stderr } = spawnSync('bash', ['-n'], { input: text, encoding: 'utf8' });
  return status === 0 && stderr === '';
};

/** The commands of a block: who types it, what, and, in a console block, the lines that are shown of its output. */
export function commandsOf({ language, text, line }) {
  const commands = [];
  let open;
  for (const [index, each] of text.split('\n').entries()) {
    const prompt = language === 'console' ? PROMPT.exec(each) : [each, '', each];
    if (open !== undefined) open.command += `\n${each}`;
    else if (prompt !== null) {
      open = { line: line + index, who: prompt[1], command: prompt[2], shown: [] };
      commands.push(open);
    } else if (each.trim() !== '' && commands.length > 0) commands.at(-1).shown.push(each);
    if (open !== undefined && isWhole(open.command)) open = undefined;
  }
  return commands
    .map((each) => ({ ...each, bare: withoutComment(each.command) }))
    .filter(({ bare }) => bare !== '');
}

/** A session in `folder`, whose environment is `env`. */
export class Shell {
  #document;
  #folder;
  #env;
  #staying = [];
  /** The last pairing code that was shown, and of each kind of link the last one. */
  #code = '';
  #links = new Map();
  /** What the last car shows for the cloud. */
  #claim = '';

  constructor(document, { folder, env }) {
    this.#document = document;
    this.#folder = folder;
    this.#env = env;
  }

  /** @throws DocumentError when a command does not do what the document says */
  async run(block) {
    const commands = commandsOf(block);
    const outside = commands.find(({ bare }) => OUTSIDE.test(bare));
    if (outside !== undefined) {
      const { line, command } = outside;
      throw new DocumentError(this.#document, line, `${command}\nis not typed here: say needs=`);
    }
    if (commands.some(({ bare }) => STARTS.test(bare))) await this.end();
    for (const command of commands) {
      const isAir = (job) => ANOTHER_AIR.test(job.command);
      if (isAir(command) && this.#staying.some(isAir)) await this.end();
      const job = this.#start(command);
      if (STAYS.test(command.bare)) {
        this.#staying.push(job);
        await Promise.race([job.ended, job.spoke]);
        if (job.status !== undefined) this.#judge(job);
      } else {
        await job.ended;
        this.#judge(job);
      }
    }
    return commands.length;
  }

  /** Ctrl-C for all that stays, the last first. @throws DocumentError when one had ended before, or does not end */
  async end() {
    for (const job of this.#staying.splice(0).reverse()) {
      if (job.status !== undefined) this.#judge(job);
      const late = setTimeout(() => job.kill('SIGKILL'), END_MS);
      job.kill('SIGINT');
      await job.ended;
      clearTimeout(late);
      if (![0, 130, 'SIGINT'].includes(job.status)) this.#judge(job);
    }
    // An air ends a second after the last one who was on it.
    const airs = () =>
      readdirSync(this.#env.HOME, { recursive: true }).some((file) => file.endsWith('hub.sock'));
    for (let waited = 0; airs() && waited < END_MS; waited += 100) await pause(100);
  }

  /** Nothing is left behind, whatever went wrong. */
  kill() {
    for (const job of this.#staying.splice(0)) job.kill('SIGKILL');
  }

  #start({ who, command, bare, line, shown }) {
    const state = join(this.#folder, '.state');
    const stays = STAYS.test(bare);
    const typed = this.#filled(stays ? bare.replace(/&$/, '') : command);
    const script = [
      existsSync(state) && `. ${state}`,
      // What it exports and where it goes stays for the next one.
      !stays && `trap '{ export -p; printf "cd %q" "$PWD"; } >${state}' EXIT`,
      `export KEY_PAIRING_CODE=${this.#code} KEY_PIN=${PIN} KEY_OLD_PIN=${PIN}`,
      `export KEY_CLOUD_PASSWORD='${PASSWORD}'`,
      who !== '' && `export KEY_HOME="$HOME/${who}" KEY_AIR="$HOME/air" KEY_RADIO=virtual`,
      'exec 2>&1',
      typed,
    ]
      .filter(Boolean)
      .join('\n');
    const child = spawn('bash', ['-e', '-c', script], {
      cwd: this.#folder,
      env: this.#env,
      detached: true, // a group of its own: Ctrl-C is for all of it
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const job = { line, command: typed, shown, output: '', status: undefined };
    job.kill = (signal) => {
      try {
        if (job.status === undefined) process.kill(-child.pid, signal);
      } catch {
        // It has ended by now.
      }
    };
    const late = setTimeout(() => job.kill('SIGKILL'), stays ? 2 ** 31 - 1 : TIMEOUT_MS);
    job.ended = new Promise((resolve) => {
      child.once('close', (status, signal) => {
        clearTimeout(late);
        job.status = status ?? signal;
        resolve();
      });
    });
    job.spoke = new Promise((resolve) => {
      const quiet = setTimeout(resolve, SLOW.test(bare) ? SLOW_MS : QUIET_MS);
      quiet.unref();
      child.stdout.setEncoding('utf8').on('data', (chunk) => {
        job.output += chunk;
        this.#learn(job.output);
        // That it uses the virtual air, and what it does first, comes before it is there.
        const lines = job.output.split('\n').slice(0, -1);
        if (lines.some((each) => !/key doctor| \.\.\.$/.test(each))) resolve();
      });
    });
    return job;
  }

  /** Links that are written as `...` are those that were shown last, and so is the code of a car for the cloud. */
  #filled(command) {
    return command
      .replace(/phonekey:([\w-]+)\/(?:\.\.\.|…)/g, (whole, kind) => this.#links.get(kind) ?? whole)
      .replace(CLAIM, (whole) => this.#claim || whole);
  }

  #learn(output) {
    for (const [, one, two] of output.matchAll(/code: (\d{4}) ?(\d{4})/g)) this.#code = one + two;
    for (const [code] of output.matchAll(CLAIM)) this.#claim = code;
    for (const [link, kind] of output.matchAll(/phonekey:([\w-]+)\/[\w-]{8,}/g)) {
      this.#links.set(kind, link);
    }
  }

  #judge({ command, line, output, shown, status }) {
    const wanted = Number(/# exit (\d+)/.exec(command)?.[1] ?? 0);
    const fail = (why) => new DocumentError(this.#document, line, `${command}\n${why}\n${output}`);
    if (shown.length > 0) {
      if (typeof status !== 'number') throw fail(`ended by ${status}`);
      if (!matches(shown, output))
        throw fail(`does not print what is shown:\n${shown.join('\n')}\nbut:`);
    } else if (status !== wanted) throw fail(`ended with ${status}, not ${wanted}:`);
  }
}
