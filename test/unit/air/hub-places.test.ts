import { describe, expect, it } from '@jest/globals';
import { VirtualAir } from '../../../air/index.js';
import { setDefaultPositionCommand, setLabelCommand } from '../../../air/vendor.js';
import { Places } from '../../../air/hub/places.js';
import { SimClock } from '../../../lib/platform/sim-clock.js';

const start = () => {
  const clock = new SimClock();
  const air = new VirtualAir({ seed: 'places', clock });
  const places = new Places(clock);
  /** A controller as the hub makes one, whose program says its label and its default place. */
  const join = (label: string, x = 1, y = 0) => {
    const controller = air.controller({ recall: (newcomer) => places.recall(newcomer) });
    controller.send(setLabelCommand(label));
    controller.send(setDefaultPositionCommand(x, y));
    return controller;
  };
  return { clock, places, join };
};

describe('places', () => {
  it('are those that programs say, as long as nothing is remembered', () => {
    const { places, join } = start();
    places.move('other', { x: 9, y: 9 });
    expect(join('phone', 1, -2).position).toEqual({ x: 1, y: -2 });
  });

  it('are found again by who comes under the label', () => {
    const { places, join } = start();
    places.move('phone', { x: 30, y: 1 });
    expect(join('phone').position).toEqual({ x: 30, y: 1 });
    places.move('phone', { x: 2, y: 0 });
    expect(join('phone').position).toEqual({ x: 2, y: 0 });
  });

  it('move on while nobody is there, and with who comes', async () => {
    const { clock, places, join } = start();
    places.move('phone', { x: 30, y: 0 });
    places.move('phone', { x: 0, y: 0 }, 2);
    await clock.advance(5000);
    expect(places.position('phone')).toEqual({ x: 20, y: 0 });
    const phone = join('phone');
    expect(phone.position).toEqual({ x: 20, y: 0 });
    await clock.advance(5000);
    expect(phone.position).toEqual({ x: 10, y: 0 });
    await clock.advance(60_000);
    expect(phone.position).toEqual({ x: 0, y: 0 });
    expect(join('phone').position).toEqual({ x: 0, y: 0 });
  });

  it('walk from where they were last seen, or not at all', () => {
    const { places, join } = start();
    expect(places.move('phone', { x: 0, y: 0 }, 1)).toBeUndefined();
    const phone = join('phone', 4, 0);
    places.left(phone);
    expect(places.remembered.size).toBe(0);
    expect(places.move('phone', { x: 0, y: 0 }, 1)).toMatchObject({ from: { x: 4, y: 0 } });
    expect(places.remembered.size).toBe(1);
  });

  it('are kept for the last 256 labels', () => {
    const { places } = start();
    for (let label = 0; label < 300; label++) places.move(String(label), { x: label, y: 0 });
    expect(places.remembered.size).toBe(256);
    expect(places.position('43')).toBeUndefined();
    expect(places.position('44')).toEqual({ x: 44, y: 0 });
  });
});
