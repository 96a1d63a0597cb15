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
const SQLSTATE = /^(?!E)[0-9A-Z]{5}$/; // EPIPE and such are of sockets
const FOREIGN_KEY = '23503';

/** Made of what drizzle, pg and PGlite throw; drizzle's own message would tell the parameters. */
export const storeError = (error: unknown): StoreError => {
  if (error instanceof StoreError) return error;
  const { code, message } = rootOf(error);
  if (code === FOREIGN_KEY) return new StoreError('gone', 'the car or account is not there');
  if (code !== undefined && SQLSTATE.test(code) && !AWAY.test(code)) {
    return new StoreError('failed', `the database refused (SQLSTATE ${code})`);
  }
  // What has no SQLSTATE is of a socket, or of pg about one, which says so by words alone.
  if (code !== undefined || /connection|timeout|not queryable/i.test(message)) {
    return new StoreError('away', `the database is away (${code ?? 'connection lost'})`);
  }
  return new StoreError('failed', 'the database failed');
};

interface Root {
  readonly code: string | undefined;
  readonly message: string;
}

/** What is at the bottom of an error; of several addresses of a host the first. */
const rootOf = (error: unknown): Root => {
  if (!isRecord(error)) return { code: undefined, message: '' };
  const { cause, errors, code, message } = error;
  if (isRecord(cause)) return rootOf(cause);
  if (Array.isArray(errors) && errors.length > 0) return rootOf(errors[0]);
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : '',
  };
};

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
