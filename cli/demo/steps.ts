import type { CarControl } from '../../firmware-sim/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { formatPairingCode } from '../../lib/domain/pairing-code.js';
import type { World } from './world.js';

/**
 * One step of the demonstration. `run` does it and then looks at the car itself, through the door
 * for the person beside it: a step that did not happen throws.
 */
export interface DemoStep {
  readonly name: string;
  readonly title: string;
  readonly explanation: string;
  /** Gives what was seen, as a sentence. */
  run(stage: Stage): Promise<string>;
}

/** What the steps hand on to each other. */
export interface Stage {
  readonly world: World;
  car?: CarControl;
  code?: string;
}

export const STEPS: readonly DemoStep[] = [
  {
    name: 'car',
    title: 'A car comes up on the virtual air',
    explanation:
      'The real bleno runs on a virtual Bluetooth controller. The car advertises nothing by which\n' +
      'a stranger could tell which car it is.',
    async run(stage) {
      stage.car = await stage.world.startCar();
      const { locked, keys } = await stage.car.status();
      expect(locked && keys.length === 0, 'the car is not locked, or has keys already');
      return 'locked, no keys';
    },
  },
  {
    name: 'card',
    title: 'The owner taps the key card on the console',
    explanation: 'Only who holds the card opens a pairing window: 120 seconds, 3 tries.',
    async run(stage) {
      await car(stage).tap({ reader: 'console', purpose: 'pair' });
      const screen = await car(stage).screen();
      if (screen.state !== 'pairing') throw missing('the screen shows no code');
      stage.code = screen.code;
      return `the screen shows ${formatPairingCode(screen.code)}`;
    },
  },
  {
    name: 'pair',
    title: 'The phone pairs',
    explanation:
      'The real noble finds the car. SPAKE2+ proves that both know the code, without a word that\n' +
      'a listener could test guesses on; then the phone and the car exchange their keys.',
    async run(stage) {
      await stage.world.startPhone();
      const paired = await stage.world.pair(stage.code ?? '');
      const { keys, pairing } = await car(stage).status();
      const [key] = keys;
      expect(keys.length === 1 && key?.slot === paired.slot, 'the car has not enrolled the phone');
      expect(pairing === 'idle', 'the pairing window is still open');
      return `the car keeps the key ${String(key?.fingerprint)} in slot ${String(key?.slot)}, as ${String(key?.role)}`;
    },
  },
  {
    name: 'cloud',
    title: 'The cloud of the app is down',
    explanation: 'The app asks its server to unlock the car, by HTTP, as on 19 November 2021.',
    async run(stage) {
      const status = await stage.world.askCloud();
      expect(status === 500, `the cloud answered ${String(status)}`);
      expect(!(await doorOpens(stage)), 'the door opens although nobody unlocked it');
      return 'HTTP 500; the handle is pulled and the door stays shut';
    },
  },
  {
    name: 'unlock',
    title: 'The phone unlocks the car, over Bluetooth alone',
    explanation:
      'The car challenges (Hello); the phone proves who it is, with the command sealed inside\n' +
      '(Proof). One round trip, no server.',
    async run(stage) {
      await stage.world.unlock();
      expect(!(await car(stage).status()).locked, 'the car is still locked');
      expect(await doorOpens(stage), 'the door does not open');
      await car(stage).close('front-left');
      return 'unlocked; the handle is pulled and the door opens';
    },
  },
  {
    name: 'start',
    title: 'The phone starts the car',
    explanation:
      'A new link, a new challenge, new session keys. Driving is authorised for 2 minutes.',
    async run(stage) {
      await stage.world.start();
      const { driveSecondsLeft } = await car(stage).status();
      expect(driveSecondsLeft > 0, 'driving is not authorised');
      return `driving authorised for ${String(driveSecondsLeft)} s`;
    },
  },
  {
    name: 'lock',
    title: 'The phone locks the car',
    explanation: 'Locking ends the authorisation to drive, too.',
    async run(stage) {
      await stage.world.lock();
      const { locked, driveSecondsLeft } = await car(stage).status();
      expect(locked, 'the car is not locked');
      expect(driveSecondsLeft === 0, 'driving is still authorised');
      expect(!(await doorOpens(stage)), 'the door opens although the car is locked');
      return 'locked; the handle is pulled and the door stays shut';
    },
  },
];

const car = ({ car: control }: Stage): CarControl => {
  if (control === undefined) throw missing('there is no car');
  return control;
};

const doorOpens = async (stage: Stage): Promise<boolean> =>
  (await car(stage).pullHandle('front-left')).opened;

const expect = (happened: boolean, otherwise: string): void => {
  if (!happened) throw missing(otherwise);
};

const missing = (what: string): PhoneKeyError => new PhoneKeyError('internal', what);
