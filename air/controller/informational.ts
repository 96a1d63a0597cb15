/** Bluetooth 5.0, which brought extended advertising; what is optional in it, the bitmaps tell. */
const VERSION_5_0 = 0x09;
/** Company identifier for what has none. */
const NO_COMPANY = 0xffff;

/** What Read Local Version Information tells (Vol 4 Part E 7.4.1), and its last three to peers. */
export const LOCAL_VERSION = {
  hciVersion: VERSION_5_0,
  hciSubversion: 0,
  version: VERSION_5_0,
  company: NO_COMPANY,
  subversion: 0,
} as const;

/** A bit set for each number. */
export const bitmap = (bytes: number, bits: Iterable<number>): Uint8Array => {
  const map = new Uint8Array(bytes);
  for (const bit of bits) map[bit >> 3] = (map[bit >> 3] ?? 0) | (1 << (bit & 7));
  return map;
};

/** LMP features, 8 bytes: LE is supported (bit 38), BR/EDR is not (bit 37). */
export const LOCAL_FEATURES = bitmap(8, [37, 38]);

/** Bits of the LE features (Vol 6 Part B 4.6) that there are here. */
const Feature = {
  encryption: 0,
  connectionParametersRequest: 1,
  extendedReject: 2,
  peripheralFeaturesExchange: 3,
  dataLengthExtension: 5,
  privacy: 6,
  extendedFilterPolicies: 7,
  le2M: 8,
  extendedAdvertising: 12,
  channelSelection2: 14,
} as const;

/** Those that concern a controller alone: its peers are not told. */
const OWN_FEATURES: ReadonlySet<number> = new Set([
  Feature.privacy,
  Feature.extendedFilterPolicies,
  Feature.extendedAdvertising,
]);

const features = (has: (feature: number) => boolean): Uint8Array =>
  bitmap(8, Object.values(Feature).filter(has));

/** 8 bytes. */
export const leLocalFeatures = (extendedAdvertising: boolean): Uint8Array =>
  features((feature) => extendedAdvertising || feature !== Feature.extendedAdvertising);

/** 8 bytes, as the features exchange tells them. */
export const featuresForPeers = (): Uint8Array => features((feature) => !OWN_FEATURES.has(feature));

/** States and combinations of states that LE Read Supported States knows (Vol 4 Part E 7.8.27). */
const STATES = Array.from({ length: 42 }, (_, state) => state);
/** With connectable advertising, undirected or directed. */
const CONNECTABLE = [2, 3, 10, 11, 14, 15, 29, 30, 31, 32, 33, 34, 35, 36, 37];
/** With a link in the peripheral role. */
const PERIPHERAL = [7, 20, 21, 26, 27, 41];
/** Connectable advertising while there is such a link already. */
const SECOND_LINK = [38, 39, 40];

/** 8 bytes: all that `peripheralLinks` at one time allow. */
export const supportedStates = (peripheralLinks: number): Uint8Array => {
  const missing = new Set([
    ...(peripheralLinks < 1 ? [...CONNECTABLE, ...PERIPHERAL] : []),
    ...(peripheralLinks < 2 ? SECOND_LINK : []),
  ]);
  return bitmap(
    8,
    STATES.filter((state) => !missing.has(state)),
  );
};
