import type { DeviceReport, Position } from '../../air/index.js';
import { PhoneKeyError } from '../../lib/errors.js';
import { describePosition, plain } from '../air/words.js';
import type { Context } from '../context.js';

/** The name by which the hub knows a phone's place. */
export const PHONE_LABEL = 'phone';

/** What is farther away may be out of range; what is nearer has another reason. In metres. */
const FAR = 5;

/**
 * Of a car that was not heard: what the virtual air knows of it, while this phone is still there. As it is
 * for any other error, and where the phone is not on the virtual air.
 * @param names of the cars that are wanted, as this phone calls them
 * @param label of this phone, or fob
 */
export const explained = async (
  { paths }: Pick<Context, 'paths'>,
  error: unknown,
  names: readonly string[],
  label = PHONE_LABEL,
): Promise<unknown> => {
  if (!(error instanceof PhoneKeyError) || error.code !== 'car.not-found') return error;
  try {
    const { openHubControl } = await import('../../air/hub/control-client.js');
    const control = await openHubControl(paths.hub);
    const { devices } = await control.list().finally(() => control.close());
    return whyNotHeard(devices, names, error, label) ?? error;
  } catch {
    return error; // no such air
  }
};

/** Undefined where the places say nothing. */
export const whyNotHeard = (
  devices: readonly Pick<DeviceReport, 'label' | 'position' | 'advertising' | 'links'>[],
  names: readonly string[],
  { message }: Pick<PhoneKeyError, 'message'>,
  own = PHONE_LABEL,
): PhoneKeyError | undefined => {
  const phone = devices.findLast(({ label }) => label === own);
  if (phone === undefined) return undefined;
  const others = devices.filter(({ label }) => label !== own);
  const named = others.filter(({ label }) => names.includes(label));
  const cars = named.length > 0 ? named : others.filter(({ advertising }) => advertising);
  const away = (place: Position): number =>
    Math.hypot(place.x - phone.position.x, place.y - phone.position.y);
  const [nearest] = [...cars].sort((a, b) => away(a.position) - away(b.position));
  if (nearest === undefined) {
    if (others.length > 0) return undefined;
    const hint = 'Start the car: key car start.';
    return new PhoneKeyError('car.not-found', `${message}: no car is on the virtual air`, { hint });
  }
  const { position, label, advertising, links } = nearest;
  const name = plain(label) || 'a car';
  const metres = Math.round(away(position));
  if (metres > FAR) {
    const places = `${own === PHONE_LABEL ? 'this phone' : plain(own)} is at ${describePosition(phone.position)}, ${name} at ${describePosition(position)}`;
    const { x, y } = position;
    return new PhoneKeyError('car.not-found', `${message}: ${places}, ${String(metres)} m away`, {
      hint: `Go closer: key air move ${own} --to ${String(x + 1)},${String(y)}.`,
    });
  }
  return !advertising && links.length > 0
    ? new PhoneKeyError('car.busy', `${name} has its link with another phone`)
    : undefined;
};
