import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { FileKeyStore } from '../../cli/config/key-store.js';
import { run } from '../../cli/run.js';
import { Cli } from '../support/cli.js';
import { testHost } from '../support/cli-host.js';

jest.setTimeout(120_000);

/** Phones of four people and one car, each a home of its own on one air. */
let owner: Cli;
let bob: Cli;
let eve: Cli;
let zoe: Cli;

beforeAll(async () => {
  owner = await Cli.create({ inside: true });
  [bob, eve, zoe] = [
    await Cli.create({ air: owner, inside: true }),
    await Cli.create({ air: owner, inside: true }),
    await Cli.create({ air: owner, inside: true }),
  ];
  await owner.start(['car', 'start']).until(/is ready/);
  await owner.run(['car', 'tap', 'console', '--pair']);
  const { value } = await owner.json(['car', 'screen']);
  const input = `${(value as { code: string }).code}\n`;
  expect(await owner.run(['pair', '--code', '-'], { input })).toMatchObject({ code: 0 });
});
afterAll(() => Promise.all([bob, eve, zoe, owner].map((cli) => cli.close())));

/** Shares with a phone, and the phone accepts; gives the fingerprint. */
const shareWith = async (
  from: Cli,
  to: Cli,
  name: string,
  ...options: string[]
): Promise<string> => {
  const { stdout: input } = await to.run(['id']);
  const shared = await from.json(['share', '--to', '-', '--name', name, ...options], { input });
  expect(shared.code).toBe(0);
  const { grant, fingerprint } = shared.value as { grant: string; fingerprint: string };
  const accepted = await to.run(['accept', '-', '--as', name], { input: `${grant}\n` });
  expect(accepted).toMatchObject({ code: 0, stderr: expect.stringContaining('key unlock') });
  return fingerprint;
};

const forget = (cli: Cli) => cli.run(['forget', 'car']);

const lock = async (): Promise<void> => {
  expect((await owner.run(['lock'])).code).toBe(0);
};

const doors = async (): Promise<boolean> =>
  ((await owner.json(['car', 'status'])).value as { locked: boolean }).locked;

