/** A place on the plane, in metres. */
export interface Position {
  /** Metres, to the east. */
  readonly x: number;
  /** Metres, to the north. */
  readonly y: number;
}

/** Log-distance path loss: loss(d) = lossAtOneMetre + 10 * exponent * log10(d), d in metres. */
export interface PathLoss {
  /** dB at 1 m; 59 makes a 0 dBm transmitter heard at -59 dBm, as phones and beacons are calibrated. */
  readonly lossAtOneMetre: number;
  /** 2 in free space, 2.2 on a car park, 3 and more through walls. */
  readonly exponent: number;
}

export const DEFAULT_PATH_LOSS: PathLoss = { lossAtOneMetre: 59, exponent: 2.2 };

/** dBm; with the default path loss, 0 dBm reaches about 25 m. */
export const DEFAULT_SENSITIVITY = -90;
export const DEFAULT_TX_POWER = 0;

/** Nearer than this the far-field formula means nothing. */
const NEAREST_METRES = 0.1;

/** Metres. Math.hypot takes ten times as long, and this is asked for every packet. */
export const distance = (a: Position, b: Position): number =>
  Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2);

/** Received power in dBm, not rounded, of `txPower` dBm sent over `metres`. */
export const receivedPower = (model: PathLoss, txPower: number, metres: number): number =>
  txPower -
  model.lossAtOneMetre -
  10 * model.exponent * Math.log10(Math.max(metres, NEAREST_METRES));

/** Metres at which the loss is `loss` dB; infinite where distance does not matter. */
export const rangeOf = (model: PathLoss, loss: number): number =>
  model.exponent > 0
    ? Math.max(NEAREST_METRES, 10 ** ((loss - model.lossAtOneMetre) / (10 * model.exponent)))
    : Infinity;
