/** What an error of any origin says. */
export const errorMessage = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
