/** One record of a capture; see parseCapture. */
export interface CapturedPacket {
  readonly packet: Buffer;
  readonly flags: number;
  readonly drops: number;
  /** Microseconds since the year 0. */
  readonly time: bigint;
}

/**
 * Reads a btsnoop file strictly: every byte of it must belong to a record.
 * @param datalink 1002: H4; 2001: the Linux monitor
 */
export const parseCapture = (file: Buffer, datalink: 1002 | 2001 = 1002): CapturedPacket[] => {
  const header = file.toString('hex', 0, 16);
  const wanted = `6274736e6f6f700000000001${datalink.toString(16).padStart(8, '0')}`;
  if (header !== wanted) throw new Error(`header ${header}`);
  const packets: CapturedPacket[] = [];
  for (let at = 16; at < file.length;) {
    const length = file.readUInt32BE(at);
    if (file.readUInt32BE(at + 4) !== length) throw new Error('a packet was cut');
    const end = at + 24 + length;
    if (end > file.length) throw new Error('the last record is not whole');
    packets.push({
      packet: file.subarray(at + 24, end),
      flags: file.readUInt32BE(at + 8),
      drops: file.readUInt32BE(at + 12),
      time: file.readBigInt64BE(at + 16),
    });
    at = end;
  }
  return packets;
};

/** One controller of a capture of a whole air. */
export interface CapturedController {
  readonly name: string;
  /** Its packets, H4 again, as a capture of its own would have them. */
  readonly packets: CapturedPacket[];
}

/** H4 type and direction (1: received) of the monitor's opcodes that carry packets. */
const MONITOR_PACKETS: ReadonlyMap<number, readonly [type: number, received: number]> = new Map([
  [2, [1, 0]],
  [3, [4, 1]],
  [4, [2, 0]],
  [5, [2, 1]],
]);

/** Reads a capture of a whole air strictly: its controllers, by their numbers. */
export const parseAirCapture = (file: Buffer): Map<number, CapturedController> => {
  const controllers = new Map<number, CapturedController>();
  for (const record of parseCapture(file, 2001)) {
    const [index, opcode] = [record.flags >>> 16, record.flags & 0xffff];
    if (opcode === 0) {
      const name = record.packet.toString('utf8', 8).replaceAll('\0', '');
      controllers.set(index, { name, packets: [] });
      continue;
    }
    const controller = controllers.get(index);
    if (controller === undefined) throw new Error(`nobody is ${String(index)}`);
    const kind = MONITOR_PACKETS.get(opcode);
    if (kind !== undefined) {
      const [type, flags] = kind;
      const packet = Buffer.concat([Buffer.of(type), record.packet]);
      controller.packets.push({ ...record, packet, flags });
    } else if (![1, 8, 9].includes(opcode)) {
      throw new Error(`opcode ${String(opcode)}`);
    }
  }
  return controllers;
};

const ATT_CHANNEL = 4;
/** Opcodes of ATT whose parameters are a handle (2 bytes) and a value. */
const WITH_VALUE = new Set([0x12, 0x52, 0x1b]);

/**
 * What was written and notified, in both directions: the values joined, so that what a packet or a
 * notification boundary cuts in two is found all the same.
 */
export const attValues = (
  packets: readonly CapturedPacket[],
): { sent: Buffer; received: Buffer } => {
  const values = { sent: [] as Buffer[], received: [] as Buffer[] };
  const partial: { sent: Buffer; received: Buffer } = {
    sent: Buffer.alloc(0),
    received: Buffer.alloc(0),
  };
  for (const { packet, flags } of packets) {
    if (packet[0] !== 0x02) continue;
    const way = (flags & 1) === 0 ? 'sent' : 'received';
    const continuing = ((packet.readUInt16LE(1) >> 12) & 3) === 1;
    const data = packet.subarray(5);
    const frame: Buffer = continuing ? Buffer.concat([partial[way], data]) : data;
    partial[way] = frame;
    if (frame.length < 5 || frame.length < 4 + frame.readUInt16LE(0)) continue;
    if (frame.readUInt16LE(2) === ATT_CHANNEL && WITH_VALUE.has(frame.readUInt8(4))) {
      values[way].push(frame.subarray(7));
    }
  }
  return { sent: Buffer.concat(values.sent), received: Buffer.concat(values.received) };
};
