import { PhoneKeyError } from '../../lib/errors.js';
import type { CarChoice, Delivery, SignedNotice } from '../../lib/index.js';
import { chosenFrom } from '../../lib/phone/choose.js';
import { KeyRing } from '../../lib/phone/key-ring.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import { FileKeyStore } from '../config/key-store.js';
import { hasRadio } from '../context.js';
import type { Context } from '../context.js';
import { readUris } from '../io/uri-source.js';
import { handOut } from './hand-out.js';
import type { HandOutOptions } from './hand-out.js';
import { withPhone, withRemote } from './open.js';

const PAST = { revoke: 'revoked', suspend: 'suspended', resume: 'resumed' } as const;

export type StatusVerb = keyof typeof PAST;

/** Revokes, suspends or resumes a key: a fingerprint, a name that it was shared by, or a slot. */
export const setKeyStatus = async (
  context: Context,
  verb: StatusVerb,
  which: string,
  given: HandOutOptions,
): Promise<void> => {
  const fingerprint = await fingerprintOf(context, which);
  return send(
    context,
    verb,
    (notice) => `${PAST[verb]} ${notice.fingerprint ?? which}`,
    (ring, car) => ring[verb](fingerprint, car),
    given,
  );
};

/** News for the car that nothing has changed, so that leases begin anew. */
export const stamp = (context: Context, given: HandOutOptions): Promise<void> =>
  send(
    context,
    'stamp',
    (notice) => `leases of ${notice.car} begin anew`,
    (ring, car) => ring.stamp(car),
    given,
  );

/** Signs first, which needs no car; then tries to deliver where there is a radio, and says whether it was. */
const send = async (
  context: Context,
  command: StatusVerb | 'stamp',
  what: (notice: SignedNotice) => string,
  sign: (ring: KeyRing, car: CarChoice) => Promise<SignedNotice>,
  { out, qr }: HandOutOptions,
): Promise<void> => {
  const { options, output, paths } = context;
  const ring = new KeyRing({ store: new FileKeyStore(paths.keys) });
  const notice = await sign(ring, { car: options.car });
  const { uris, car, number, fingerprint } = notice;
  if (out !== undefined) await handOut(context, uris, { out });
  const delivered = hasRadio(context) && (await deliver(context, car));
  output.result(
    { command, ok: true, car, fingerprint: fingerprint ?? null, number, delivered, notices: uris },
    delivered
      ? [output.paint('green', `${what(notice)}: ${car} knows`)]
      : [
          output.paint('yellow', `${what(notice)}: ${car} does not know yet`),
          ...(out === undefined ? uris : []),
        ],
  );
  if (!delivered) {
    output.say('it goes along with the next command at the car; any phone may carry it: key carry');
  }
  if (!delivered || qr === true) await handOut(context, uris, { qr });
};

/** False where the car was not reached, which is no failure: it is carried from now on. */
const deliver = async (context: Context<'radio'>, car: string): Promise<boolean> => {
  let delivery: Delivery;
  try {
    delivery = await withRemote(context, { doing: 'looking for the car' }, ({ phone, call }) =>
      phone.deliver({ ...call, car }),
    );
  } catch (error) {
    if (!(error instanceof PhoneKeyError) || !NOT_REACHED.has(error.kind)) throw error;
    context.output.say(`not delivered: ${error.message}`);
    return false;
  }
  if (delivery.refused > 0) {
    throw new PhoneKeyError(
      'car.refused',
      `${car} has a newer notice of this owner, or none counts`,
      {
        hint: 'If the keys of this phone are from an old backup, sign a newer one: key stamp.',
      },
    );
  }
  return delivery.left === 0;
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
  const found = keys.filter((key) => key.name === which || key.slot === slot);
  const [key, ...others] = found;
  if (key !== undefined && others.length === 0) return key.fingerprint;
  throw new PhoneKeyError(
    'usage.invalid',
    key === undefined ? `the car has no key "${which}"` : `the car has several keys "${which}"`,
    { hint: 'Take the fingerprint: key keys list.' },
  );
};

export interface CarryArguments {
  /** The radio's id of the only car to hand it to. */
  readonly id?: string;
}

/** Brings notices of owners to their cars, whoever this phone is. */
export const carry = async (
  context: Context<'radio'>,
  source: string,
  { id }: CarryArguments,
): Promise<void> => {
  const { host, output } = context;
  const uris = await readUris(host, source);
  const use = { doing: 'looking for cars', needsKeys: false };
  const carried = await withPhone(context, PhoneKey, use, ({ phone, call }) => {
    const { car: _, ...limits } = call;
    return phone.carry(uris, { ...limits, id });
  });
  const { delivered, refused, waiting, handedTo } = carried;
  output.result({ command: 'carry', ok: true, ...carried }, [
    ...delivered.map((car) => output.paint('green', `delivered to ${car}`)),
    ...refused.map((car) => `${car} has a newer one`),
    ...waiting.map((car) => `kept for ${car}: it goes along with the next command there`),
    ...(handedTo.length === 0
      ? []
      : [
          handedTo.length === 1
            ? 'handed to 1 car: only it knows whether it was for it'
            : `handed to ${String(handedTo.length)} cars: only they know whether it was for them`,
        ]),
  ]);
};
