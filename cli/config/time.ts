import { NO_END } from '../../lib/credentials/grant.js';

/** Seconds since 1970 as `2026-05-01T16:00:00Z`, which options take as well. */
export const formatTime = (seconds: number): string =>
  new Date(seconds * 1000).toISOString().replace('.000', '');

/** The end of a grant; null where it has none. */
export const endTime = (notAfter: number): string | null =>
  notAfter === NO_END ? null : formatTime(notAfter);
