import { PhoneKeyError } from '../../lib/errors.js';
import { isJsonObject, type JsonObject } from '../../lib/platform/json.js';
import { FARTHEST_METRES, MAX_LABEL_BYTES } from '../vendor.js';
import type { Position } from '../medium/path-loss.js';
import { SPEED_RANGE, type MoveRequest } from './control.js';
import type { ControlDesk } from './desk.js';

/** One operation of a control connection: parses its arguments and gives what to answer. */
type Operation = (desk: ControlDesk, args: JsonObject) => object;

const OPERATIONS: ReadonlyMap<unknown, Operation> = new Map<unknown, Operation>([
  [
    'info',
    (desk, args) => {
      expectKeys(args, []);
      return desk.info();
    },
  ],
  [
    'list',
    (desk, args) => {
      expectKeys(args, []);
      return desk.list();
    },
  ],
  ['move', (desk, args) => desk.move(parseMove(args))],
]);

/** True for one of the requests that change what their connection is. */
export const isRequest = (request: JsonObject, op: 'tap' | 'stop'): boolean => {
  if (request['op'] !== op) return false;
  expectKeys(request, ['op']);
  return true;
};

/**
 * Does what a request `{"op":...}` asks for, and gives the result.
 * @throws PhoneKeyError `usage.invalid`
 */
export const perform = (desk: ControlDesk, request: JsonObject): object => {
  const { op, ...args } = request;
  const operation = OPERATIONS.get(op);
  if (operation === undefined) throw invalid('there is no such operation');
  return operation(desk, args);
};

const parseMove = (args: JsonObject): MoveRequest => {
  expectKeys(args, ['who', 'to', 'speed']);
  const { who, to, speed } = args;
  if (typeof who !== 'string' || who === '' || Buffer.byteLength(who) > MAX_LABEL_BYTES) {
    throw invalid(`who is a label or an address, 1 to ${String(MAX_LABEL_BYTES)} bytes`);
  }
  if (speed === undefined) return { who, to: parsePosition(to) };
  const { min, max } = SPEED_RANGE;
  if (!isNumber(speed) || speed < min || speed > max) {
    throw invalid(`speed is metres in a second, ${String(min)} to ${String(max)}`);
  }
  return { who, to: parsePosition(to), speed };
};

const parsePosition = (value: unknown): Position => {
  if (isJsonObject(value)) {
    expectKeys(value, ['x', 'y']);
    const { x, y } = value;
    if (isNumber(x) && isNumber(y) && Math.max(Math.abs(x), Math.abs(y)) <= FARTHEST_METRES) {
      return { x, y };
    }
  }
  throw invalid('to is two numbers of metres: {"x":1,"y":0}');
};

/** JSON knows neither infinities nor NaN, but `1e999` is read as one. */
const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

/** What is not known is not passed over: it may have been meant to matter. */
const expectKeys = (args: JsonObject, allowed: readonly string[]): void => {
  const unknown = Object.keys(args).find((name) => !allowed.includes(name));
  if (unknown !== undefined) throw invalid(`${JSON.stringify(unknown)} means nothing here`);
};

const invalid = (message: string): PhoneKeyError => new PhoneKeyError('usage.invalid', message);
