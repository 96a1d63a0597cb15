/** What an advertisement or a scan response says. UUIDs have 128 bits, in lower case with dashes. */
export interface AdvertisingFields {
  readonly services?: readonly string[];
  readonly serviceData?: readonly ServiceData[];
  readonly localName?: string;
}

export interface ServiceData {
  readonly uuid: string;
  readonly data: Uint8Array;
}

/** What is advertised together. Each part is encoded into at most 31 bytes, of which the flags are 3. */
export interface AdvertisingContent {
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

export const serviceDataOf = (
  { serviceData }: AdvertisingFields,
  service: string,
): Uint8Array | undefined => serviceData?.find(({ uuid }) => uuid === service)?.data;
