/**
 * Every error of the library is a PhoneKeyError. Callers decide by `code` (stable), and the person
 * in front of the car gets three answers: did it perhaps happen, shall I try again, what do I do.
 */
export class PhoneKeyError extends Error {
  /** What happened, by a name that never changes its meaning. */
  readonly code: ErrorCode;
  /** The group of codes that it belongs to. */
  readonly kind: ErrorKind;
  /** True when a command was sent and no answer came: the car may have done it. */
  readonly mayHaveSucceeded: boolean;
  /** True when the same call may well succeed a moment later. */
  readonly temporary: boolean;
  /** What to do now, as a sentence for a person. */
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: PhoneKeyErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const entry: ErrorEntry = ERRORS[code];
    this.name = 'PhoneKeyError';
    this.code = code;
    this.kind = entry.kind;
    this.mayHaveSucceeded = options.mayHaveSucceeded ?? entry.kind === 'outcome-unknown';
    this.temporary = options.temporary ?? entry.temporary;
    this.hint = options.hint ?? entry.hint;
  }

  /** For logs and `--json`: without cause and stack. */
  toJSON(): ErrorObject {
    const { code, kind, message, mayHaveSucceeded, temporary, hint } = this;
    return { code, kind, message, mayHaveSucceeded, temporary, hint };
  }

  /** The error that another process told with `toJSON`; undefined when the value is not one. */
  static fromJSON(value: unknown): PhoneKeyError | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    const { code, message, mayHaveSucceeded, temporary, hint } = value as Record<string, unknown>;
    if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) return undefined;
    if (typeof message !== 'string') return undefined;
    return new PhoneKeyError(code as ErrorCode, message, {
      ...(typeof mayHaveSucceeded === 'boolean' && { mayHaveSucceeded }),
      ...(typeof temporary === 'boolean' && { temporary }),
      ...(typeof hint === 'string' && { hint }),
    });
  }
}

/** What an error says beside its code; where it does not, that of the code. */
export interface PhoneKeyErrorOptions extends Partial<
  Pick<PhoneKeyError, 'mayHaveSucceeded' | 'temporary' | 'hint'>
> {
  /** What was thrown below. */
  readonly cause?: unknown;
}

/** An error as JSON. */
export type ErrorObject = Pick<
  PhoneKeyError,
  'code' | 'kind' | 'message' | 'mayHaveSucceeded' | 'temporary' | 'hint'
>;

/** Groups of codes; the command line gives each kind an exit code of its own. */
export type ErrorKind =
  | 'usage'
  | 'refused'
  | 'unreachable'
  | 'outcome-unknown'
  | 'key-store'
  | 'security'
  | 'interrupted'
  | 'internal';

/** What the errors of one code have in common. */
export type ErrorEntry = Pick<PhoneKeyError, 'kind' | 'temporary' | 'hint'>;

const entry = (kind: ErrorKind, temporary: boolean, hint: string): ErrorEntry => ({
  kind,
  temporary,
  hint,
});

