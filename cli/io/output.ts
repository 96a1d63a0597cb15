import { styleText } from 'node:util';

type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours a text, or leaves it as it is. */
type Paint = (colour: Colour, text: string) => string;

/** FORCE_COLOR beats NO_COLOR, as in Node itself; both are ignored when empty. */
export const wantsColour = (stream: Pick<Sink, 'isTTY'>, env: NodeJS.ProcessEnv): boolean => {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
};

const painter = (stream: Sink, env: NodeJS.ProcessEnv): Paint =>
  wantsColour(stream, env)
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_colour, text) => text;

/** A stream to write to, as far as the command needs it. */
export interface Sink {
  readonly isTTY?: boolean | undefined;
  /** Width of the terminal. */
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/**
 * Where the command speaks: results go to stdout and nothing else does, talk goes to stderr. With
 * `--json` every result is one line of JSON.
 */
export class Output {
  readonly json: boolean;
  /** Colours for stdout. */
  readonly paint: Paint;
  /** Colours for stderr. */
  readonly paintTalk: Paint;
  /** Whether somebody watches stderr on a terminal that can move its cursor. */
  readonly watched: boolean;
  readonly #out: Sink;
  readonly #err: Sink;

  constructor(out: Sink, err: Sink, env: NodeJS.ProcessEnv, json: boolean) {
    this.#out = out;
    this.#err = err;
    this.json = json;
    this.watched = err.isTTY === true && env['TERM'] !== 'dumb';
    this.paint = painter(out, env);
    this.paintTalk = painter(err, env);
  }

  /** A result: `value` with `--json`, the lines otherwise. */
  result(value: object, lines: readonly string[]): void {
    if (this.json) this.#out.write(`${JSON.stringify(value)}\n`);
    else for (const line of lines) this.#out.write(`${line}\n`);
  }

  /** What happened at `time` (ISO 8601): to a person with the time of day, in UTC. */
  event(time: string, value: object, sentence: string): void {
    this.result(value, [`${this.paint('dim', time.slice(11, 23))} ${sentence}`]);
  }

  /** A remark for the person: a line of its own, which looks like no error. */
  say(text: string): void {
    this.#err.write(`${text}\n`);
  }

  /** To stderr as it is. */
  talk(text: string): void {
    this.#err.write(text);
  }
}
