import { describe, expect, it } from '@jest/globals';
import { AttClient, indicatingUuid } from './att-client.js';

const info = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, at) => (from + at).toString(16).padStart(2, '0')).join('');

describe('Read', () => {
  const client = new AttClient(23);

  it.each([
    ['0a 0300', '0b 70686f6e656b6579'],
    ['0a 0500', '0b c108'],
    ['0a 0100', '0b 0018'],
    ['0a 0700', '0b 20 0800 052a'],
    ['0a 1200', `0b ${indicatingUuid('11')}`],
    ['0a 0900', '0b 0000'],
    ['0a 1100', `0b ${info(0, 22)}`],
    // What takes, what tells, Service Changed.
    ['0a 0c00', '01 0a 0c00 02'],
    ['0a 0e00', '01 0a 0e00 02'],
    ['0a 0800', '01 0a 0800 02'],
    ['0a 0000', '01 0a 0000 01'],
    ['0a 1800', '01 0a 1800 01'],
    ['0a ffff', '01 0a ffff 01'],
  ])('%s is answered %s', (request, answer) => {
    expect(client.ask(request)).toBe(answer.replaceAll(' ', ''));
  });

  it('gives each client what it has configured itself', () => {
    const other = new AttClient(23);
    expect(other.ask('12 0900 0200')).toBe('13');
    expect([other.ask('0a 0900'), client.ask('0a 0900')]).toEqual(['0b0200', '0b0000']);
  });
});

describe('Read Blob', () => {
  const client = new AttClient(23);

  it.each([
    ['0c 1100 0000', `0d ${info(0, 22)}`],
    ['0c 1100 1600', `0d ${info(22, 44)}`],
    ['0c 1100 2c00', `0d ${info(44, 60)}`],
    ['0c 1100 3c00', '0d'],
    ['0c 1100 3d00', '01 0c 1100 07'],
    ['0c 0300 0000', '01 0c 0300 0b'],
    ['0c 0c00 0000', '01 0c 0c00 02'],
    ['0c 0000 0000', '01 0c 0000 01'],
    ['0c 1100', '01 0c 0000 04'],
  ])('%s is answered %s', (request, answer) => {
    expect(client.ask(request)).toBe(answer.replaceAll(' ', ''));
  });

  it('has an empty rest for who has read as much as an answer has room for, or it is not long', () => {
    expect(new AttClient(61).ask('0c 1100 3c00')).toBe('0d');
    expect(new AttClient(62).ask('0c 1100 3c00')).toBe('010c11000b');
  });
});

describe('Read Multiple', () => {
  const client = new AttClient(23);

  it.each([
    ['0e 0500 0900', '0f c108 0000'],
    ['0e 0500 0500 0100', '0f c108 c108 0018'],
    ['0e 0300 1100', `0f 70686f6e656b6579 ${info(0, 14)}`],
    ['0e 0500 0c00', '01 0e 0c00 02'],
    ['0e 0500 1800 0c00', '01 0e 1800 01'],
    ['0e 0500', '01 0e 0000 04'],
    ['0e', '01 0e 0000 04'],
    ['0e 0500 09', '01 0e 0000 04'],
    ['20 0500 0900', '21 0200 c108 0200 0000'],
    ['20 0500 1100', `21 0200 c108 3c00 ${info(0, 16)}`],
    ['20 0500 0000', '01 20 0000 01'],
    ['20 0500', '01 20 0000 04'],
  ])('%s is answered %s', (request, answer) => {
    expect(client.ask(request)).toBe(answer.replaceAll(' ', ''));
  });
});
