/** test/vectors/pin.json: what a car must make of texts that come as its PIN (docs/PROTOCOL.md, section 9). */

export interface PinStep {
  /** Seconds since the car got its power. */
  readonly at: number;
  /** Whose key; `card`: it sets the PIN, without a try; `power`: it was away, and is back. */
  readonly by: 'owner' | 'other' | 'card' | 'power';
  readonly pin: string;
  readonly expect: 'right' | 'PIN needed' | 'PIN wrong' | 'PIN locked' | '';
}

const PIN = '4711';
const WRONG = '1174';
const WAITS = [30, 60, 120, 240, 480, 960, 1920, 3600, 3600];

const step =
  (by: PinStep['by']) =>
  (at: number, expect: PinStep['expect'], pin = expect === 'right' ? PIN : WRONG): PinStep => ({
    at,
    by,
    pin,
    expect,
  });
const [owner, other] = [step('owner'), step('other')];
const free = (by: typeof owner, at = 0) => Array.from({ length: 3 }, () => by(at, 'PIN wrong'));

/** Wrong ones as soon as they are looked at, and a second before that the right one. */
const waited = (by: typeof owner): readonly PinStep[] => {
  let at = 0;
  return WAITS.flatMap((wait) => {
    at += wait;
    return [by(at - 1, 'PIN locked', PIN), by(at, 'PIN wrong')];
  });
};

const SEQUENCES: Readonly<Record<string, readonly PinStep[]>> = {
  'the right one': [other(0, 'right'), owner(0, 'right')],
  'none is no try': [
    ...Array.from({ length: 5 }, () => other(0, 'PIN needed', '')),
    other(0, 'right'),
  ],
  'what is no PIN is a try': [
    ...['x', '47', '4711 '].map((text) => other(0, 'PIN wrong', text)),
    other(0, 'PIN locked', '123456789'),
  ],
  'of an owner: three are free, the wait doubles up to an hour': [...free(owner), ...waited(owner)],
  'of another: the same': [...free(other), ...waited(other)],
  'none is PIN needed also while it is locked': [...free(owner), owner(1, 'PIN needed', '')],
  'what is locked does not begin the wait again': [
    ...free(owner),
    owner(15, 'PIN locked'),
    owner(29, 'PIN locked'),
    owner(30, 'right'),
  ],
  "others' tries keep no owner waiting": [...free(other), owner(0, 'right')],
  "owners' tries keep nobody else waiting": [...free(owner), other(0, 'right')],
  'a right one of an owner clears both': [
    ...free(other),
    other(29, 'PIN locked'),
    owner(29, 'right'),
    ...free(other, 29),
    other(58, 'PIN locked'),
  ],
  'a right one of another takes back its own try': [
    other(0, 'PIN wrong'),
    other(0, 'PIN wrong'),
    other(0, 'right'),
    other(0, 'right'),
    other(0, 'PIN wrong'),
    other(0, 'PIN locked', PIN),
    other(30, 'right'),
    other(59, 'PIN locked', PIN),
    other(60, 'PIN wrong'),
    other(119, 'PIN locked'),
    other(120, 'PIN wrong'),
  ],
  'power that was away begins the wait again': [
    ...free(owner),
    step('power')(20, '', ''),
    owner(49, 'PIN locked', PIN),
    owner(50, 'right'),
  ],
  'power that was away gives no try back': [
    owner(0, 'PIN wrong'),
    owner(0, 'PIN wrong'),
    step('power')(1, '', ''),
    owner(1, 'PIN wrong'),
    owner(1, 'PIN locked', PIN),
  ],
  'a new PIN clears both': [
    ...free(owner),
    ...free(other),
    step('card')(1, '', '85206'),
    other(1, 'PIN wrong', PIN),
    other(1, 'right', '85206'),
    owner(1, 'right', '85206'),
  ],
};

export const pinVectors = () => ({
  note: 'Made by scripts/vectors.ts.',
  pin: PIN,
  sequences: Object.entries(SEQUENCES).map(([name, steps]) => ({ name, steps })),
});
