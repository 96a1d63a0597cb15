import type { Direction } from '../capture/btsnoop.js';
import type { AirEvent, AirRecord } from '../capture/record.js';
import { PacketType } from '../../lib/hci/constants.js';
import { DisconnectionComplete } from '../../lib/hci/events/links.js';
import { readAcl } from '../../lib/hci/h4.js';
import { Channel, L2capReassembler } from '../../lib/hci/l2cap.js';
import type { L2capPdu } from '../../lib/hci/l2cap.js';
import { readable, Reader } from '../../lib/hci/reader.js';
import { HANDLE_MASK } from '../../lib/hci/shared.js';
import { hexNumber } from '../../lib/hci/text.js';
import { keepLatest } from '../keep-latest.js';
import { AttDecoder } from './att-decoder.js';
import { Controllers } from './controllers.js';
import { describeBytes } from './described.js';
import type { Party } from './event.js';
import { fieldsText, namedText } from './fields.js';
import type { Fields } from './fields.js';
import { GattDatabase } from './gatt-database.js';
import { commandName, commandOf, describeEventPacket } from './hci-events.js';
import { describePdu } from './l2cap.js';
import type { UuidNames } from './uuids.js';

/** One HCI packet, ready for JSON. Keys are never among the fields. */
export interface HciPacket {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Tells it from a DecodedEvent. */
  readonly type: 'hci';
  /** The controller's number on this air, from 0. */
  readonly index: number;
  /** The controller, by what was seen of it so far. */
  readonly device: Party;
  /** As the host sees it. */
  readonly direction: Direction;
  /** By its type byte; `other` also where it is malformed. */
  readonly packet: 'command' | 'event' | 'acl' | 'other';
  /** Opcode of a command, code of an event. */
  readonly code?: number;
  /** Of the command, event or PDU, as the Core Specification has it. */
  readonly name: string;
  /** What it says; values of attributes are lengths. */
  readonly fields: Fields;
  /** The PDU that an ACL packet completes. */
  readonly pdu?: { readonly name: string; readonly fields: Fields };
}

type Content = Pick<HciPacket, 'packet' | 'code' | 'name' | 'fields' | 'pdu'>;

/** Of one connection handle of one controller. */
interface Channelled {
  readonly sent: L2capReassembler;
  readonly received: L2capReassembler;
  readonly att: AttDecoder;
}

/** Links that are followed, of all controllers. */
const MAX_LINKS = 1024;

/** Shows every packet of every controller. Takes any bytes, and never throws. */
export class HciDecoder {
  readonly #controllers = new Controllers();
  readonly #links = new Map<string, Channelled>();
  readonly #names: UuidNames;

  constructor({ uuidNames = new Map() }: { readonly uuidNames?: UuidNames } = {}) {
    this.#names = uuidNames;
  }

  /** The next event of an air or a capture, in order: gives what a packet says, undefined for who came and left. */
  push(event: AirEvent): HciPacket | undefined {
    if (event.type === 'record') return this.#packet(event.record);
    if (event.type === 'left') this.#controllers.remove(event.device.index);
    else this.#controllers.came(event.device);
    return undefined;
  }

  #packet({ time, index, direction, packet }: AirRecord): HciPacket {
    const device = this.#controllers.party(this.#controllers.get(index).identity);
    const content = readable(() => this.#content(index, direction, packet)) ?? {
      packet: 'other',
      name: 'malformed packet',
      fields: { bytes: packet.length },
    };
    return { time, type: 'hci', index, device, direction, ...content };
  }

  #content(index: number, direction: Direction, packet: Uint8Array): Content {
    const reader = new Reader(packet);
    const type = reader.u8();
    if (type === PacketType.command) {
      const opcode = reader.u16();
      const parameters = reader.bytes(reader.u8());
      const declared = commandOf(opcode)?.parameters;
      const fields = readable(() => describeBytes(declared, parameters)) ?? MALFORMED;
      return { packet: 'command', code: opcode, name: commandName(opcode), fields };
    }
    if (type === PacketType.event) {
      const code = reader.u8();
      const parameters = reader.bytes(reader.u8());
      if (code === DisconnectionComplete.code) this.#ended(index, parameters);
      const event = readable(() => describeEventPacket(code, parameters)) ?? {
        name: `Event ${hexNumber(code)}`,
        fields: MALFORMED,
      };
      return { packet: 'event', code, ...event };
    }
    if (type !== PacketType.acl) {
      const name = `packet of type ${hexNumber(type)}`;
      return { packet: 'other', name, fields: { bytes: reader.left } };
    }
    const { handle, boundary, data } = readAcl(packet);
    const link = this.#link(index, handle);
    const pdu = link[direction].push(boundary, data);
    return {
      packet: 'acl',
      name: 'ACL',
      fields: { handle, bytes: data.length },
      ...(pdu === undefined ? {} : { pdu: this.#pdu(link, direction, pdu) }),
    };
  }

  #pdu(
    { att }: Channelled,
    direction: Direction,
    pdu: L2capPdu | 'malformed',
  ): NonNullable<HciPacket['pdu']> {
    if (pdu === 'malformed') return { name: 'malformed L2CAP PDU', fields: {} };
    if (pdu.channel !== Channel.att) return describePdu(pdu);
    // Which end is which does not matter here, so that the host counts as the central.
    const event = att.decode(direction === 'sent' ? 'central' : 'peripheral', pdu.payload);
    if (event === undefined) return { name: 'malformed ATT PDU', fields: {} };
    return { name: event.name, fields: event.fields };
  }

  /** Handles come back, for other links. */
  #ended(index: number, parameters: Uint8Array): void {
    const ended = readable(() => DisconnectionComplete.parameters.read(parameters));
    if (ended !== undefined) this.#links.delete(linkKey(index, ended.handle & HANDLE_MASK));
  }

  #link(index: number, handle: number): Channelled {
    const key = linkKey(index, handle);
    const known = this.#links.get(key);
    if (known !== undefined) return known;
    const databases = { central: new GattDatabase(), peripheral: new GattDatabase() };
    const link = {
      sent: new L2capReassembler(),
      received: new L2capReassembler(),
      att: new AttDecoder(databases, this.#names),
    };
    return keepLatest(this.#links, key, link, MAX_LINKS);
  }
}

const linkKey = (index: number, handle: number): string => `${String(index)}/${String(handle)}`;

const MALFORMED: Fields = { malformed: true };

/** `LE Set Scan Enable: enabled, filter duplicates`. */
export const describeHci = ({ name, fields, pdu }: HciPacket): string => {
  const parts = [fieldsText(fields)];
  if (pdu !== undefined) parts.push(namedText(pdu.name, fieldsText(pdu.fields)));
  return namedText(name, parts.filter((part) => part !== '').join('; '));
};
