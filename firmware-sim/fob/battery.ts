/**
 * The coin cell of a key fob, as plain functions of what was drawn from it. Figures are those of a common chip and
 * cell: radio on, 5.4 mA (nRF52832 product specification, receiving at 1 Mbit/s with the DC/DC converter, 3 V; sending
 * at 0 dBm takes 5.3 mA); asleep with the button armed, 1.9 uA (same, System ON with RAM kept); a CR2032 has 220 mAh
 * down to 2 V and loses about 1 % of that a year by itself (data sheets of Panasonic and Energizer). Drawing more than
 * 3 mA at once takes some of a cell's capacity; with a capacitor beside it that is little (TI, SWRA349), and it is
 * left out.
 */
export interface CoinCell {
  /** Drawn so far, in microampere-hours. */
  readonly usedMicroAh: number;
  /** Up to when that is reckoned, in seconds since 1970. */
  readonly at: number;
}

/** How much is left, for a person. */
export interface CellLevel {
  /** Whole, 0 to 100; 0 is empty alone. */
  readonly percent: number;
  /** `low`: replace it soon; `empty`: the fob does nothing. */
  readonly state: 'ok' | 'low' | 'empty';
}

/** Microampere-hours. */
const CAPACITY = 220_000;
/** Microamperes. */
const AWAKE = 5_400;
const ASLEEP = 1.9;
const LOST_A_YEAR = 0.01;
const HOUR_S = 3_600;
const YEAR_H = 8_766;
const LOW_PERCENT = 10;

/** One just put in. @param now seconds since 1970 */
export const newCell = (now: number): CoinCell => ({ usedMicroAh: 0, at: now });

/**
 * After the fob slept until then: its own loss, and what waiting for a button takes. A clock that was set back draws
 * nothing.
 * @param now seconds since 1970
 */
export const rested = (cell: CoinCell, now: number): CoinCell => {
  const hours = Math.max(0, now - cell.at) / HOUR_S;
  return { ...drawn(cell, hours * (ASLEEP + (CAPACITY * LOST_A_YEAR) / YEAR_H)), at: now };
};

/** After so many milliseconds with the radio on. */
export const worked = (cell: CoinCell, ms: number): CoinCell =>
  drawn(cell, (AWAKE * Math.max(0, ms)) / (HOUR_S * 1000));

/** As if so many percent of a full one had been drawn: for who wants to see a cell run down. */
export const drained = (cell: CoinCell, percent: number): CoinCell =>
  drawn(cell, (CAPACITY * percent) / 100);

export const levelOf = ({ usedMicroAh }: CoinCell): CellLevel => {
  const percent = Math.ceil(100 - (100 * usedMicroAh) / CAPACITY);
  if (percent <= 0) return { percent: 0, state: 'empty' };
  return { percent, state: percent <= LOW_PERCENT ? 'low' : 'ok' };
};

const drawn = (cell: CoinCell, microAh: number): CoinCell => ({
  ...cell,
  usedMicroAh: Math.min(CAPACITY, cell.usedMicroAh + microAh),
});
