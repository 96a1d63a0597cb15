/** A JSON object that came from somewhere; nothing about its values is known. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The JSON object that UTF-8 bytes hold, all of them; undefined for anything else. */
export const parseJsonObject = (bytes: Uint8Array): JsonObject | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
  return isJsonObject(value) ? value : undefined;
};

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
