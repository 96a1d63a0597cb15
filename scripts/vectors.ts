import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { decisionVectors } from './decision-vectors.js';
import { grantVectors } from './grant-vectors.js';
import { fillExamples } from './worked-example.js';
import { frameVectors, pairingVectors, sessionVectors } from './make-vectors.js';
import { pinVectors } from './pin-vectors.js';
import { revocationListVectors } from './revocation-list-vectors.js';
import { turnVectors } from './turn-vectors.js';
import { uriVectors } from './uri-vectors.js';
import { wishVectors } from './wish-vectors.js';
import { advertisementVectors, chunkVectors, fromCarVectors, nameVectors } from './wire-vectors.js';

// Writes test/vectors/*.json and the worked examples of docs/PROTOCOL.md: `npm run vectors`.
// Run it only when the protocol changes on purpose, and say so in the changelog.

const PROTOCOL = 'docs/PROTOCOL.md';

mkdirSync('test/vectors', { recursive: true });
for (const [name, make] of Object.entries({
  session: sessionVectors,
  pairing: pairingVectors,
  frames: frameVectors,
  grants: grantVectors,
  'revocation-lists': revocationListVectors,
  decisions: decisionVectors,
  pin: pinVectors,
  turns: turnVectors,
  wishes: wishVectors,
  uris: uriVectors,
  advertisements: advertisementVectors,
  names: nameVectors,
  chunks: chunkVectors,
  'from-car': fromCarVectors,
})) {
  const path = `test/vectors/${name}.json`;
  writeFileSync(path, `${JSON.stringify(make(), undefined, 2)}\n`);
  console.log(path);
}
writeFileSync(PROTOCOL, fillExamples(readFileSync(PROTOCOL, 'utf8')));
console.log(PROTOCOL);
