import { AirDecoder } from '../../../../air/decode/air-decoder.js';
import { describeEvent } from '../../../../air/decode/describe.js';
import type { DecodedEvent, ReportedEvent } from '../../../../air/decode/event.js';
import type { Direction } from '../../../../air/capture/btsnoop.js';
import { CommandComplete } from '../../../../lib/hci/events/general.js';
import { aclPacket, commandPacket } from '../../../../lib/hci/h4.js';
import { eventPacket } from '../../../support/hci-packets.js';

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** The bytes of an address on the wire, in hex: the last byte first. */
export const wire = (address: string): string => address.split(':').toReversed().join('');

/** LE Connection Complete: 7.5 ms, latency 0, 420 ms. */
export const connectionComplete = (
  handle: number,
  role: 'central' | 'peripheral',
  peer: string,
): Uint8Array =>
  eventPacket(
    0x3e,
    hex(
      `01 00 ${u16(handle)} ${role === 'central' ? '00' : '01'} 00 ${wire(peer)} 0600 0000 2a00 00`,
    ),
  );

export const disconnectionComplete = (handle: number, reason: number): Uint8Array =>
  eventPacket(0x05, hex(`00 ${u16(handle)} ${u8(reason)}`));

/** One whole ATT PDU in one ACL packet. */
export const att = (handle: number, pdu: string): Uint8Array => {
  const payload = hex(pdu);
  return aclPacket(handle, 0, Buffer.concat([hex(`${u16(payload.length)} 0400`), payload]));
};

export const u8 = (value: number): string => value.toString(16).padStart(2, '0');
export const u16 = (value: number): string => `${u8(value & 0xff)}${u8(value >> 8)}`;

/** Controllers of an air, and what a decoder tells of their packets; an event is a millisecond. */
export class Stream {
  readonly decoder: AirDecoder;
  #time = 0;

  constructor(names: ReadonlyMap<string, string> = new Map()) {
    this.decoder = new AirDecoder({ uuidNames: names });
  }

  came(index: number, address: string, label = ''): string[] {
    const device = { index, address, label };
    return lines(this.decoder.push({ type: 'came', device, time: this.#time++ }));
  }

  left(index: number): string[] {
    const device = { index, address: '', label: '' };
    return lines(this.decoder.push({ type: 'left', device, time: this.#time++ }));
  }

  told(index: number, direction: Direction, packet: Uint8Array): ReportedEvent[] {
    const record = { time: this.#time++, index, direction, packet: Buffer.from(packet) };
    return this.decoder.push({ type: 'record', record });
  }

  events(index: number, direction: Direction, packet: Uint8Array): DecodedEvent[] {
    return this.told(index, direction, packet).map(({ event }) => event);
  }

  sent(index: number, packet: Uint8Array): string[] {
    return lines(this.told(index, 'sent', packet));
  }

  received(index: number, packet: Uint8Array): string[] {
    return lines(this.told(index, 'received', packet));
  }

  /** A command and its answer; status 0 unless it is told otherwise. */
  command(index: number, opcode: number, parameters: string, returned = '00'): string[] {
    return [
      ...this.sent(index, commandPacket(opcode, hex(parameters))),
      ...this.received(
        index,
        CommandComplete.packet({ allowed: 1, opcode, returned: hex(returned) }),
      ),
    ];
  }
}

/** `phone -> car: Write Command ...` */
const lines = (told: readonly ReportedEvent[]): string[] =>
  told.map(({ event }) => {
    const { who, what } = describeEvent(event);
    return `${who}: ${what}`;
  });
