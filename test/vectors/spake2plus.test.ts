import { expect, it } from '@jest/globals';
import {
  register,
  Spake2PlusProver,
  Spake2PlusVerifier,
} from '../../lib/native/pairing/spake2plus.js';
import { toHex, utf8 } from '../../lib/platform/bytes.js';
import { fromHex, suites } from './support.js';

// RFC 9383 appendix C, P256-SHA256-HKDF-SHA256-HMAC-SHA256.
const VECTOR = {
  context: 'SPAKE2+-P256-SHA256-HKDF-SHA256-HMAC-SHA256 Test Vectors',
  idProver: 'client',
  idVerifier: 'server',
  w0: 'bb8e1bbcf3c48f62c08db243652ae55d3e5586053fca77102994f23ad95491b3',
  w1: '7e945f34d78785b8a3ef44d0df5a1a97d6b3b460409a345ca7830387a74b1dba',
  L:
    '04eb7c9db3d9a9eb1f8adab81b5794c1f13ae3e225efbe91ea487425854c7fc00f' +
    '00bfedcbd09b2400142d40a14f2064ef31dfaa903b91d1faea7093d835966efd',
  x: 'd1232c8e8693d02368976c174e2088851b8365d0d79a9eee709c6a05a2fad539',
  shareP:
    '04ef3bd051bf78a2234ec0df197f7828060fe9856503579bb1733009042c15c0c1' +
    'de127727f418b5966afadfdd95a6e4591d171056b333dab97a79c7193e341727',
  y: '717a72348a182085109c8d3917d6c43d59b224dc6a7fc4f0483232fa6516d8b3',
  shareV:
    '04c0f65da0d11927bdf5d560c69e1d7d939a05b0e88291887d679fcadea75810fb' +
    '5cc1ca7494db39e82ff2f50665255d76173e09986ab46742c798a9a68437b048',
  confirmP: '926cc713504b9b4d76c9162ded04b5493e89109f6d89462cd33adc46fda27527',
  confirmV: '9747bcc4f8fe9f63defee53ac9b07876d907d55047e6ff2def2e7529089d3e68',
  sharedKey: '0c5f8ccd1413423a54f6c1fb26ff01534a87f893779c6e68666d772bfd91f3e7',
};

/** The scalar comes out of 40 random bytes modulo the order: eight zero bytes leave it as it is. */
const fixedScalar = (scalar: string) => (): Uint8Array => fromHex('00'.repeat(8) + scalar);

it.each(suites)('RFC 9383 appendix C, $name suite', (suite) => {
  const w0 = fromHex(VECTOR.w0);
  const w1 = fromHex(VECTOR.w1);
  const common = {
    context: utf8(VECTOR.context),
    idProver: utf8(VECTOR.idProver),
    idVerifier: utf8(VECTOR.idVerifier),
    suite,
  };
  const { L } = register({ w0, w1 });
  expect(toHex(L)).toBe(VECTOR.L);

  const prover = new Spake2PlusProver({ ...common, w0, w1, random: fixedScalar(VECTOR.x) });
  const verifier = new Spake2PlusVerifier({ ...common, w0, L, random: fixedScalar(VECTOR.y) });
  expect(toHex(prover.share)).toBe(VECTOR.shareP);
  const { shareV, confirmV } = verifier.respond(prover.share);
  expect(toHex(shareV)).toBe(VECTOR.shareV);
  expect(toHex(confirmV)).toBe(VECTOR.confirmV);
  const { confirmP, sharedKey } = prover.finish(shareV, confirmV);
  expect(toHex(confirmP)).toBe(VECTOR.confirmP);
  expect(toHex(sharedKey)).toBe(VECTOR.sharedKey);
  expect(toHex(verifier.finish(confirmP))).toBe(VECTOR.sharedKey);
});
