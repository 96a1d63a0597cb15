import { bring, grant, remove, status, sync, visit } from './events.js';
import type { OutageWorld, Side } from './search.js';

/**
 * An outage: what people do at the car and by hand (near), and through the cloud before it, and after (far). Each
 * word takes ten minutes, or a minute where they are in a hurry: less than dates may be apart.
 */
const MOST = 4;
const UNHURRIED = 600;
const HURRIED = 60;

const brings = (count: number): Side =>
  Object.fromEntries(
    Array.from({ length: count }, (_, n) => [`the cloud brings list ${String(n)}`, bring(n)]),
  );

export const OUTAGE_WORLDS: readonly OutageWorld[] = [
  {
    name: 'an outage: revoked and shared',
    near: {
      'Ada revokes Gus': status(UNHURRIED, 'Ada', 'revoked', 'BLE'),
      'Ada gives Gus a grant by hand': grant(UNHURRIED, 'Ada', 'BLE'),
      'Ada is at the car': visit('Ada'),
      'Gus unlocks': visit('Gus'),
    },
    far: {
      'Ben leaves Gus a grant': grant(UNHURRIED, 'Ben', 'cloud'),
      'Ben leaves that Gus is revoked': status(UNHURRIED, 'Ben', 'revoked', 'cloud'),
      "Ada's phone synchronises": sync('Ada'),
      "Gus's phone synchronises": sync('Gus'),
      ...brings(2),
    },
    most: MOST,
  },
  {
    name: 'an outage: suspended and resumed',
    near: {
      'Ada suspends Gus': status(UNHURRIED, 'Ada', 'suspended', 'BLE'),
      'Ada resumes Gus': status(UNHURRIED, 'Ada', 'resumed', 'BLE'),
      'Ada is at the car': visit('Ada'),
      'Gus unlocks': visit('Gus'),
    },
    far: {
      'Ben leaves that Gus is suspended': status(UNHURRIED, 'Ben', 'suspended', 'cloud'),
      'Ben leaves that Gus is resumed': status(UNHURRIED, 'Ben', 'resumed', 'cloud'),
      "Ada's phone synchronises": sync('Ada'),
      "Gus's phone synchronises": sync('Gus'),
      ...brings(2),
    },
    most: MOST,
  },
  {
    name: 'an outage: removed, while an older grant lies in the cloud',
    left: [grant(UNHURRIED, 'Ben', 'cloud')],
    near: {
      'the card removes Gus': remove(UNHURRIED, 'card'),
      "Ada's phone removes Gus": remove(UNHURRIED, 'Ada'),
      'Ada gives Gus a grant by hand': grant(UNHURRIED, 'Ada', 'BLE'),
      'Gus unlocks': visit('Gus'),
    },
    far: {
      'Ben leaves Gus a grant': grant(UNHURRIED, 'Ben', 'cloud'),
      'Ben leaves that Gus is revoked': status(UNHURRIED, 'Ben', 'revoked', 'cloud'),
      "Gus's phone synchronises": sync('Gus'),
      ...brings(1),
    },
    most: MOST,
  },
  {
    name: 'an outage: in a hurry',
    left: [
      status(UNHURRIED, 'Ben', 'suspended', 'cloud'),
      status(HURRIED, 'Ben', 'resumed', 'cloud'),
    ],
    near: {
      'Ada revokes Gus': status(HURRIED, 'Ada', 'revoked', 'BLE'),
      'the card removes Gus': remove(HURRIED, 'card'),
      'Ada gives Gus a grant by hand': grant(HURRIED, 'Ada', 'BLE'),
      'Gus unlocks': visit('Gus'),
    },
    far: {
      'Ben leaves Gus a grant': grant(HURRIED, 'Ben', 'cloud'),
      'Ben leaves that Gus is suspended': status(HURRIED, 'Ben', 'suspended', 'cloud'),
      "Gus's phone synchronises": sync('Gus'),
      ...brings(2),
    },
    most: MOST,
  },
];
