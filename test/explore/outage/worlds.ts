import { BRING } from './ends.js';
import { grant, remove, status, sync, visit } from './events.js';
import type { OutageWorld } from './search.js';

/**
 * An outage: what people do at the car and by hand (near), and through the cloud before it, and after (far). Each
 * word takes ten minutes, or a minute where they are in a hurry: less than dates may be apart.
 */
const UNHURRIED = 600;
const HURRIED = 60;

const CLOUD_BRINGS = { 'the cloud brings a list': BRING };
const GUS_UNLOCKS = { 'Gus unlocks': [visit('Gus')] };
const GUS_SYNCHRONISES = { "Gus's phone synchronises": [sync('Gus')] };
const AT_THE_CAR = { 'Ada is at the car': [visit('Ada')], ...GUS_UNLOCKS };
const ALL_SYNCHRONISE = { "Ada's phone synchronises": [sync('Ada')], ...GUS_SYNCHRONISES };

export const OUTAGE_WORLDS: readonly OutageWorld[] = [
  {
    name: 'an outage: revoked and shared',
    near: {
      words: {
        'Ada revokes Gus': status(UNHURRIED, 'Ada', 'revoked', 'BLE'),
        'Ada gives Gus a grant by hand': grant(UNHURRIED, 'Ada', 'BLE'),
      },
      ways: AT_THE_CAR,
    },
    far: {
      words: {
        'Ben leaves Gus a grant': grant(UNHURRIED, 'Ben', 'cloud'),
        'Ben leaves that Gus is revoked': status(UNHURRIED, 'Ben', 'revoked', 'cloud'),
      },
      ways: { ...ALL_SYNCHRONISE, ...CLOUD_BRINGS },
    },
  },
  {
    name: 'an outage: suspended and resumed',
    near: {
      words: {
        'Ada suspends Gus': status(UNHURRIED, 'Ada', 'suspended', 'BLE'),
        'Ada resumes Gus': status(UNHURRIED, 'Ada', 'resumed', 'BLE'),
      },
      ways: AT_THE_CAR,
    },
    far: {
      words: {
        'Ben leaves that Gus is suspended': status(UNHURRIED, 'Ben', 'suspended', 'cloud'),
        'Ben leaves that Gus is resumed': status(UNHURRIED, 'Ben', 'resumed', 'cloud'),
      },
      ways: { ...ALL_SYNCHRONISE, ...CLOUD_BRINGS },
    },
  },
  {
    name: 'an outage: removed, while an older grant lies in the cloud',
    left: [grant(UNHURRIED, 'Ben', 'cloud')],
    near: {
      words: {
        'the card removes Gus': remove(UNHURRIED, 'card'),
        "Ada's phone removes Gus": remove(UNHURRIED, 'Ada'),
        'Ada gives Gus a grant by hand': grant(UNHURRIED, 'Ada', 'BLE'),
      },
      ways: GUS_UNLOCKS,
    },
    far: {
      words: {
        'Ben leaves Gus a grant': grant(UNHURRIED, 'Ben', 'cloud'),
        'Ben leaves that Gus is revoked': status(UNHURRIED, 'Ben', 'revoked', 'cloud'),
      },
      ways: { ...GUS_SYNCHRONISES, ...CLOUD_BRINGS },
    },
  },
  {
    name: 'an outage: in a hurry',
    left: [
      status(UNHURRIED, 'Ben', 'suspended', 'cloud'),
      status(HURRIED, 'Ben', 'resumed', 'cloud'),
    ],
    near: {
      words: {
        'Ada revokes Gus': status(HURRIED, 'Ada', 'revoked', 'BLE'),
        'the card removes Gus': remove(HURRIED, 'card'),
        'Ada gives Gus a grant by hand': grant(HURRIED, 'Ada', 'BLE'),
      },
      ways: GUS_UNLOCKS,
    },
    far: {
      words: {
        'Ben leaves Gus a grant': grant(HURRIED, 'Ben', 'cloud'),
        'Ben leaves that Gus is suspended': status(HURRIED, 'Ben', 'suspended', 'cloud'),
      },
      ways: { ...GUS_SYNCHRONISES, ...CLOUD_BRINGS },
    },
  },
];
