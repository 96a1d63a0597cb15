import { describe, expect, it } from '@jest/globals';
import { decodeRequest, encodeCommand } from '../../../lib/native/commands.js';
import { errorWith } from '../../support/errors.js';

const bytes = (length: number): Uint8Array => new Uint8Array(length).fill(0xa5);
const malformed = errorWith('protocol.malformed');

describe('ids of commands', () => {
  it('keeps the id of a command, of 8 bytes and no others', () => {
    const command = { type: 'unlock', id: bytes(8) } as const;
    const encoded = encodeCommand(command);
    // Field 17: two bytes of tag, one of length.
    expect(encoded.slice(-11, -8)).toEqual(Uint8Array.of(0x8a, 0x01, 0x08));
    expect(decodeRequest(encoded).command).toEqual(command);
    expect(decodeRequest(encodeCommand({ type: 'unlock' })).command).toEqual({ type: 'unlock' });
    for (const length of [1, 7, 9]) {
      const wrong = encodeCommand({ type: 'unlock', id: bytes(length) });
      expect(() => decodeRequest(wrong)).toThrow(malformed);
    }
  });

  it('keeps what a command voids: up to four ids of 8 bytes, beside its own and not that', () => {
    const id = bytes(8);
    const others = [1, 2, 3, 4, 5].map((n) => new Uint8Array(8).fill(n));
    const command = { type: 'lock', id, voids: others.slice(0, 4) } as const;
    const encoded = encodeCommand(command);
    // Field 18: two bytes of tag, one of length.
    expect(encoded.slice(-11, -8)).toEqual(Uint8Array.of(0x92, 0x01, 0x08));
    expect(decodeRequest(encoded).command).toEqual(command);
    expect(encodeCommand({ type: 'lock', voids: [] })).toEqual(encodeCommand({ type: 'lock' }));
  });

  it.each([
    ['five ids', { voids: [1, 2, 3, 4, 5].map((n) => new Uint8Array(8).fill(n)) }],
    ['an id of 7 bytes', { voids: [new Uint8Array(7)] }],
    ['an id of 9 bytes', { voids: [new Uint8Array(9)] }],
    ['an empty id', { voids: [new Uint8Array(0)] }],
    ['its own id', { voids: [new Uint8Array(8), bytes(8)] }],
    ['an id, and has none', { id: new Uint8Array(0), voids: [bytes(8)] }],
  ])('refuses a command that voids %s', (_, fields) => {
    const encoded = encodeCommand({ type: 'lock', id: bytes(8), ...fields });
    expect(() => decodeRequest(encoded)).toThrow(malformed);
  });
});
