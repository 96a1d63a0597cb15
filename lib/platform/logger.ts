/** What the library tells about its work. Never given a secret: see docs/THREAT-MODEL.md. */
export interface Logger {
  /** What only somebody who looks for a fault wants to know. */
  debug(message: string, fields?: LogFields): void;
  /** What is worth a line, and in order. */
  info(message: string, fields?: LogFields): void;
  /** What went wrong, and was dealt with. */
  warn(message: string, fields?: LogFields): void;
}

/** What belongs to a message: plain values. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Says nothing. The default everywhere. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
};

/**
 * Is given what opens one session to whoever recorded it, as a line of text with its end, so that somebody
 * who records the air can read what is sealed: for simulation and development (compare SSLKEYLOGFILE of
 * TLS). Without it these keys are kept nowhere but in the session. Must not throw.
 */
export type KeyLog = (line: string) => void;
