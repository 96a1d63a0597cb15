import { describe, expect, it } from '@jest/globals';
import { PhoneKeyError } from '../../../lib/errors.js';
import { cloudMailbox } from '../../../lib/phone/cloud-mailbox.js';
import type { MailboxClient } from '../../../lib/phone/cloud-mailbox.js';

const BYTES = new Uint8Array([1, 2, 3]);

/** A client that notes what it was asked, each time with what calls it off. */
const scene = (answers: Partial<MailboxClient> = {}) => {
  const { signal } = new AbortController();
  const asked: unknown[][] = [];
  const notes =
    <T>(name: string, answer: T) =>
    async (...given: readonly unknown[]): Promise<T> => {
      expect(given.at(-1)).toEqual({ signal });
      asked.push([name, ...given.slice(0, -1)]);
      return answer;
    };
  const client: MailboxClient = {
    cars: notes('cars', [
      {
        id: 'c',
        advertises: [
          { uuid: 'u', data: '0102' },
          { uuid: 'v', data: 'no hex' },
        ],
      },
    ]),
    sendRevocationList: notes('sendRevocationList', 'id'),
    revocationLists: notes('revocationLists', [{ bytes: BYTES }]),
    giveGrant: notes('giveGrant', 'id'),
    grants: notes('grants', [{ id: 'g', bytes: BYTES }]),
    deleteGrant: notes('deleteGrant', undefined),
    ...answers,
  };
  return { mailbox: cloudMailbox(client, signal), asked };
};

const fails = (code: 'cloud.not-permitted' | 'cloud.failed') => () =>
  Promise.reject(new PhoneKeyError(code, 'no'));

describe('the mailbox of an account in a cloud', () => {
  it('asks the client, and gives what phones need', async () => {
    const { mailbox, asked } = scene();
    expect(await mailbox.cars()).toEqual([
      {
        id: 'c',
        serviceData: [
          { uuid: 'u', data: new Uint8Array([1, 2]) },
          { uuid: 'v', data: new Uint8Array() },
        ],
      },
    ]);
    await mailbox.leaveRevocationList('c', BYTES);
    expect(await mailbox.revocationLists('c')).toEqual([BYTES]);
    await mailbox.leaveGrant('c', 'bob', BYTES);
    expect(await mailbox.grants()).toEqual([{ id: 'g', grant: BYTES }]);
    await mailbox.confirmGrant('g');
    expect(asked).toEqual([
      ['cars'],
      ['sendRevocationList', 'c', BYTES],
      ['revocationLists', 'c'],
      ['giveGrant', { car: 'c', account: 'bob', bytes: BYTES }],
      ['grants'],
      ['deleteGrant', 'g'],
    ]);
  });

  it('takes a grant that is gone for one that is confirmed, and nothing else', async () => {
    const gone = scene({ deleteGrant: fails('cloud.not-permitted') });
    await gone.mailbox.confirmGrant('g');
    const failing = scene({ deleteGrant: fails('cloud.failed') });
    await expect(failing.mailbox.confirmGrant('g')).rejects.toMatchObject({ code: 'cloud.failed' });
  });
});
