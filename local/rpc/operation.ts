import { PhoneKeyError } from '../../lib/errors.js';
import { JsonError, object } from '../json.js';
import type { JsonReader } from '../json.js';

/*
 * Requests and answers are JSON objects, one a line, in order:
 *
 *     {"op":"info"}                                          {"result":{"seed":"5f…","pace":"instant",…}}
 *     {"op":"move","who":"phone","to":{"x":1,"y":0}}         {"result":{"label":"phone",…}}
 *     {"op":"fly"}                                           {"error":{"code":"usage.invalid",…}}
 *
 * After the result of a stream come its events, an object in each line. The one request that is then
 * taken is `{"op":"stop"}`; upon that, and when the server ends, an empty result says that this was all.
 */

/** What server and client both know of a request; each reads strictly what the other has written. */
export interface Operation<P extends object, R> {
  readonly op: string;
  readonly parameters: JsonReader<P>;
  readonly result: JsonReader<R>;
}

/** One that goes on after its result, until it is stopped. */
export interface Stream<P extends object, R, E extends object> extends Operation<P, R> {
  readonly event: JsonReader<E>;
  /** An event as JSON, where it is not that already. */
  readonly toJson?: (event: E) => object;
}

export const STOP = 'stop';

/** No parameters. */
export type None = Readonly<Record<string, never>>;

export const none: JsonReader<None> = object<None>({});

/** The result of what is only done: an empty object. */
export const done: JsonReader<void> = (value, what) => {
  none(value, what);
};

/** What is asked of an operation, by the same rules in whatever process. @throws PhoneKeyError `usage.invalid` */
export const readParameters = <P>(parameters: JsonReader<P>, given: object): P => {
  try {
    return parameters(given, 'the request');
  } catch (error) {
    if (error instanceof JsonError) throw new PhoneKeyError('usage.invalid', error.message);
    throw error;
  }
};
