import type { AclBuffers } from './connections.js';

/** Bluetooth 5.0, which brought the PHY commands; what is optional in it, the bitmaps tell. */
const VERSION_5_0 = 0x09;
/** Company identifier for what has none. */
const NO_COMPANY = 0xffff;

/** Return parameters without the status byte (Vol 4 Part E 7.4). */
export const localVersion = (): Buffer => {
  const returned = Buffer.alloc(8);
  returned.writeUInt8(VERSION_5_0, 0);
  returned.writeUInt8(VERSION_5_0, 3);
  returned.writeUInt16LE(NO_COMPANY, 4);
  return returned;
};

/** LMP features, 8 bytes: LE is supported (bit 38), BR/EDR is not (bit 37). */
export const localFeatures = (): Buffer => Buffer.from('0000000060000000', 'hex');

/** Encryption (bit 0), Peripheral-initiated Features Exchange (3), Data Packet Length (5), LE 2M (8). */
export const leLocalFeatures = (): Buffer => Buffer.from('2901000000000000', 'hex');

/** ACL length (2), SCO length (1), ACL count (2), SCO count (2). */
export const bufferSize = ({ length, count }: AclBuffers): Buffer => {
  const returned = Buffer.alloc(7);
  returned.writeUInt16LE(length, 0);
  returned.writeUInt16LE(count, 3);
  return returned;
};

/** ACL length (2), ACL count (1). */
export const leBufferSize = ({ length, count }: AclBuffers): Buffer =>
  Buffer.from([length & 0xff, length >> 8, count]);

/** Of the states of LE Read Supported States, those with directed advertising. */
const DIRECTED = [3, 11, 15, 29, 30, 31, 33, 34, 36, 37, 39, 40];
const STATES = 42;
/** Connectable advertising in the peripheral role. */
const ADVERTISING_PERIPHERAL = 38;

/** 8 bytes (Vol 4 Part E 7.8.27): every combination of what is supported at all. */
export const leSupportedStates = (peripheralLinks: number): Buffer => {
  const states = Buffer.alloc(8);
  for (let state = 0; state < STATES; state++) {
    if (DIRECTED.includes(state)) continue;
    if (state === ADVERTISING_PERIPHERAL && peripheralLinks < 2) continue;
    const octet = state >> 3;
    states.writeUInt8(states.readUInt8(octet) | (1 << (state & 7)), octet);
  }
  return states;
};