describe('a shared key', () => {
  it('is shown, shared, accepted, and opens the car: in files, and in processes', async () => {
    const giver = owner.outside();
    const guest = bob.outside();
    const file = (cli: Cli, name: string): string => join(cli.home, name);
    const { stdout: uri, stderr } = await guest.run(['id']);
    expect(uri).toMatch(/^phonekey:key\/[\w-]{86}\n$/);
    expect(stderr).toBe('');
    const out = file(owner, 'bob.grant');
    const given = ['--role', 'valet', '--until', '+4h', '--uses', '9', '--name', 'Bob'];
    const shared = await giver.run(['share', '--to', uri.trim(), ...given, '--out', out]);
    expect(shared).toMatchObject({ code: 0, stdout: '' });
    expect(shared.stderr).toMatch(/valet of car for Bob .* 9 uses/);
    expect(((await stat(out)).mode & 0o777).toString(8)).toBe('600');
    expect(await readFile(out, 'utf8')).toMatch(/^phonekey:grant\/[\w-]{196}\n$/);

    const accepted = await guest.json([
      ...['accept', out, '--name', 'Blue', '--as', 'Bob', '--form-factor', 'computer'],
    ]);
    expect(accepted).toMatchObject({
      code: 0,
      value: { car: 'Blue', role: 'valet', state: 'pending', uses: 9, delegations: 0 },
    });
    await lock();
    expect(await guest.run(['unlock'])).toMatchObject({ code: 0, stdout: 'unlocked\n' });
    expect(await doors()).toBe(false);
    expect(await guest.run(['trunk'])).toMatchObject({ code: 3 });
    const { value: keys } = await giver.json(['keys', 'list']);
    expect(keys).toMatchObject({
      keys: [
        {
          slot: 0,
          formFactor: 'phone',
          own: true,
          grantedBy: null,
          notAfter: null,
          usesLeft: null,
        },
        {
          slot: 1,
          name: 'Bob',
          formFactor: 'computer',
          role: 'valet',
          grantedBy: 0,
          usesLeft: 8,
          suspended: false,
        },
        { slot: 24, name: 'card', formFactor: 'card', role: 'none', own: false },
      ],
    });
    expect((await guest.json(['cars'])).value).toMatchObject({
      cars: [{ name: 'Blue', state: 'paired', role: 'valet', granted: true, leaseHours: null }],
    });
    expect((await giver.run(['shared'])).stdout).toMatch(/^CAR .*\ncar +[0-9a-f]{16} +Bob +valet /);
  });

  it('is revoked, and the owner tells the car', async () => {
    const revoked = await owner.json(['revoke', 'Bob']);
    expect(revoked).toMatchObject({ code: 0, value: { delivered: true, car: 'car' } });
    expect(await bob.run(['unlock'])).toMatchObject({ code: 3 });
    const { value } = await owner.json(['shared']);
    expect(value).toMatchObject({ shared: [{ name: 'Bob', state: 'revoked' }] });
    expect((await bob.run(['forget', 'Blue'])).code).toBe(0);
  });

  it('is revoked by its slot, and by a name that only the car knows', async () => {
    await shareWith(owner, bob, 'Bobby');
    expect((await bob.run(['unlock'])).code).toBe(0);
    const { value } = await owner.json(['keys', 'list']);
    const { keys } = value as { keys: { slot: number; name: string }[] };
    const slot = String(keys.find(({ name }) => name === 'Bobby')!.slot);
    expect(await owner.run(['suspend', slot])).toMatchObject({ code: 0 });
    expect(await bob.run(['unlock'])).toMatchObject({ code: 3 });
    expect(await owner.run(['resume', 'Bobby'])).toMatchObject({ code: 0 });
    expect(await bob.run(['unlock'])).toMatchObject({ code: 0 });
    expect(await owner.run(['revoke', '17'])).toMatchObject({ code: 2 });
    expect(await owner.run(['revoke', 'Nobody'])).toMatchObject({ code: 2 });
    await owner.run(['revoke', 'Bobby']);
    await forget(bob);
  });

  it('is revoked offline: a second phone of the car relays the list', async () => {
    await shareWith(owner, bob, 'Bob2');
    await shareWith(owner, eve, 'Eve2');
    expect((await bob.run(['unlock'])).code).toBe(0);
    const out = join(owner.home, 'bob.revocation');
    const revoked = await owner.json(['revoke', 'Bob2', '--offline', '--out', out]);
    expect(revoked).toMatchObject({ code: 0, value: { delivered: false } });
    expect((await bob.run(['unlock'])).code).toBe(0); // the car has not heard of it
    expect(await eve.json(['relay', out])).toMatchObject({
      code: 0,
      value: { delivered: ['car'], waiting: [], handedTo: [] },
    });
    expect((await bob.run(['unlock'])).code).toBe(3);
    expect((await eve.run(['unlock'])).code).toBe(0);
    // The owner's own copy is an old one by now, and does no harm.
    expect(await owner.run(['status'])).toMatchObject({ code: 0 });
    expect((await owner.json(['cars'])).value).toMatchObject({ cars: [{ outbox: 0 }] });
    await forget(bob);
    await forget(eve);
  });

  it('is suspended offline: a stranger relays the list, and the owner resumes it', async () => {
    await shareWith(owner, bob, 'Bob3');
    expect((await bob.run(['unlock'])).code).toBe(0);
    const suspended = await owner.run(['suspend', 'Bob3', '--offline']);
    expect(suspended.stderr).toContain('key relay');
    const input = suspended.stdout.split('\n').filter((line) => line.startsWith('phonekey:'));
    expect(input).toHaveLength(1);
    const relayed = await zoe.run(['relay', '-'], { input: input.join('\n') });
    expect(relayed).toMatchObject({ code: 0, stdout: expect.stringContaining('sent to 1 car') });
    expect((await zoe.json(['cars'])).value).toEqual({ cars: [] });
    expect((await bob.run(['unlock'])).code).toBe(3);
    expect((await owner.json(['resume', 'Bob3'])).value).toMatchObject({ delivered: true });
    expect((await bob.run(['unlock'])).code).toBe(0);
    await owner.run(['revoke', 'Bob3']);
    await forget(bob);
  });

  it('is handed on, never wider, and falls with the key it came from', async () => {
    await shareWith(owner, bob, 'Bob4', '--delegations', '1', '--until', '+2h');
    const { stdout: input } = await eve.run(['id']);
    const wide = await bob.json(['share', '--to', '-', '--until', '+3h'], { input });
    expect(wide).toMatchObject({ code: 2, value: { message: expect.stringContaining('until') } });
    const narrow = await bob.run(['share', '--to', '-', '--until', '+1h'], { input });
    expect(narrow.stdout).toMatch(/^phonekey:grant\/[\w-]{392}\n$/);
    expect((await eve.run(['accept', '-'], { input: narrow.stdout })).code).toBe(0);
    expect((await eve.run(['unlock'])).code).toBe(0);
    await owner.run(['revoke', 'Bob4']);
    expect((await eve.run(['unlock'])).code).toBe(3);
    await forget(bob);
    await forget(eve);
  });

  it('travels as pictures of QR codes, too', async () => {
    const picture = (cli: Cli, name: string): string => join(cli.home, name);
    expect(await bob.run(['id', '--out', picture(bob, 'key.png')])).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    const grant = picture(owner, 'grant.png');
    const to = ['--to', picture(bob, 'key.png'), '--name', 'Bob8'];
    expect(await owner.run(['share', ...to, '--out', grant])).toMatchObject({ code: 0 });
    expect(((await stat(grant)).mode & 0o777).toString(8)).toBe('600');
    expect(await bob.run(['accept', grant])).toMatchObject({ code: 0 });
    expect((await bob.run(['unlock'])).code).toBe(0);
    const revocationList = picture(owner, 'list.png');
    await owner.run(['revoke', 'Bob8', '--offline', '--out', revocationList]);
    expect(await zoe.run(['relay', revocationList])).toMatchObject({ code: 0 });
    expect((await bob.run(['unlock'])).code).toBe(3);
    await forget(bob);
  });

  it('does not open before its time, and its hint says when', async () => {
    await shareWith(owner, bob, 'Bob5', '--from', '+1h', '--until', '+2h');
    const { stderr, code } = await bob.run(['unlock']);
    expect(code).toBe(3);
    expect(stderr).toContain('key cars');
    expect((await bob.json(['cars'])).value).toMatchObject({ cars: [{ state: 'pending' }] });
    await forget(bob);
  });

  it('starts with the PIN of the owner, which is on nobody’s command line', async () => {
    await shareWith(owner, bob, 'Bob6', '--role', 'driver');
    expect(await owner.run(['pin', 'set', '--pin', '4711'])).toMatchObject({ code: 2 });
    expect(await owner.run(['pin', 'set'])).toMatchObject({ code: 2 });
    expect(await owner.run(['pin', 'set', '--pin', '-'], { input: '4711\n' })).toMatchObject({
      code: 0,
    });
    const noPin = await bob.run(['start']);
    expect(noPin).toMatchObject({ code: 3, stderr: expect.stringContaining('key start --pin -') });
    expect(await bob.run(['start'], { env: { KEY_PIN: '4711' } })).toMatchObject({ code: 0 });
    const wrong = await bob.run(['-v', 'start', '--pin', '-'], { input: '4712\n' });
    expect(wrong.code).toBe(3);
    expect(wrong.stderr).not.toContain('4712');
    const person = testHost({ tty: true });
    const asked = run(
      ['--radio', 'virtual', '--air', owner.home, '--home', bob.home, 'start'],
      person,
    );
    await person.wrote(/PIN to drive: /);
    person.stdin.write('4711\n');
    expect(await asked).toBe(0);
    expect(person.written).toMatchObject({ out: 'driving is authorised for 2 minutes\n' });
    expect(person.written.err).not.toContain('47');
    expect(await owner.run(['pin', 'set', '--pin', '-'], { input: '1357\n' })).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('--old-pin -'),
    });
    const both = ['pin', 'set', '--pin', '-', '--old-pin', '-'];
    expect(await owner.run(both, { input: '1357\n4711\n' })).toMatchObject({ code: 2 });
    expect(await owner.run(['pin', 'clear', '--old-pin', '4711'])).toMatchObject({ code: 2 });
    const env = { KEY_PIN: '1357', KEY_OLD_PIN: '4711' };
    expect(await owner.run(['pin', 'set'], { env })).toMatchObject({ code: 0 });
    const asksFor = testHost({ tty: true });
    const cleared = run(
      ['--radio', 'virtual', '--air', owner.home, '--home', owner.home, 'pin', 'clear'],
      asksFor,
    );
    await asksFor.wrote(/PIN that the car asks for now: /);
    asksFor.stdin.write('1357\n');
    expect(await cleared).toBe(0);
    expect(await bob.run(['start'])).toMatchObject({ code: 0 });
  });

  it('starts without a PIN again when the person with the card has cleared it', async () => {
    await owner.run(['pin', 'set', '--pin', '-'], { input: '4711\n' });
    expect(await bob.run(['start'])).toMatchObject({ code: 3 });
    expect(await owner.json(['car', 'pin', 'clear'])).toMatchObject({ value: { pin: false } });
    expect(await bob.run(['start'])).toMatchObject({ code: 0 });
  });

  it('removes itself, from the car and from its phone, and does not know its slot', async () => {
    expect((await bob.json(['cars'])).value).toMatchObject({ cars: [{ slot: null }] });
    expect(await bob.json(['keys', 'remove', 'own'])).toMatchObject({
      code: 0,
      value: { slot: null, own: true },
    });
    expect((await bob.json(['cars'])).value).toEqual({ cars: [] });
    const { value } = await owner.json(['keys', 'list']);
    expect(value).toMatchObject({ keys: [{ slot: 0 }, { name: 'Eve2' }, { formFactor: 'card' }] });
    expect(await owner.json(['keys', 'remove', 'own'])).toMatchObject({ code: 3 });
    expect((await owner.json(['cars'])).value).toMatchObject({ cars: [{ slot: 0 }] });
    await shareWith(owner, bob, 'Bob6b');
    expect((await bob.run(['unlock'])).code).toBe(0);
  });

  it('is gone after a re-keying, with all others', async () => {
    expect(await owner.run(['rekey'])).toMatchObject({ code: 2 });
    expect(await owner.run(['rekey', '--yes'])).toMatchObject({ code: 0 });
    const { code, stderr } = await bob.run(['unlock']);
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining('key id') });
    expect((await owner.json(['shared'])).value).toEqual({ shared: [], refused: [] });
    expect((await owner.json(['keys', 'list'])).value).toMatchObject({
      keys: [{ slot: 0 }, { formFactor: 'card' }],
    });
    await forget(bob);
    await shareWith(owner, bob, 'Bob7');
    expect((await bob.run(['unlock'])).code).toBe(0);
    await forget(bob);
  });
});

