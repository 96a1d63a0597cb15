import { expect, it } from '@jest/globals';
import { explained, whyNotHeard } from '../../cli/phone/on-the-air.js';
import { PhoneKeyError } from '../../lib/errors.js';

const notHeard = new PhoneKeyError('car.not-found', 'the car was not heard');

const device = (
  label: string,
  x: number,
  more: { advertising?: boolean; links?: number } = {},
) => ({
  label,
  position: { x, y: 0 },
  advertising: more.advertising ?? true,
  links: Array.from({ length: more.links ?? 0 }, () => ({
    role: 'peripheral' as const,
    peer: 9,
    address: '',
    rssi: -40,
  })),
});
const phone = (x: number) => device('phone', x, { advertising: false });

it.each([
  [
    'moved away',
    [device('red', 0), phone(30)],
    'the car was not heard: this phone is at 30,0, red at 0,0, 30 m away',
    'Go closer: key air move phone --to 1,0.',
  ],
  [
    'moved away from its own car, with another one near',
    [device('blue', 29), device('red', 2), phone(30)],
    'the car was not heard: this phone is at 30,0, red at 2,0, 28 m away',
    'Go closer: key air move phone --to 3,0.',
  ],
  [
    'alone on the air',
    [phone(1)],
    'the car was not heard: no car is on the virtual air',
    'Start the car: key car start.',
  ],
])('a phone that is %s is told so', (_, devices, message, hint) => {
  expect(whyNotHeard(devices, ['red'], notHeard)).toMatchObject({
    code: 'car.not-found',
    message,
    hint,
  });
});

it('a car whose only link another phone has is busy, not gone', () => {
  const devices = [device('red', 0, { advertising: false, links: 1 }), phone(1)];
  expect(whyNotHeard(devices, ['red'], notHeard)).toMatchObject({
    code: 'car.busy',
    message: 'red has its link with another phone',
  });
});

it('says nothing of what places do not explain, or of another air', async () => {
  const near = [device('red', 0), phone(1)];
  expect(whyNotHeard(near, ['red'], notHeard)).toBeUndefined();
  expect(whyNotHeard([device('red', 0)], ['red'], notHeard)).toBeUndefined();
  const context = { paths: { hub: '/nowhere/hub.sock' } } as Parameters<typeof explained>[0];
  expect(await explained(context, notHeard, ['red'])).toBe(notHeard);
  const other = new PhoneKeyError('car.asleep', 'asleep');
  expect(await explained(context, other, ['red'])).toBe(other);
});
