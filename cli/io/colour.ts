import { styleText } from 'node:util';

export type Colour = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** Colours a text, or leaves it as it is. */
export type Paint = (colour: Colour, text: string) => string;

interface Stream {
  readonly isTTY?: boolean | undefined;
}

/** FORCE_COLOR beats NO_COLOR, as in Node itself; both are ignored when empty. */
export const wantsColour = (stream: Stream, env: NodeJS.ProcessEnv): boolean => {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return stream.isTTY === true;
};

export const painter = (stream: Stream, env: NodeJS.ProcessEnv): Paint =>
  wantsColour(stream, env)
    ? (colour, text) => styleText(colour, text, { validateStream: false })
    : (_colour, text) => text;
