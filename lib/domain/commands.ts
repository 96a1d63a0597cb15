/** Of a command's id. */
export const COMMAND_ID_BYTES = 8;

/** How many others one command voids at the most. */
export const MOST_VOIDS = 4;

/** What a phone can ask of a car. */
export type Command = {
  /** 8 random bytes, the same for each time that one wish is sent: the car acts on it once. */
  readonly id?: Uint8Array;
  /**
   * Ids of up to 4 older wishes of the same key that this one replaces: what comes of them later is not done. Beside
   * an `id` alone, which is not among them.
   */
  readonly voids?: readonly Uint8Array[];
} & (
  | { readonly type: 'unlock' }
  | { readonly type: 'lock' }
  /** Authorises driving; the PIN, 4 to 8 digits, where the car asks for it; empty: not typed. */
  | { readonly type: 'start'; readonly pin?: string }
  | { readonly type: 'trunk' }
  | { readonly type: 'frunk' }
  | { readonly type: 'status' }
  | { readonly type: 'listKeys' }
  /** Without a slot the key that asks. */
  | { readonly type: 'removeKey'; readonly slot?: number }
  /** A sealed part of an owner's revocation list, 148 to 2020 bytes. */
  | { readonly type: 'deliver'; readonly revocationList: Uint8Array }
  /** 4 to 8 digits; empty: no PIN any more. The old one, where the car has one; empty: not typed. */
  | { readonly type: 'setPin'; readonly pin: string; readonly oldPin?: string }
  | { readonly type: 'raiseEpoch' }
  /** Seconds since 1970, by the clock of an owner's phone. */
  | { readonly type: 'setTime'; readonly seconds: number }
  /** What the car has by this owner's revocation lists; from 0. */
  | { readonly type: 'listRevocations'; readonly page: number }
);

/** The `type` of a command. */
export type CommandName = Command['type'];

/** The command of that name. */
export type CommandOf<N extends CommandName> = Extract<Command, { type: N }>;
