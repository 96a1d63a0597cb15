import { describe, expect, it } from '@jest/globals';
import { dayFigures, runDay } from './world/day.js';
import { STACKS } from './world/siege-report.js';

describe('who listens to a car for an hour', () => {
  it.each(STACKS)('joins no more of its bytes than 15 minutes: %s', async (stack) => {
    const figures = await runDay('short', stack, 1);
    expect(figures.sightings).toBeGreaterThan(500);
    expect(figures.contents).toBe(4);
    expect(figures.byBytesMin).toBeLessThanOrEqual(15);
    // bleno leaves the address as it is, and so joins everything; our own host turns it with the bytes.
    expect([figures.byAddressMin, figures.togetherMin]).toEqual(
      stack === 'hci' ? [15, 15] : [60, 60],
    );
  });
});

it('what is heard is joined by addresses and by bytes, also by others in between', () => {
  const minute = 60_000;
  const heard = (at: number, address: string, bytes: string) => ({
    at: at * minute,
    address,
    bytes,
  });
  const turned = [
    heard(0, 'a', '1'),
    heard(15, 'a', '1'),
    heard(16, 'b', '2'),
    heard(30, 'b', '2'),
  ];
  expect(dayFigures(turned)).toMatchObject({ byAddressMin: 15, byBytesMin: 15, togetherMin: 15 });
  const late = [...turned, heard(31, 'c', '2'), heard(45, 'c', '3')];
  expect(dayFigures(late)).toMatchObject({ addresses: 3, byBytesMin: 15, togetherMin: 29 });
  const again = [...late, heard(60, 'd', '3'), heard(90, 'a', '4')];
  expect(dayFigures(again)).toMatchObject({ byAddressMin: 90, togetherMin: 90 });
});
