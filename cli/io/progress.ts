import type { Output } from './output.js';

const SILENT_MS = 1_000;
const FRAME_MS = 100;
const FRAMES = ['-', '\\', '|', '/'];

/**
 * Says what is going on when it takes longer than a second: a line that moves on a terminal, one
 * plain line elsewhere. Settles as `work` does, and leaves no trace on the terminal; nor from the moment on
 * at which `work` calls what it is given, because it has a question.
 */
export const withProgress = async <T>(
  output: Output,
  doing: string | (() => string),
  work: (quiet: () => void) => Promise<T>,
): Promise<T> => {
  const what = (): string => (typeof doing === 'string' ? doing : doing());
  let frame = 0;
  let drawing: NodeJS.Timeout | undefined;
  const draw = (): void => {
    const sign = FRAMES[frame++ % FRAMES.length] ?? '';
    const seconds = Math.round((SILENT_MS + frame * FRAME_MS) / 1000);
    output.talk(`\r\u001b[K${sign} ${what()} (${String(seconds)} s)`);
  };
  const waiting = setTimeout(() => {
    if (!output.watched) output.say(`${what()} ...`);
    else drawing = setInterval(draw, FRAME_MS);
  }, SILENT_MS);
  const quiet = (): void => {
    clearTimeout(waiting);
    if (drawing === undefined) return;
    clearInterval(drawing);
    drawing = undefined;
    output.talk('\r\u001b[K');
  };
  try {
    return await work(quiet);
  } finally {
    quiet();
  }
};
