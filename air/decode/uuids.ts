/** Short UUIDs that every GATT client meets (Assigned Numbers, section 3). */
const STANDARD: ReadonlyMap<string, string> = new Map([
  ['1800', 'Generic Access'],
  ['1801', 'Generic Attribute'],
  ['180a', 'Device Information'],
  ['180f', 'Battery'],
  ['2800', 'Primary Service'],
  ['2801', 'Secondary Service'],
  ['2802', 'Include'],
  ['2803', 'Characteristic'],
  ['2900', 'Characteristic Extended Properties'],
  ['2901', 'Characteristic User Description'],
  ['2902', 'Client Characteristic Configuration'],
  ['2a00', 'Device Name'],
  ['2a01', 'Appearance'],
  ['2a04', 'Peripheral Preferred Connection Parameters'],
  ['2a05', 'Service Changed'],
]);

/** Names for UUIDs, as `uuidText` writes them. */
export type UuidNames = ReadonlyMap<string, string>;

/** The name of a UUID, or the UUID itself. */
export const uuidName = (uuid: string, own: UuidNames): string =>
  own.get(uuid) ?? STANDARD.get(uuid) ?? uuid;
