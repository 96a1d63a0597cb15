import { createHash } from 'node:crypto';
import { describe } from '@jest/globals';
import { embeddedBroker } from '../broker/embedded.js';
import { brokerContract } from './broker-contract.js';

describe('the embedded broker', () => {
  brokerContract(async () => {
    const known = new Map<string, string>();
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const broker = embeddedBroker({
      authenticate: (car, hash) => Promise.resolve(known.get(car) === hex(hash)),
    });
    await broker.start();
    return {
      broker,
      admit(car, secret) {
        known.set(car, createHash('sha256').update(secret).digest('hex'));
        return Promise.resolve();
      },
      forget(car) {
        known.delete(car);
        return Promise.resolve();
      },
      close: () => broker.close(),
    };
  });
});
