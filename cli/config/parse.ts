import { InvalidArgumentError } from 'commander';

/** Metres on the virtual air. */
export interface Position {
  readonly x: number;
  readonly y: number;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;
const FARTHEST_M = 10_000;

/** `--timeout 2.5` in seconds. */
export const parseSeconds = (text: string): number => {
  const seconds = Number(text);
  if (!NUMBER.test(text) || seconds <= 0 || seconds > 86_400) {
    throw new InvalidArgumentError('A number of seconds is needed, more than 0.');
  }
  return seconds;
};

/** `--at 3,-2.5` in metres. */
export const parsePosition = (text: string): Position => {
  const [x, y, ...rest] = text.split(',').map((part) => part.trim());
  const valid = (part: string | undefined): part is string =>
    part !== undefined && NUMBER.test(part) && Math.abs(Number(part)) <= FARTHEST_M;
  if (!valid(x) || !valid(y) || rest.length > 0) {
    throw new InvalidArgumentError('Two numbers of metres are needed: x,y.');
  }
  return { x: Number(x), y: Number(y) };
};

/** A slot of the car, as `key keys list` shows it. */
export const parseSlot = (text: string): number => {
  if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('A slot number is needed.');
  return Number(text);
};