describe('the key file', () => {
  it('is read once a command, and written where there is something to write', async () => {
    await owner.run(['status']); // delivers what is left of before
    const list = jest.spyOn(FileKeyStore.prototype, 'list');
    const update = jest.spyOn(FileKeyStore.prototype, 'update');
    const accesses = async (...args: string[]): Promise<readonly [number, number]> => {
      list.mockClear();
      update.mockClear();
      expect((await owner.run(args)).code).toBe(0);
      return [list.mock.calls.length, update.mock.calls.length];
    };
    expect(await accesses('status')).toEqual([1, 0]);
    expect(await accesses('keys', 'list')).toEqual([1, 0]);
    expect(await accesses('refresh', '--offline')).toEqual([1, 1]);
    expect(await accesses('lock')).toEqual([1, 1]); // delivers it
    expect(await accesses('lock')).toEqual([1, 0]);
    expect(await accesses('rekey', '--yes')).toEqual([1, 1]); // the epoch, and nothing shared
    jest.restoreAllMocks();
  });
});

describe('a person at a terminal', () => {
  const answer = async (text: string, ...args: string[]) => {
    const host = testHost({ tty: true });
    host.stderr.isTTY = true;
    host.stdin.end(text);
    return { code: await run(['--home', owner.home, ...args], host), ...host.written };
  };

  it('is asked before a re-keying, and anything but yes is no', async () => {
    const { code, err } = await answer('n\n', 'rekey');
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringContaining("of car but the owners'"),
    });
  });

  it('sees the QR code of a key and of a grant, and scripts the URI alone', async () => {
    const key = await answer('', 'id');
    expect(key).toMatchObject({ code: 0, err: expect.stringContaining('█▀▄') });
    expect(key.out).toMatch(/^phonekey:key\/[\w-]{86}\n$/);
    const { stdout: to } = await bob.run(['id']);
    const grant = await answer('', 'share', '--to', to.trim());
    expect(grant.err).toContain('█');
    const json = await answer('', '--json', 'share', '--to', to.trim());
    expect(json.err).not.toContain('█');
    const qr = await owner.run(['share', '--to', to.trim(), '--qr']);
    expect(qr.stderr).toContain('█');
    expect(qr.stdout).toMatch(/^phonekey:grant\/[\w-]+\n$/);
  });
});