/** The stable codes: `area.what`. A code is never reused for something else. */
const ERRORS = {
  'usage.invalid': entry('usage', false, 'Give something else; the message says what is wrong.'),

  'radio.unavailable': entry('unreachable', false, 'Switch Bluetooth on, or use another radio.'),
  'radio.air-full': entry(
    'unreachable',
    true,
    'End some of the programs that are on the virtual air, and try again.',
  ),
  'radio.scan-failed': entry(
    'unreachable',
    true,
    'Try again; where it stays so, switch Bluetooth off and on.',
  ),
  'radio.connect-failed': entry('unreachable', true, 'Go closer to the car and try again.'),
  'radio.link-lost': entry('unreachable', true, 'Go closer to the car and try again.'),
  'radio.timeout': entry('unreachable', true, 'Go closer to the car and try again.'),
  'radio.closed': entry('unreachable', false, 'The radio was closed; open it again.'),
  'car.not-found': entry(
    'unreachable',
    true,
    'Go closer to the car and check that it is running. One with a single link is not heard either while another phone has that.',
  ),
  'car.busy': entry('unreachable', true, 'Others have all of its links: try again in a moment.'),
  /** It was heard, and took the connection; its controller does that alone. */
  'car.asleep': entry(
    'unreachable',
    true,
    'Wake it: pull a handle, or tap the key card. Where that does not help, start it again.',
  ),
  'car.silent': entry('unreachable', true, 'The car did not answer in time; try again.'),
  'car.too-late': entry(
    'unreachable',
    true,
    'Nothing was done. Ask again; if it stays so, somebody may be holding messages back.',
  ),

  'car.outcome-unknown': entry(
    'outcome-unknown',
    true,
    'The command may have been carried out. Look at the car, or ask it.',
  ),

  'car.not-recognised': entry(
    'refused',
    false,
    'This phone may have been removed from the car. Pair it again.',
  ),
  /** Told to who has proved the key, or shown a chain of grants that holds; strangers get `car.not-recognised`. */
  'car.key-revoked': entry('refused', false, 'Ask an owner to give it back.'),
  'car.key-expired': entry('refused', false, 'Ask the owner for a new grant.'),
  'car.not-permitted': entry('refused', false, 'Ask the owner of the car for this permission.'),
  'car.refused': entry('refused', false, 'See what the car says.'),
  'pairing.closed': entry(
    'refused',
    true,
    'Tap the key card on the reader to open a pairing window, then pair within 120 seconds.',
  ),
  'pairing.wrong-code': entry(
    'refused',
    true,
    'Read the code on the screen of the car again. After three tries the window closes.',
  ),
  'pairing.slots-full': entry('refused', false, 'Remove a key first.'),
  'pairing.last-owner': entry(
    'refused',
    false,
    'Open the window for an owner, or pair another owner first.',
  ),
  'pairing.key-mismatch': entry(
    'refused',
    false,
    'Remove the key at the car, then pair again. If nobody changed the keys of this phone, somebody else may have its key.',
  ),

  'cloud.unreachable': entry(
    'unreachable',
    true,
    'Check the connection to the internet and the address of the cloud. Near the car, its Bluetooth needs no cloud.',
  ),
  'cloud.timeout': entry(
    'unreachable',
    true,
    'Try again later. Near the car, its Bluetooth needs no cloud.',
  ),
  'cloud.failed': entry(
    'unreachable',
    true,
    'The fault is in the cloud: try again later. Near the car, its Bluetooth needs no cloud.',
  ),
  'cloud.limited': entry('unreachable', true, 'Wait a minute and try again.'),
  'cloud.car-offline': entry(
    'unreachable',
    true,
    'The car has no connection to the cloud now. Go to the car: its Bluetooth needs none.',
  ),
  'cloud.logged-out': entry(
    'refused',
    false,
    'Log in to the cloud again. Near the car, its Bluetooth needs no account.',
  ),
  'cloud.not-permitted': entry(
    'refused',
    false,
    'See which cars and which rights this account has in the cloud.',
  ),
  /** 409, other than a car that is away. */
  'cloud.conflict': entry('refused', false, 'See what is there already.'),
  'cloud.malformed': entry(
    'security',
    false,
    'What answers is no cloud of phonekey, or a newer one: check its address.',
  ),
  'cloud.not-installed': entry(
    'usage',
    false,
    'Install the package of the cloud; the message names the command.',
  ),

  'clock.differs': entry(
    'usage',
    false,
    "Set this phone's clock, or the car's with the card, then ask the car once for its status.",
  ),
  'clock.ahead': entry('usage', true, 'Try again later.'),

  'grant.invalid': entry(
    'security',
    false,
    'Ask the owner for a new grant. This one is not for you, or was altered.',
  ),

  'keys.not-paired': entry('key-store', false, 'Pair this phone first.'),
  'keys.unknown-car': entry('key-store', false, 'List the cars this phone knows.'),
  'keys.unreadable': entry('key-store', false, 'Restore the key file, or pair again.'),
  'keys.earlier-format': entry(
    'key-store',
    false,
    'An earlier phonekey wrote it, for cars that remembered less. Delete it and pair again.',
  ),
  'keys.permissions': entry(
    'key-store',
    false,
    'Make the key files private: chmod 700 the directory, chmod 600 the files.',
  ),
  'keys.not-saved': entry('key-store', true, 'Check that the disk is writable and not full.'),

  'protocol.malformed': entry('security', false, 'The other side does not follow the protocol.'),
  'protocol.too-large': entry('security', false, 'The other side does not follow the protocol.'),
  'protocol.version': entry('security', false, 'Update phonekey on the phone or in the car.'),
  'protocol.authentication': entry(
    'security',
    true,
    'The answer did not come from your car, or was altered on the way. Do not rely on it.',
  ),
  'protocol.order': entry('security', false, 'The other side does not follow the protocol.'),
  'crypto.weak-key': entry('security', false, 'The other side offered a weak key.'),
  'crypto.invalid-input': entry('internal', false, 'A key or nonce has the wrong length.'),
  'noise.state': entry('internal', false, 'A handshake function was called out of turn.'),
  'noise.message': entry('security', false, 'The handshake message is too short or too long.'),
  'noise.nonce-exhausted': entry('security', true, 'Connect again to get fresh keys.'),

  'fob.cell-empty': entry(
    'unreachable',
    false,
    'Use another key, the phone or the card, and put a new CR2032 into the fob.',
  ),

  'sim.not-running': entry('unreachable', false, 'Start the car first.'),
  'sim.already-running': entry('usage', false, 'A car with this name runs already.'),
  'sim.door-full': entry(
    'unreachable',
    true,
    "End some of the programs that are at the car's control door, and try again.",
  ),
  'sim.storage': entry('internal', false, 'Check that the disk is writable and not full.'),
  'sim.damaged': entry(
    'internal',
    false,
    "Restore the car's memory from a backup, or delete it to make a new car; every phone must then be paired again.",
  ),
  'sim.refused': entry('refused', false, 'See what state the car is in.'),

  interrupted: entry('interrupted', true, 'Interrupted; nothing more was sent.'),
  internal: entry('internal', false, 'This is a bug in phonekey; please report it.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** All codes with their kind and default hint, for documentation and tests. */
export const errorCatalogue: Readonly<Record<ErrorCode, ErrorEntry>> = ERRORS;

/**
 * A word for what failed, for a log or an event: a code and where it was thrown. Of the message of an error that is not
 * ours nobody knows what it repeats, a key perhaps.
 */
export const faultWord = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  const thrower = /\n\s+at (?:async )?([^\s(]+) \(/.exec(error.stack ?? '')?.[1];
  if (error instanceof PhoneKeyError || thrower === undefined) return code;
  return `${code} in ${thrower}`;
};

/** What an error of any origin says. */
export const errorMessage = (error: unknown): string => {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'what cannot be said'; // an object that is no text
  }
};

/** What was thrown, by whatever, as a PhoneKeyError: one stays as it is. @param what was done, for the message */
export const asPhoneKeyError = (error: unknown, code: ErrorCode, what: string): PhoneKeyError =>
  error instanceof PhoneKeyError
    ? error
    : new PhoneKeyError(code, `${what} failed: ${errorMessage(error)}`, { cause: error });

/** Does what may throw anything, at once or later, and rejects with PhoneKeyError alone. */
export const bounded = async <T>(
  what: string,
  code: ErrorCode,
  work: () => T | Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    throw asPhoneKeyError(error, code, what);
  }
};
