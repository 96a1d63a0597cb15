export const FORM_FACTORS = ['phone', 'watch', 'tablet', 'computer', 'fob', 'card'] as const;

/** What kind of thing has a key. It is said by that thing, stands in lists, and gives no right. */
export type FormFactor = (typeof FORM_FACTORS)[number];
