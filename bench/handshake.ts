import { execFileSync } from 'node:child_process';
import { nodeSuite as suite } from '../lib/crypto/node.js';
import { HandshakeState, PATTERNS } from '../lib/noise/handshake-state.js';
import { systemRandom as random } from '../lib/platform/random.js';
import { cpuMicros, figure, medians } from './measure.js';

const ROUNDS = 9;
const HANDSHAKES = 1_000;
const SNOW = 'test/interop/snow/Cargo.toml';
const TARGET = 'node_modules/.cache/snow-peer';

/**
 * Noise KX of ours beside that of the Rust crate snow, in turn. Where snow cannot be built its figures are
 * absent, and stderr says why.
 */
export const handshakeFigures = async () => {
  const snow = buildSnow();
  const [us = NaN, theirs] = await medians(ROUNDS, [
    async () => (await cpuMicros({ kx: handshake() }, 1)).kx,
    ...(snow === undefined ? [] : [() => snowMicros(snow)]),
  ]);
  return [
    figure('noise.kx.per_second', 1e6 / us, '1/s'),
    ...(theirs === undefined
      ? []
      : [
          figure('noise.kx.snow.per_second', 1e6 / theirs, '1/s'),
          figure('noise.kx.vs_snow', us / theirs, 'x'),
        ]),
  ];
};

const buildSnow = (): string | undefined => {
  const args = ['build', '--release', '--locked', '--quiet', '--manifest-path', SNOW];
  try {
    execFileSync('cargo', [...args, '--target-dir', TARGET], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    return `${TARGET}/release/phonekey-snow-peer`;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'cargo is missing' : String(error);
    process.stderr.write(`not measured: snow, beside which our handshake is put: ${reason}\n`);
    return undefined;
  }
};

/** The wall clock of its one thread. */
const snowMicros = (program: string): number => {
  const input = `handshakes ${String(HANDSHAKES)}\n`;
  const answer = execFileSync(program, { input, encoding: 'utf8' });
  const nanos = /^ok ([0-9a-f]{16})$/.exec(answer.trim())?.[1];
  if (nanos === undefined) throw new Error(`snow says: ${answer}`);
  return Number(`0x${nanos}`) / 1000;
};

/** Both ends of one Noise KX handshake, fresh ephemeral keys each time. */
const handshake = (): (() => void) => {
  const prologue = new Uint8Array(0);
  const empty = new Uint8Array(0);
  const car = suite.x25519KeyPair(random(32));
  const phone = suite.x25519KeyPair(random(32));
  return () => {
    const initiator = new HandshakeState(suite, PATTERNS.KX, {
      initiator: true,
      prologue,
      s: car,
      random,
    });
    const responder = new HandshakeState(suite, PATTERNS.KX, {
      initiator: false,
      prologue,
      s: phone,
      rs: car.publicKey,
      random,
    });
    responder.readMessage(initiator.writeMessage(empty));
    initiator.readMessage(responder.writeMessage(empty));
    initiator.split();
    responder.split();
  };
};
