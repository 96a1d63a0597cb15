import { describe, expect, it } from '@jest/globals';
import { defaultSuite as suite } from '../../../lib/crypto/index.js';
import { SymmetricState } from '../../../lib/noise/index.js';
import { utf8 } from '../../../lib/platform/bytes.js';

describe('the name of a protocol', () => {
  it.each([1, 63, 64])('of %i bytes is filled up with zeros', (length) => {
    const name = 'N'.repeat(length);
    const hash = new Uint8Array(64);
    hash.set(utf8(name));
    expect(new SymmetricState(suite, name).getHandshakeHash()).toEqual(hash);
  });

  it('of more than 64 bytes is hashed', () => {
    const name = 'N'.repeat(65);
    const hash = suite.sha512(utf8(name));
    expect(new SymmetricState(suite, name).getHandshakeHash()).toEqual(hash);
  });
});
