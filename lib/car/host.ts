import type { Applicant, Introduction, KeySlot } from '../credentials/key-slot.js';
import type { PolicyRefusal } from '../credentials/policy.js';
import type { KeyPair } from '../crypto/suite.js';
import type { Command } from '../domain/commands.js';
import type { Enrolment, Result } from '../domain/outcomes.js';
import type { Role } from '../domain/roles.js';

/**
 * What CarEndpoint asks of the car it serves: firmware-sim implements this, and so does anybody who
 * builds a car. CarEndpoint knows the protocol; the host knows the body, the keys and the memory.
 * Rejections and throws of these methods never reach the air: the endpoint answers with a refusal
 * (`fault`) and logs them.
 */
export interface CarHost {
  /** X25519; the public key is the car's identity. */
  readonly identity: KeyPair;
  /** At most 32 bytes of UTF-8; told to paired phones only. */
  readonly name: string;
  /** All enrolled keys. */
  keys(): readonly KeySlot[];
  /**
   * Carries out an authenticated command after checking what the key's role permits.
   * @param peer `Link.peer` of the link on which it came
   */
  execute(command: Command, key: KeySlot, peer?: string): Promise<Result>;
  /** How phones that know the code on the screen become keys. */
  readonly pairing: PairingHost;
  /** Grants and revocation lists of owners; a car without it takes paired keys alone. */
  readonly credentials?: CredentialHost;
}

/** How keys come and go by the signatures of owners (docs/PROTOCOL.md, section 7). */
export interface CredentialHost {
  /**
   * Takes a key that proved itself and shows a chain of grants, with which it may be known already.
   * Resolves once it is durable. `grant-invalid`: the chain does not hold, and the sender is a stranger.
   */
  admit(publicKey: Uint8Array, introduction: Introduction): Promise<KeySlot | AdmissionRefusal>;
  /** A part of a revocation list, from anybody; whether it was good for something is not answered. */
  receive(revocationList: Uint8Array): Promise<void>;
}

/** Why a key with a grant is not taken, or not for this. `grant-void`: it is older than something that was revoked. */
export type AdmissionRefusal =
  'grant-invalid' | 'grant-void' | 'dated-ahead' | 'slots-full' | 'name-invalid' | PolicyRefusal;

/**
 * The pairing window of a car (docs/PROTOCOL.md, section 4): who may open it, and how often may be guessed, is
 * yours.
 */
export interface PairingHost {
  /** The window that a card tap opened, or undefined when it is closed (time, tries, done). */
  window(): PairingWindow | undefined;
  /**
   * Counts a try. Resolves only once the count is in non-volatile memory, because what follows tells
   * a guesser whether the guess was right. Resolves to false when the window is closed by now. Where it rejects,
   * nothing follows, and the try need not count.
   */
  countTry(window: PairingWindow): Promise<boolean>;
  /**
   * Stores the phone's keys, both of which it has proved to have (the same public key again: in its
   * slot), with the role of the window, closes that, and resolves once all is durable.
   */
  enrol(window: PairingWindow, phone: Applicant): Promise<Enrolment | EnrolRefusal>;
  /**
   * Gives back a try that was counted: the phone has shown that it knew the code, and a fault of the car ended the
   * pairing. Without it, the try is used up.
   */
  returnTry?(window: PairingWindow): void;
}

/**
 * Why nothing was stored. `closed`: the window, meanwhile. `last-owner`: the key is that of the car's last
 * owner, and the window is for less. `key-mismatch`: the public key is stored with another signing key.
 * `name-invalid`: the phone has no name that is permitted; it knew the code, and its try does not count.
 */
export type EnrolRefusal = 'slots-full' | 'closed' | 'last-owner' | 'key-mismatch' | 'name-invalid';

/** A window is an object of its own: another one is another window, also with the same code. */
export interface PairingWindow {
  /** 8 digits, as the car's screen shows them. */
  readonly code: string;
  /** What it gives to whoever knows the code, also where the key had another one. */
  readonly role: Role;
}

/**
 * What a pairing has to finish in, in milliseconds: a link is closed then, and a host leaves the window
 * open for so long after the last try.
 */
export const PAIRING_MS = 30_000;
