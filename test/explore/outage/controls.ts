import type { Control } from '../switch-off.js';

const REVOKED = 'an outage: revoked and shared';

/** What phones and car do so that an outage costs nobody a key, and gives nobody one. */
export const OUTAGE_CONTROLS: readonly Control[] = [
  {
    rule: 'outage: what waits in a phone is left in the cloud',
    file: '../../lib/phone/sync.js',
    find: 'await mailbox.leaveRevocationList(id, part);',
    replace: '',
    world: REVOKED,
  },
  {
    rule: 'outage: what others left is carried by BLE',
    file: '../../lib/phone/sync.js',
    find: 'return withMail(suite, now, parts);',
    replace: 'return now;',
    world: REVOKED,
  },
  {
    rule: 'outage: what the car has answered is not carried again',
    file: '../../lib/phone/outbox-entries.js',
    find: '!answered.has(nameOf(suite, part)) && ',
    replace: '',
    world: REVOKED,
  },
  {
    rule: 'outage: a grant is kept before the cloud is told so',
    file: '../../lib/phone/sync.js',
    find: 'const { name } = await accept(environment, uri, {}, true);',
    replace: 'const { name } = { name: "car" };',
    world: REVOKED,
  },
  {
    rule: 'outage: a removal is remembered',
    file: 'departure.js',
    find: '[removalOf(key, limit, context)]',
    replace: '[]',
    world: 'an outage: removed, while an older grant lies in the cloud',
  },
  {
    rule: 'outage: a list that comes late suspends nobody',
    file: 'take-list.js',
    find: '.filter(({ kind }) => !old || kind === "revoked")',
    replace: '',
    world: 'an outage: suspended and resumed',
  },
];
