/** What a fob has buttons for; holding the one with the car's picture authorises driving (`start`). */
export const BUTTONS = ['lock', 'unlock', 'trunk', 'start'] as const;

export type Button = (typeof BUTTONS)[number];

/** The name of a fob where none is given. */
export const DEFAULT_FOB = 'fob';
