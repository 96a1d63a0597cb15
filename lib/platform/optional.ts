/** Options that may be left out, or undefined. */
export type Optional<T> = { readonly [K in keyof T]?: T[K] | undefined };
