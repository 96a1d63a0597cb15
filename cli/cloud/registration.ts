import { PhoneKeyError } from '../../lib/errors.js';
import { JsonError, name, object, readJson } from '../../local/json.js';
import { PrivateDirectory } from '../config/private-directory.js';

/** What a car got from the cloud when it registered; who has it can stand in for the car there, and opens nothing. */
export interface Registration {
  /** Of the cloud. */
  readonly url: string;
  /** The id of the car. */
  readonly car: string;
  /** What it connects with. */
  readonly secret: string;
  readonly brokerUrl: string;
  /** What its owner claims it with, */
  readonly claimCode: string;
  /** until this time; ISO 8601, UTC. */
  readonly claimExpiresAt: string;
}

const FILE = 'cloud.json';
const MOST_BYTES = 4096;
const text = name(512);

const reader = object<Registration>({
  url: name(2048),
  car: text,
  secret: text,
  brokerUrl: text,
  claimCode: text,
  claimExpiresAt: text,
});

/**
 * Undefined where the car has never registered.
 * @param home of the car
 * @throws PhoneKeyError `sim.damaged`, `keys.permissions`, or the file system's own errors
 */
export const readRegistration = async (home: string): Promise<Registration | undefined> => {
  const found = await new PrivateDirectory(home).read(FILE, MOST_BYTES);
  if (found === undefined) return undefined;
  try {
    return readJson(found, 'the file', reader);
  } catch (cause) {
    if (!(cause instanceof JsonError)) throw cause;
    throw new PhoneKeyError('sim.damaged', `cannot use ${FILE} of the car: ${cause.message}`, {
      cause,
      hint: `Delete ${FILE} in ${home}: the car registers anew, and its owner claims it again.`,
    });
  }
};

/** Resolves once it is durable; of mode 0600. Rejects as `PrivateDirectory` does. */
export const writeRegistration = async (home: string, registration: Registration): Promise<void> => {
  await new PrivateDirectory(home).write(FILE, `${JSON.stringify(registration)}\n`, 'replace');
};

/** What a person claims a car with, and until when. */
export type Claim = Pick<Registration, 'claimCode' | 'claimExpiresAt'>;

/** The code while it is of use; the car does not know whether somebody has used it. */
export const claimOf = (
  { claimCode, claimExpiresAt }: Registration,
  now = Date.now(),
): Claim | undefined =>
  Date.parse(claimExpiresAt) > now ? { claimCode, claimExpiresAt } : undefined;

/** The same of the car whose home that is; undefined where there is none, or it cannot be read. */
export const claimAt = async (home: string): Promise<Claim | undefined> => {
  const registration = await readRegistration(home).catch(() => undefined);
  return registration && claimOf(registration);
};
