import { defaultSuite } from '../../crypto/index.js';
import type { Suite } from '../../crypto/suite.js';
import { proofTagKey, proofTagWith } from '../session/common.js';
import { advertisementIsFrom, advertisementKey, decodeAdvertisement } from '../advertisement.js';

/** A car that the viewer is paired with. No private key is needed to recognise it. */
export interface KnownCar {
  /** By which the viewer calls it. */
  readonly name: string;
  /** X25519, 32 bytes; who has it can tell the car's advertisements and proofs meant for it. */
  readonly publicKey: Uint8Array;
}

/** What an advertisement of a car says to somebody who knows some cars. */
export interface SeenAdvertisement {
  /** Whether the pairing window is open. */
  readonly pairing: boolean;
  /** Name of the known car that it comes from, or null: a stranger's. */
  readonly car: string | null;
}

/** Reads the service data that a car advertises (9 bytes); undefined when it is none of ours. */
export const inspectAdvertisement = (
  serviceData: Uint8Array,
  cars: readonly KnownCar[],
  suite: Suite = defaultSuite,
): SeenAdvertisement | undefined => {
  const seen = decodeAdvertisement(serviceData);
  if (seen === undefined) return undefined;
  const from = cars.find(({ publicKey }) =>
    advertisementIsFrom(suite, advertisementKey(suite, publicKey), serviceData),
  );
  return { ...seen, car: from?.name ?? null };
};

/** Name of the known car that a Proof is meant for: the one for which its tag is valid, or null. */
export const carOfProof = (
  suite: Suite,
  cars: readonly KnownCar[],
  challenge: Uint8Array,
  { handshake, tag }: { readonly handshake: Uint8Array; readonly tag: Uint8Array },
): string | null =>
  cars.find(({ publicKey }) =>
    suite.equal(tag, proofTagWith(suite, proofTagKey(suite, publicKey))(challenge, handshake)),
  )?.name ?? null;
