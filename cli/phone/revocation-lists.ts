import { PhoneKeyError } from '../../lib/errors.js';
import type { CarChoice, Delivery, RelayOptions, SignedRevocationList } from '../../lib/index.js';
import { refusalMessage } from '../../lib/domain/refusals.js';
import { chosenFrom } from '../../lib/phone/choose.js';
import { KeyRing } from '../../lib/phone/key-ring.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import { FileKeyStore } from '../config/key-store.js';
import { hasRadio } from '../context.js';
import { EXIT } from '../exit-codes.js';
import type { ExitCode } from '../exit-codes.js';
import type { Context } from '../context.js';
import { readUris } from '../io/uri-source.js';
import { makeInto, showQr } from './hand-out.js';
import type { HandOutOptions } from './hand-out.js';
import { withPhone, withRemote } from './open.js';

const PAST = { revoke: 'revoked', suspend: 'suspended', resume: 'resumed' } as const;

export type StatusVerb = keyof typeof PAST;

/** Revokes, suspends or resumes a key: a fingerprint, a name that it was shared by, or a slot. */
export const changeKeyStatus = async (
  context: Context,
  verb: StatusVerb,
  which: string,
  given: HandOutOptions,
): Promise<ExitCode> => {
  const fingerprint = await fingerprintOf(context, which);
  return send(
    context,
    verb,
    (revocationList) => `${PAST[verb]} ${revocationList.fingerprint ?? which}`,
    (ring, car) => ring[verb](fingerprint, car),
    given,
  );
};

/** Signs the list anew as it is, so that leases begin anew. */
export const refreshLeases = (context: Context, given: HandOutOptions): Promise<ExitCode> =>
  send(
    context,
    'refresh',
    (revocationList) => `the leases of ${revocationList.car} begin again`,
    (ring, car) => ring.refresh(car),
    given,
  );

/** Signs first, which needs no car; then tries to deliver where there is a radio, and says whether it was. */
const send = async (
  context: Context,
  command: StatusVerb | 'refresh',
  what: (revocationList: SignedRevocationList) => string,
  sign: (ring: KeyRing, car: CarChoice) => Promise<SignedRevocationList>,
  given: HandOutOptions,
): Promise<ExitCode> => {
  const { options, output, paths } = context;
  const ring = new KeyRing({ store: new FileKeyStore(paths.keys) });
  const signed = () => sign(ring, { car: options.car });
  const revocationList = await makeInto(context, given, signed, (list) => list.uris);
  const { uris, car, number, fingerprint, voided } = revocationList;
  if (voided > 0) {
    output.say(
      `the revocation list was full: ${String(voided)} shared keys need new grants (key shared shows which)`,
    );
  }
  const delivery = hasRadio(context) ? await deliver(context, car) : undefined;
  const { refusal = null } = delivery ?? {};
  const delivered = delivery?.left === 0;
  output.result(
    {
      command,
      ok: true,
      car,
      fingerprint: fingerprint ?? null,
      number,
      delivered,
      refused: refusal,
      voided,
      revocationLists: uris,
    },
    delivered
      ? [output.paint('green', `${what(revocationList)}; ${car} has the list`)]
      : [
          output.paint('yellow', `${what(revocationList)}; ${car} does not have the list yet`),
          ...(given.out === undefined ? uris : []),
        ],
  );
  if (refusal !== null) {
    output.say(`${car} did not take it: ${refusalMessage(refusal)}; this phone keeps it`);
  } else if (!delivered) {
    output.say(
      'the list is delivered with the next command at the car; any phone may relay it: key relay',
    );
  }
  if (!delivered || given.qr === true) showQr(context, uris, given);
  return refusal === null ? EXIT.ok : EXIT.refused;
};

/** Undefined where the car was not reached, which is no failure: it stays in the outbox. */
const deliver = async (context: Context<'radio'>, car: string): Promise<Delivery | undefined> => {
  try {
    return await withRemote(context, { doing: 'looking for the car' }, ({ phone, call }) =>
      phone.deliver({ ...call, car }),
    );
  } catch (error) {
    if (!(error instanceof PhoneKeyError) || !NOT_REACHED.has(error.kind)) throw error;
    context.output.say(`not delivered: ${error.message}`);
    return undefined;
  }
};

const NOT_REACHED: ReadonlySet<string> = new Set(['unreachable', 'outcome-unknown', 'refused']);

/** A slot, or a name that only the car knows, is looked up at the car. */
const fingerprintOf = async (context: Context, which: string): Promise<string> => {
  if (/^[0-9a-f]{16}$/i.test(which) || !hasRadio(context)) return which;
  const cars = await new FileKeyStore(context.paths.keys).list();
  const car = chosenFrom(cars, context.options.car);
  if ((car.shared ?? []).some(({ name }) => name === which)) return which;
  const keys = await withRemote(context, { doing: 'asking the car', cars }, ({ phone, call }) =>
    phone.listKeys({ ...call, car: car.name }),
  );
  const slot = /^\d{1,3}$/.test(which) ? Number(which) : undefined;
  const found = keys.filter(
    (key) => key.role !== 'none' && (key.name === which || key.slot === slot), // no card
  );
  const [key, ...others] = found;
  if (key !== undefined && others.length === 0) return key.fingerprint;
  throw new PhoneKeyError(
    'usage.invalid',
    key === undefined ? `the car has no key "${which}"` : `the car has several keys "${which}"`,
    { hint: 'Take the fingerprint: key keys list.' },
  );
};

/** Relays revocation lists of owners to their cars, whoever this phone is. */
export const relayLists = async (
  context: Context<'radio'>,
  source: string,
  { id }: Pick<RelayOptions, 'id'>,
): Promise<void> => {
  const { host, output } = context;
  const uris = await readUris(host, source);
  const use = { doing: 'looking for cars', needsKeys: false };
  const relayed = await withPhone(context, PhoneKey, use, ({ phone, call }) => {
    const { car: _, ...limits } = call;
    return phone.relay(uris, { ...limits, id });
  });
  const { delivered, refused, waiting, handedTo } = relayed;
  output.result({ command: 'relay', ok: true, ...relayed }, [
    ...delivered.map((car) => output.paint('green', `delivered to ${car}`)),
    ...refused.map(
      (car) => `${car} did not take it: it has a newer one, or no longer knows the owner`,
    ),
    ...waiting.map((car) => `kept for ${car}, and delivered with the next command there`),
    ...(handedTo.length === 0
      ? []
      : [
          handedTo.length === 1
            ? 'sent to 1 car nearby, which does not tell whether the list is for it'
            : `sent to ${String(handedTo.length)} cars nearby, which do not tell whether the list is for them`,
        ]),
  ]);
};