describe('without a car', () => {
  it('a revocation list is kept for it, and its URI printed', async () => {
    const env = { KEY_AIR: bob.home };
    const { code, stdout, stderr } = await owner.run(['refresh'], { env });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(
        /does not have the list yet\nphonekey:revocation-list\/[\w-]+\n$/,
      ),
    });
    expect(stderr).toContain('not delivered');
    expect((await owner.json(['cars'])).value).toMatchObject({ cars: [{ outbox: 1 }] });
    await owner.run(['lock']);
    expect((await owner.json(['cars'])).value).toMatchObject({ cars: [{ outbox: 0 }] });
  });

  it.each([
    ['nobody to share with', ['share']],
    ['an end that is no time', ['share', '--to', 'phonekey:key/x', '--until', 'tomorrow']],
    ['an owner', ['share', '--to', 'phonekey:key/x', '--role', 'owner']],
    ['half a key', ['share', '--to', 'phonekey:key/x']],
    ['a file that is not there', ['accept', 'nothing.grant']],
    ['a revocation list for a grant', ['relay', 'phonekey:grant/AAAA']],
    ['a PIN on the command line', ['start', '--pin', '4711']],
    ['a capture of what needs no radio', ['--capture', 'x', 'share', '--to', '-']],
    ['a resume of a key that nobody knows', ['resume', 'Nobody', '--offline']],
  ])('exits with 2 for %s, with nothing on stdout', async (_what, args) => {
    const { code, stdout, stderr } = await owner.run(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .+\nhint: .+\n$/);
    expect(stderr).not.toContain('4711');
  });
});
