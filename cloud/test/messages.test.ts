import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePresence, parseReport, parseWord } from '../broker/messages.js';
import { reportQueue } from '../broker/report-queue.js';
import { parseTopic, topicOf } from '../broker/topics.js';

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const CAR = '0123456789abcdef'.repeat(2);
const SET = { uuid: '5f0e1d2c-0000-4000-8000-00805f9b34fb', data: '00ff' };

describe('presence', () => {
  it('is read as it was said', () => {
    const presence = { online: true, advertises: [SET] };
    expect(parsePresence(bytes(presence))).toEqual(presence);
    expect(parsePresence(bytes({ ...presence, later: 1 }))).toEqual(presence);
    expect(parsePresence(bytes({ online: false }))).toEqual({ online: false });
    expect(parsePresence(new Uint8Array())).toEqual({ online: false });
  });

  it.each([
    'x',
    'null',
    [],
    {},
    { online: 1, advertises: [] },
    { online: true },
    { online: true, advertises: {} },
    { online: true, advertises: [null] },
    { online: true, advertises: [{ ...SET, uuid: SET.uuid.toUpperCase() }] },
    { online: true, advertises: [{ ...SET, data: '0' }] },
    { online: true, advertises: [{ ...SET, data: '00'.repeat(65) }] },
    { online: true, advertises: Array.from({ length: 9 }, () => SET) },
  ])('is not %j', (value) => {
    expect(parsePresence(bytes(value))).toBeUndefined();
  });
});

describe('a report', () => {
  const report = { report: 'a-1', link: '0011223344556677', command: 'unlock', outcome: 'done' };

  it('is read as it was said', () => {
    expect(parseReport(bytes(report))).toEqual(report);
    const withId = { ...report, commandId: '8899aabbccddeeff' };
    expect(parseReport(bytes(withId))).toEqual(withId);
  });

  it.each([
    { ...report, report: '' },
    { ...report, report: 'x'.repeat(65) },
    { ...report, link: '001122334455667' },
    { ...report, command: 'un lock' },
    { ...report, outcome: 7 },
    { ...report, commandId: null },
  ])('is not %j', (value) => {
    expect(parseReport(bytes(value))).toBeUndefined();
  });
});

it('takes any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.string(), (any, topic) => {
      parsePresence(any);
      parseReport(any);
      parseWord(any);
      parseTopic(topic);
    }),
  );
});

describe('a topic', () => {
  it('is read as it was made', () => {
    expect(parseTopic(topicOf(CAR, 'presence'))).toEqual({ car: CAR, type: 'presence' });
    const link = '0011223344556677';
    expect(parseTopic(topicOf(CAR, `link/${link}/up`))).toEqual({ car: CAR, type: 'up', link });
    expect(parseTopic(topicOf(CAR, 'object/ab'))).toEqual({
      car: CAR,
      type: 'object',
      object: 'ab',
    });
  });

  it.each([
    'phonekey/2/x/presence',
    `phonekey/1/${CAR}`,
    `phonekey/1/${CAR}/presence/x`,
    `phonekey/1/${CAR}/link/00/up`,
    `phonekey/1/${CAR}x/presence`,
    `x/phonekey/1/${CAR}/presence`,
    `phonekey/1/${CAR}/object/`,
  ])('is not %s', (topic) => {
    expect(parseTopic(topic)).toBeUndefined();
  });
});

describe('the queue of reports', () => {
  const report = { link: '0011223344556677', command: 'unlock', outcome: 'done' };

  it('keeps those that the cloud has not, the newest 64, with numbers of their own', () => {
    const queue = reportQueue(() => new Uint8Array(8));
    const made = Array.from({ length: 66 }, () => queue.add(report).report);
    expect(new Set(made).size).toBe(66);
    expect([...queue.waiting()].map((each) => each.report)).toEqual(made.slice(2));
    queue.kept(made[5] ?? '');
    queue.kept('none');
    expect([...queue.waiting()].map((each) => each.report)).not.toContain(made[5]);
    const other = reportQueue(() => new Uint8Array(8).fill(1));
    expect(made).not.toContain(other.add(report).report);
  });
});
