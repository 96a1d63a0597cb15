/** A UUID as noble and bleno write it: hex digits without dashes. */
export const bareUuid = (uuid: string): string => uuid.replaceAll('-', '');

/** Undoes `bareUuid`; a short UUID stays as it is. */
export const dashedUuid = (bare: string): string =>
  bare.replace(/^(.{8})-?(.{4})-?(.{4})-?(.{4})-?(.{12})$/, '$1-$2-$3-$4-$5');
