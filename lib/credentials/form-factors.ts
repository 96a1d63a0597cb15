import { FormFactor } from '../native/schema/gen/phonekey_pb.js';

/** What kind of thing has a key. It is said by that thing, stands in lists, and gives no right. */
export type FormFactorName = 'phone' | 'watch' | 'tablet' | 'computer' | 'fob' | 'card';

const NAMES: Readonly<Record<Exclude<FormFactor, FormFactor.UNSPECIFIED>, FormFactorName>> = {
  [FormFactor.PHONE]: 'phone',
  [FormFactor.WATCH]: 'watch',
  [FormFactor.TABLET]: 'tablet',
  [FormFactor.COMPUTER]: 'computer',
  [FormFactor.FOB]: 'fob',
  [FormFactor.CARD]: 'card',
};

const KNOWN = [
  FormFactor.PHONE,
  FormFactor.WATCH,
  FormFactor.TABLET,
  FormFactor.COMPUTER,
  FormFactor.FOB,
  FormFactor.CARD,
] as const;

export const FORM_FACTOR_NAMES: readonly FormFactorName[] = KNOWN.map((known) => NAMES[known]);

/** `unknown` for one that was not said, or that only later versions know. */
export const formFactorName = (formFactor: FormFactor): FormFactorName | 'unknown' =>
  (NAMES as Readonly<Record<number, FormFactorName | undefined>>)[formFactor] ?? 'unknown';

/** The reverse of `formFactorName`; unspecified for `unknown`. */
export const formFactorFromName = (name: FormFactorName | 'unknown'): FormFactor =>
  KNOWN.find((known) => NAMES[known] === name) ?? FormFactor.UNSPECIFIED;

/** One that only later versions know counts as left out, and so does none. */
export const knownFormFactor = (formFactor?: FormFactor): FormFactor =>
  KNOWN.find((known) => known === formFactor) ?? FormFactor.UNSPECIFIED;
