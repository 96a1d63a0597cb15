export const PROTOCOL_VERSION = 1;

/**
 * The longest message either side accepts, in bytes; a longer one closes the link. The longest that is
 * sent is the list of all keys.
 */
export const MAX_MESSAGE = 2048;
