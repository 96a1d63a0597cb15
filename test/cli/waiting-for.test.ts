import { expect, it } from '@jest/globals';
import { watchedCentral } from '../../cli/phone/waiting-for.js';
import type { Advertisement, Central, CentralLink } from '../../lib/radio/types.js';

const AD: Advertisement = { id: 'a', rssi: -40 };

it('tells what is waited for: to hear the car, for others to leave, for a link, for an answer', async () => {
  const told: string[] = [];
  const note = (): void => void told.push(waitingFor());
  const radio: Central = {
    scan: async (_, found) => {
      note();
      found({ ...AD, isBusy: true });
      note();
    },
    connect: async () => {
      note();
      return {} as CentralLink;
    },
    close: async () => undefined,
  };
  const { central, waitingFor } = watchedCentral(radio);
  const heard: Advertisement[] = [];
  await central.scan([], (ad) => heard.push(ad), new AbortController().signal);
  await central.connect(AD, {} as Parameters<Central['connect']>[1]);
  note();
  await central.scan([], () => undefined, new AbortController().signal);
  await central.close();
  expect(heard).toEqual([{ ...AD, isBusy: true }]);
  expect(told).toEqual([
    'listening for it',
    'a car is near, and busy with other phones',
    'connecting',
    'connected, waiting for its answer',
    'listening for it',
    'a car is near, and busy with other phones',
  ]);
});
