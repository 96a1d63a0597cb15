/** Where a format has which bytes (in latin1), for a word about what is not read. */
const SIGNATURES: readonly (readonly [name: string, at: number, signature: string | RegExp])[] = [
  ['a JPEG picture', 0, '\xff\xd8\xff'],
  ['a GIF picture', 0, 'GIF8'],
  ['a WebP picture', 8, 'WEBP'],
  ['an AVIF picture', 4, /^ftypavi[fs]/],
  ['a HEIC picture', 4, /^ftyp(hei[cfmsx]|hev[cmsx]|mif1|msf1)/],
  ['a BMP picture', 0, /^BM[^]{4}\0{4}/],
  ['a TIFF picture', 0, /^(II\*\0|MM\0\*)/],
  ['a JPEG XL picture', 0, '\xff\x0a'],
  ['a JPEG XL picture', 4, 'JXL '],
  ['a JPEG 2000 picture', 4, 'jP  '],
  ['an icon', 0, '\0\0\x01\0'],
  ['an SVG picture', 0, /^\W*<(\?xml|svg|!DOCTYPE svg|!--)[^]*<svg|^\W*<svg/i],
  ['a web page', 0, /^\W*<(!DOCTYPE html|html)/i],
  ['a PDF document', 0, '%PDF-'],
  ['a ZIP archive', 0, 'PK\x03\x04'],
  ['a gzip file', 0, '\x1f\x8b'],
];

const HEAD = 1024;

/** `a JPEG picture`; undefined for what is none of those that are known here, PNG and text among them. */
export const formatOf = (bytes: Buffer): string | undefined => {
  const head = bytes.toString('latin1', 0, HEAD);
  const found = SIGNATURES.find(([, at, signature]) =>
    typeof signature === 'string' ? head.startsWith(signature, at) : signature.test(head.slice(at)),
  );
  return found?.[0];
};
