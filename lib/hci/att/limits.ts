/** ATT_MTU before any exchange (Vol 3 Part G 5.2.1), in bytes. */
export const DEFAULT_MTU = 23;
/** The longest value of an attribute (Vol 3 Part F 3.2.9), in bytes. */
export const MAX_VALUE_BYTES = 512;
/** Room for that behind everything that can go before it in a PDU (handle and offset), in bytes. */
export const MAX_MTU = 517;
