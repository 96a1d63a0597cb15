import { fromHex, utf8Prefix } from '../../lib/platform/bytes.js';
import type { AirListener } from '../tap.js';
import { btsnoopHeader, Datalink, recordOf } from './btsnoop.js';
import type { CaptureSink } from './capturing.js';
import {
  MONITOR_PACKETS,
  MonitorOpcode,
  NEW_INDEX_ADDRESS,
  NEW_INDEX_BYTES,
  NEW_INDEX_NAME,
} from './monitor-format.js';
import type { AirDevice, AirRecord } from './record.js';

/** What the monitor takes for no controller. */
const NO_INDEX = 0xffff;
const NOTHING = Buffer.alloc(0);

/**
 * What a tap of an air gives, as one btsnoop file in the format of the Linux monitor, whole records at a
 * time. Wireshark and btmon read it, and tell the controllers apart.
 */
export const monitorCapture = (sink: CaptureSink): AirListener => {
  sink.write(btsnoopHeader(Datalink.monitor));
  const write = (index: number, opcode: number, data: Uint8Array, time: number): void => {
    sink.write(recordOf(data, (index % NO_INDEX) * 0x10000 + opcode, time));
  };
  return (sighting) => {
    switch (sighting.type) {
      case 'came': {
        const { device, time } = sighting;
        write(device.index, MonitorOpcode.newIndex, newIndex(device), time);
        write(device.index, MonitorOpcode.openIndex, NOTHING, time);
        break;
      }
      case 'record': {
        const { index, packet, time } = sighting.record;
        const opcode = opcodeOf(sighting.record);
        if (opcode !== undefined) write(index, opcode, packet.subarray(1), time);
        break;
      }
      case 'left': {
        const { device, time } = sighting;
        write(device.index, MonitorOpcode.closeIndex, NOTHING, time);
        write(device.index, MonitorOpcode.deleteIndex, NOTHING, time);
        break;
      }
    }
  };
};

/** Undefined for what the monitor does not know, such as an event from a host. */
const opcodeOf = ({ direction, packet }: AirRecord): number | undefined => {
  for (const [opcode, kind] of MONITOR_PACKETS) {
    if (kind.direction === direction && kind.type === packet[0]) return opcode;
  }
  return undefined;
};

/** A primary controller (0) on the virtual bus (0). The name ends with a zero. */
const newIndex = ({ index, address, label }: AirDevice): Buffer => {
  const data = Buffer.alloc(NEW_INDEX_BYTES);
  data.set((fromHex(address.replaceAll(':', '')) ?? NOTHING).reverse(), NEW_INDEX_ADDRESS);
  const name = label === '' ? `hci${String(index)}` : label;
  data.set(utf8Prefix(name, NEW_INDEX_BYTES - NEW_INDEX_NAME - 1), NEW_INDEX_NAME);
  return data;
};

/**
 * Writes what passes between all hosts of an air and their controllers to `sink`, until the function
 * that is returned is called.
 */
export const captureAir = (
  air: { tap(listener: AirListener): () => void },
  sink: CaptureSink,
): (() => void) => air.tap(monitorCapture(sink));
