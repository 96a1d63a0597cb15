/** What answers and events have in them; a test reads of it what it expects to be there. */
export interface Told {
  readonly code: string;
  readonly id: string;
  readonly token: string;
  readonly expiresAt: string;
  readonly tokens: readonly { readonly id: string }[];
  readonly car: string;
  readonly secret: string;
  readonly claimCode: string;
  readonly link: string;
  readonly cars: readonly { readonly id: string }[];
  readonly commands: readonly Record<string, unknown>[];
  readonly objects: readonly { readonly id: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** A route of the document. */
interface Operation {
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
}

const NOTHING = {} as Told;

export const told = (text: string): Told => (text === '' ? NOTHING : (JSON.parse(text) as Told));
