import { describe, expect, it } from '@jest/globals';
import {
  afterAsking,
  afterTooLate,
  FIRST_ATTEMPT,
  isStale,
  nextMove,
} from '../../../../lib/native/session/freshness.js';

describe("the car's word, to a phone", () => {
  it('may be too old 4 s after what it answers was sent', () => {
    expect([3_999, 4_000, 4_001].map((age) => isStale(500, 500 + age))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('a command that acts', () => {
  it('is dropped once nobody wishes it any more, however fresh the word is', () => {
    for (const stale of [false, true]) {
      expect(nextMove(FIRST_ATTEMPT, stale, 0)).toBe('drop');
      expect(nextMove(FIRST_ATTEMPT, stale, -1)).toBe('drop');
    }
  });

  it('is sent where the word is fresh', () => {
    expect(nextMove(FIRST_ATTEMPT, false, 1)).toBe('send');
  });

  it('is sent after two questions also where the word is not fresh', () => {
    let attempt = FIRST_ATTEMPT;
    for (const move of ['ask', 'ask', 'send'] as const) {
      expect(nextMove(attempt, true, 1)).toBe(move);
      attempt = afterAsking(attempt);
    }
  });

  it('that came too late is sent twice more, each time after as many questions', () => {
    const asked = { sent: 0, asked: 2 };
    expect(afterTooLate(asked)).toEqual({ sent: 1, asked: 0 });
    expect(afterTooLate({ sent: 1, asked: 2 })).toEqual({ sent: 2, asked: 0 });
    expect(afterTooLate({ sent: 2, asked: 0 })).toBeUndefined();
    expect(afterAsking({ sent: 1, asked: 0 })).toEqual({ sent: 1, asked: 1 });
    expect(FIRST_ATTEMPT).toEqual({ sent: 0, asked: 0 });
  });
});
