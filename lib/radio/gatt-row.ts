import { bareUuid, FROM_CAR_UUID, INFO_UUID, TO_CAR_UUID } from './gatt.js';

/**
 * The attributes of our characteristics as most cars have them, in a row (docs/PROTOCOL.md, section 2):
 * declaration and value of `toCar`, those of `fromCar` and its configuration, those of `info`. One number
 * says where all of them are: the ATT handle of the first.
 */
const ROW = [
  { uuid: TO_CAR_UUID, at: 0, properties: 0x04 | 0x08 },
  { uuid: FROM_CAR_UUID, at: 2, properties: 0x10 },
  { uuid: INFO_UUID, at: 5, properties: 0x02 },
] as const;
const CONFIGURATION_AT = 4;
const LAST_AT = 6;

/** The declaration of a characteristic, as a server tells it (Core, Vol 3 Part G 3.3.1). */
export interface Declaration {
  /** 32 hex digits, or 4. */
  readonly uuid: string;
  /** Bits. */
  readonly properties: number;
  readonly startHandle: number;
  readonly valueHandle: number;
}

/** Whether a row could begin at this handle: 1 to 0xfff9. */
export const isRowHandle = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value + LAST_AT <= 0xffff;

/** The handle of the last attribute in the row that begins at `first`. */
export const lastInRow = (first: number): number => first + LAST_AT;

/**
 * The handle of the configuration of `fromCar` in the row that begins at `first`. Nothing else can be
 * there: what notifies has one (Vol 3 Part G 3.3.3.3), and the next declaration leaves room for no more.
 */
export const configurationInRow = (first: number): number => first + CONFIGURATION_AT;

/** Where the row begins; undefined when these are not in one. */
export const rowOf = (declarations: readonly Declaration[]): number | undefined => {
  const first = declarations.find(({ uuid }) => uuid === bareUuid(TO_CAR_UUID))?.startHandle;
  if (!isRowHandle(first)) return undefined;
  const complete = ROW.every(({ uuid, at, properties }) =>
    declarations.some(
      (each) =>
        each.uuid === bareUuid(uuid) &&
        each.startHandle === first + at &&
        each.valueHandle === first + at + 1 &&
        (each.properties & properties) !== 0,
    ),
  );
  return complete ? first : undefined;
};
