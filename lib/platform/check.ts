import { PhoneKeyError } from '../errors.js';

/** Options as applications give them, perhaps from JavaScript, are checked here before anything acts on them. */

/** What a value must be. */
export interface Rule {
  readonly holds: (value: unknown) => boolean;
  /** As it ends a sentence: `a whole number from 1 to 24`. */
  readonly says: string;
  /** Undefined is no value either. */
  readonly needed?: true;
}

type Rules<T> = { readonly [K in keyof T]?: Rule };

const bounds = (least: number, most: number): string => {
  if (least === -Number.MAX_VALUE) return '';
  return most >= Number.MAX_SAFE_INTEGER
    ? `, ${String(least)} or more`
    : ` from ${String(least)} to ${String(most)}`;
};

/**
 * Numbers between two bounds, both included; NaN is none.
 * @param says where the bounds are not enough: `a number of metres`
 */
export const number = (
  least = -Number.MAX_VALUE,
  most = Number.MAX_VALUE,
  says = 'a number',
): Rule => ({
  holds: (value) => typeof value === 'number' && value >= least && value <= most,
  says: `${says}${bounds(least, most)}`,
});

export const whole = (least: number, most = Number.MAX_SAFE_INTEGER): Rule => ({
  holds: (value) => Number.isInteger(value) && number(least, most).holds(value),
  says: `a whole number${bounds(least, most)}`,
});

/** How many milliseconds something may take; Infinity: as many as it takes. */
export const duration: Rule = number(0, Infinity, 'a number of milliseconds');

export const text: Rule = { holds: (value) => typeof value === 'string', says: 'a text' };
export const yesOrNo: Rule = {
  holds: (value) => typeof value === 'boolean',
  says: 'true or false',
};
export const callback: Rule = {
  holds: (value) => typeof value === 'function',
  says: 'a function',
};

export const oneOf = (values: readonly unknown[]): Rule => ({
  holds: (value) => values.includes(value),
  says: `one of ${values.map(String).join(', ')}`,
});

export const listOf = (rule: Rule, least = 0): Rule => ({
  holds: (value) => Array.isArray(value) && value.length >= least && value.every(rule.holds),
  says: least > 0 ? `a list, not empty, each ${rule.says}` : `a list, each ${rule.says}`,
});

/** An object that can do all of this. @param says such as `a store` */
export const having = (says: string, ...methods: readonly string[]): Rule => ({
  holds: (value) =>
    isObject(value) && methods.every((name) => typeof Reflect.get(value, name) === 'function'),
  says: methods.length === 0 ? says : `${says} with ${methods.join(', ')}`,
});

/** An object of which each of these is as it should be. */
export const record = (rules: Readonly<Record<string, Rule>>): Rule => ({
  holds: (value) =>
    isObject(value) &&
    Object.entries(rules).every(([name, rule]) => fits(rule, Reflect.get(value, name))),
  says: `an object in which ${Object.entries(rules)
    .map(([name, rule]) => `${name} is ${rule.says}`)
    .join(' and ')}`,
});

export const needed = (rule: Rule): Rule => ({ ...rule, needed: true });

export const signal: Rule = having('an AbortSignal', 'addEventListener', 'throwIfAborted');
export const clock: Rule = having('a clock', 'now', 'after');

/** @throws PhoneKeyError `usage.invalid` */
export const check = (what: string, value: unknown, rule: Rule): void => {
  if (fits(rule, value)) return;
  throw new PhoneKeyError('usage.invalid', `${what} is ${rule.says}, not ${kindOf(value)}`);
};

/**
 * Checks those options that are given, and those that are needed.
 * @throws PhoneKeyError `usage.invalid` for the first that is not as its rule says
 */
export const checkOptions = <T extends object>(options: T, rules: Rules<T>): void => {
  check('what is given as options', options, having('an object'));
  for (const [name, rule] of Object.entries<Rule | undefined>(rules)) {
    if (rule !== undefined) check(name, Reflect.get(options, name), rule);
  }
};

const fits = (rule: Rule, value: unknown): boolean =>
  value === undefined ? rule.needed !== true : rule.holds(value);

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Of a text no more than that it is one: it may be a secret. */
const kindOf = (value: unknown): string => {
  if (typeof value === 'number' || value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
};
