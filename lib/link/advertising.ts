/** What an advertisement or a scan response says. UUIDs have 128 bits, in lower case with dashes. */
export interface AdvertisingFields {
  /** UUIDs of services; 18 bytes on the air for one. */
  readonly services?: readonly string[];
  /** Data of services; 18 bytes on the air for each, and the data. */
  readonly serviceData?: readonly ServiceData[];
  /** UTF-8; 2 bytes on the air, and the name. */
  readonly localName?: string;
}

/** What a service advertises of itself (Core Specification Supplement, Part A, 1.11). */
export interface ServiceData {
  /** Of the service: 128 bits, in lower case with dashes. */
  readonly uuid: string;
  /** At most 10 bytes in an advertisement, where the flags go with it, and 13 in a scan response. */
  readonly data: Uint8Array;
}

/** What is advertised together. Each part is encoded into at most 31 bytes, of which the flags are 3. */
export interface AdvertisingContent {
  /** What everybody hears. */
  readonly advertisement: AdvertisingFields;
  /** For those who ask. */
  readonly scanResponse?: AdvertisingFields;
}

/** What a phone looks for. */
export interface ScanFilter {
  /** UUID of a service, by which some systems choose what they report. */
  readonly service: string;
  /** Of what such a system reports, advertisement and scan response as one. */
  matches(heard: AdvertisingFields): boolean;
}

/** The data that this service advertises, undefined where there is none. */
export const serviceDataOf = (
  { serviceData }: AdvertisingFields,
  service: string,
): Uint8Array | undefined => serviceData?.find(({ uuid }) => uuid === service)?.data;
