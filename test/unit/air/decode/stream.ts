import { AirDecoder } from '../../../../air/decode/air-decoder.js';
import { describeEvent } from '../../../../air/decode/describe.js';
import type { DecodedEvent, ReportedEvent } from '../../../../air/decode/event.js';
import type { Direction } from '../../../../air/capture/btsnoop.js';
import { ConnectionRole } from '../../../../lib/hci/constants.js';
import { DisconnectionComplete, LeConnectionComplete } from '../../../../lib/hci/events/links.js';
import { aclPacket } from '../../../../lib/hci/h4.js';
import type { Shape } from '../../../../lib/hci/layout.js';
import type { HciCommand, HciEvent } from '../../../../lib/hci/packet.js';
import { completed, event, filled } from '../../../support/hci-packets.js';
import type { Given } from '../../../support/hci-packets.js';

export const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** The bytes of an address on the wire: the last byte first. */
export const wire = (address: string): Uint8Array => hex(address.split(':').toReversed().join(''));

/** An event, with zeros for what is not given. */
export const eventOf = <S extends Shape>(declared: HciEvent<S>, given: Given<S>): Uint8Array =>
  hex(event(declared, given));

/** LE Connection Complete: 7.5 ms, latency 0, 420 ms. */
export const connectionComplete = (
  handle: number,
  role: 'central' | 'peripheral',
  peer: string,
): Uint8Array =>
  eventOf(LeConnectionComplete, {
    handle,
    role: ConnectionRole[role],
    peerAddress: wire(peer),
    ...LINK,
  });

/** The parameters of a link that bleno and noble agree on. */
export const LINK = { interval: 6, timeout: 0x2a };

export const disconnectionComplete = (handle: number, reason: number): Uint8Array =>
  eventOf(DisconnectionComplete, { handle, reason });

/** One whole ATT PDU in one ACL packet. */
export const att = (handle: number, pdu: string): Uint8Array => {
  const payload = hex(pdu);
  const header = Buffer.alloc(4);
  header.writeUInt16LE(payload.length);
  header.writeUInt16LE(4, 2);
  return aclPacket(handle, 0, Buffer.concat([header, payload]));
};

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
  command<P extends Shape, R extends Shape>(
    index: number,
    declared: HciCommand<P, R>,
    given: Given<P> = {},
    returned: Given<HciCommand<P, R>['returned']['shape']> = {},
  ): string[] {
    return [
      ...this.sent(index, declared.packet(filled(declared.parameters, given))),
      ...this.received(index, hex(completed(declared, returned))),
    ];
  }
}

/** `phone -> car: Write Command ...` */
const lines = (told: readonly ReportedEvent[]): string[] =>
  told.map(({ event }) => {
    const { who, what } = describeEvent(event);
    return `${who}: ${what}`;
  });
