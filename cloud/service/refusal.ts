/** What is told instead of an answer; says nothing that who asked may not know. */
export class Refusal extends Error {
  readonly status: RefusalStatus;
  /** Stable. */
  readonly code: string;
  /** For 429: when to try again. */
  readonly retryAfterS: number | undefined;

  constructor(status: RefusalStatus, code: string, message: string, retryAfterS?: number) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.code = code;
    this.retryAfterS = retryAfterS;
  }
}

export type RefusalStatus = 400 | 401 | 403 | 404 | 409 | 413 | 429 | 500 | 503;

export const notFound = (what: string): Refusal =>
  new Refusal(404, 'not-found', `there is no such ${what}`);

export const tooMany = (message: string, retryAfterS: number): Refusal =>
  new Refusal(429, 'too-many', message, Math.max(1, Math.ceil(retryAfterS)));
