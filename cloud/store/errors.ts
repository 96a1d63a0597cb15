/** Why a store did not do what it was asked. Its message has no value of a query, so that it may be logged. */
export class StoreError extends Error {
  override readonly name = 'StoreError';

  /**
   * @param code `away`: the database cannot be reached, or did not answer: what was asked may have been done all the same;
   *   `in-use`: another program has the embedded one; `newer`: a later version of this program has changed it; `gone`: what was
   *   referred to (a car, an account) is not there; `failed`: anything else
   */
  constructor(
    readonly code: 'away' | 'in-use' | 'newer' | 'gone' | 'failed',
    message: string,
  ) {
    super(message);
  }

  /** Whether the same may work later, without anybody doing anything: 503 to who asked. */
  get temporary(): boolean {
    return this.code === 'away';
  }
}

/** SQLSTATE classes and codes (PostgreSQL, appendix A) of a database that is away, shuts down, starts, or has no place. */
const AWAY = /^(?:08|53|57P|58)|^57014$|^25P03$|^40001$|^40P01$/;
const SQLSTATE = /^[0-9A-Z]{5}$/;
const FOREIGN_KEY = '23503';

/** Made of what drizzle, pg and PGlite throw; drizzle's own message would tell the parameters. */
export const storeError = (error: unknown): StoreError => {
  if (error instanceof StoreError) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = codeOf(cause);
  if (code === FOREIGN_KEY) return new StoreError('gone', 'the car or account is not there');
  if (code !== undefined && SQLSTATE.test(code) && !AWAY.test(code)) {
    return new StoreError('failed', `the database refused (SQLSTATE ${code})`);
  }
  // What has no SQLSTATE is of a socket, or of pg about one.
  if (code !== undefined || isOfConnection(cause)) {
    return new StoreError('away', `the database is away (${code ?? 'connection lost'})`);
  }
  return new StoreError('failed', 'the database failed');
};

const codeOf = (error: unknown): string | undefined => {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  // Of a host with several addresses.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return undefined;
};

/** pg tells these by words alone. */
const isOfConnection = (error: unknown): boolean =>
  error instanceof Error &&
  /connection|timeout|not queryable|Cannot use a pool after/i.test(error.message);
