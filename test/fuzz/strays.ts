/**
 * Rejections that nobody handles, and exceptions out of timers and events: what would end the process.
 * @returns what came since the last call, or undefined
 */
export const catchStrays = (): { take: () => unknown; stop: () => void } => {
  let stray: unknown;
  const note = (error: unknown): void => {
    stray ??= error ?? new Error('rejected without a reason');
  };
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  return {
    take() {
      const taken = stray;
      stray = undefined;
      return taken;
    },
    stop() {
      process.off('unhandledRejection', note);
      process.off('uncaughtException', note);
    },
  };
};
