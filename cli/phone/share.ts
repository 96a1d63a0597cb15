import type { FormFactor, ShareOptions } from '../../lib/index.js';
import { KeyRing } from '../../lib/phone/key-ring.js';
import { FileKeyStore } from '../config/key-store.js';
import { endTime } from '../config/time.js';
import type { Context } from '../context.js';
import { withProgress } from '../io/progress.js';
import { table } from '../io/table.js';
import { readUri } from '../io/uri-source.js';
import { refusedLists } from './catch-up.js';
import { makeInto, showQr } from './hand-out.js';
import type { HandOutOptions } from './hand-out.js';
import { boundsOf, describeBounds } from './bounds.js';

/** A key of this phone to show to an owner: a fresh one, or with `--car` the one it has for that car. */
export const showKey = async (context: Context, given: HandOutOptions): Promise<void> => {
  const { options, output, paths } = context;
  const ring = new KeyRing({ store: new FileKeyStore(paths.keys) });
  const offer = () => ring.offer({ car: options.car });
  const uri = await makeInto(context, given, offer, (key) => [key]);
  output.result({ key: uri }, given.out === undefined ? [uri] : []);
  showQr(context, [uri], given);
};

export interface ShareArguments
  extends
    Pick<ShareOptions, 'role' | 'from' | 'until' | 'uses' | 'delegations' | 'name' | 'account'>,
    HandOutOptions {
  /** A URI, a file with one, `-`, or a public key in hex. */
  readonly to: string;
  /** Hours. */
  readonly lease?: number;
}

/** Gives rights to a key of another phone. Nothing is sent: the grant is what is printed. */
export const shareKey = async (context: Context, given: ShareArguments): Promise<void> => {
  const { host, options, output, paths } = context;
  const { to: source, lease, out, qr: _, ...terms } = given;
  // A public key is no file's name; who has such a file can say ./ before it.
  const to = /^[0-9a-f]{64}$/i.test(source) ? source : await readUri(host, source);
  const ring = new KeyRing({ store: new FileKeyStore(paths.keys) });
  const share = () => ring.share({ ...terms, to, leaseHours: lease, car: options.car });
  const { uri, car, shared } = await makeInto(context, given, share, (signed) => [signed.uri]);
  const { fingerprint, name, role } = shared;
  output.result(
    { grant: uri, car, fingerprint, name: name ?? null, role, ...boundsOf(shared) },
    out === undefined ? [uri] : [],
  );
  const whom = name === undefined ? fingerprint : `${name} (${fingerprint})`;
  output.say(`${role} of ${car} for ${whom}: ${describeBounds(shared)}`);
  if (given.until === undefined && endTime(shared.notAfter) !== null) {
    output.say('to give it another end, share again with --until');
  }
  if (given.account !== undefined) await leaveFor(context, given.account);
  showQr(context, [uri], given);
};

/** Where the cloud cannot be reached now, the grant waits in this phone. */
const leaveFor = async (context: Context, account: string): Promise<void> => {
  const { syncQuietly } = await import('../cloud/sync.js');
  const done = await syncQuietly(context);
  context.output.say(
    done !== undefined && done.left > 0
      ? `left in the cloud for ${account}`
      : `not in the cloud yet: key cloud sync leaves it there for ${account}`,
  );
};

/** Takes a grant for a key that `showKey` has shown: `name` for the car, and `as` for this phone at the car. */
export const acceptGrant = async (
  context: Context,
  source: string,
  {
    name,
    as: ownName,
    formFactor: ownFormFactor,
  }: { readonly name?: string; readonly as?: string; readonly formFactor?: FormFactor },
): Promise<void> => {
  const { host, output, paths } = context;
  const uri = await readUri(host, source);
  const store = new FileKeyStore(paths.keys);
  await store.prepare();
  const ring = new KeyRing({ store });
  const car = await withProgress(output, 'waiting until the key can be saved', () =>
    ring.accept(uri, { name, ownName, ownFormFactor }),
  );
  const bounds = boundsOf(car);
  output.result({ car: car.name, role: car.role ?? null, state: car.state, ...bounds }, [
    `${car.role ?? 'key'} of ${car.name}: ${describeBounds(car)}`,
  ]);
  if (car.otherGrants !== undefined) {
    output.say(
      'the other grants to this key are kept: where the car refuses one, the next is tried',
    );
  }
  if (car.state === 'pending')
    output.say('the car takes this key when it is first used: key unlock');
};

/** What this phone has granted to others, as it remembers it: no car is asked. */
export const listShared = async (context: Context): Promise<void> => {
  const { options, output, paths } = context;
  const ring = new KeyRing({ store: new FileKeyStore(paths.keys) });
  const known = await ring.shared({ car: options.car });
  const shared = known.map(({ car, status, ...key }) => {
    const { fingerprint, name = null, role } = key;
    const state = status === 'valid' ? 'shared' : status;
    return { car, fingerprint, name, role, state, ...boundsOf(key) };
  });
  const named = (await ring.cars()).filter(({ name }) => name === (options.car ?? name));
  for (const line of refusedLists(named)) output.say(line);
  const refused = named.flatMap(({ name: car, refused: reason }) =>
    reason === undefined ? [] : [{ car, reason }],
  );
  output.result(
    { shared, refused },
    table([
      ['CAR', 'FINGERPRINT', 'NAME', 'ROLE', 'UNTIL', 'STATE'],
      ...shared.map(({ car, fingerprint, name, role, until, state }) => [
        car,
        fingerprint,
        name ?? '-',
        role,
        until ?? '-',
        state === 'void' ? 'void, needs a new grant' : state,
      ]),
    ]),
  );
};
