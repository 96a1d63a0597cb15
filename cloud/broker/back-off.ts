/*
 * When to try again: after a delay that is drawn anew from all of a window ("full jitter"), which doubles with each failure.
 * So those that lost the same broker at the same moment come back one by one, and soon.
 */

export interface BackOff {
  /** The first window, in milliseconds. */
  readonly firstMs: number;
  readonly mostMs: number;
  /** A connection that held so long makes up for the failures before it. */
  readonly stableMs: number;
}

/** 1,000 cars come back at 200 a second; the first window is that wide for their sake. */
export const CAR_BACK_OFF: BackOff = { firstMs: 5_000, mostMs: 60_000, stableMs: 30_000 };
/** There are few services, and all cars wait for them. */
export const SERVICE_BACK_OFF: BackOff = { firstMs: 500, mostMs: 10_000, stableMs: 30_000 };

/**
 * What follows when a connection, or an attempt at one, has failed.
 * @param failures those before it
 * @param heldMs how long the connection was there; undefined: it did not come about
 * @param fraction random, 0 up to 1
 */
export const afterFailure = (
  { firstMs, mostMs, stableMs }: BackOff,
  failures: number,
  heldMs: number | undefined,
  fraction: number,
): { readonly waitMs: number; readonly failures: number } => {
  const before = heldMs !== undefined && heldMs >= stableMs ? 0 : failures;
  const window = Math.min(mostMs, firstMs * 2 ** Math.min(before, 30));
  return { waitMs: fraction * window, failures: before + 1 };
};
