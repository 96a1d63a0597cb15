import type { Direction } from '../capture/btsnoop.js';
import type { CapturedRecord, CaptureEvent } from '../capture/record.js';
import { PacketType } from '../../lib/hci/constants.js';
import { DisconnectionComplete } from '../../lib/hci/events/links.js';
import { Channel } from '../../lib/hci/l2cap.js';
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
import {
  commandName,
  commandOf,
  describeCutPacket,
  describeEventPacket,
  otherPacket,
} from './hci-events.js';
import type { PacketContent } from './hci-events.js';
import { describeCut, describePdu } from './l2cap.js';
import { aclOf, PduFollower } from './pdus.js';
import type { Followed } from './pdus.js';
import type { UuidNames } from './uuids.js';

/** One HCI packet, ready for JSON. Keys are never among the fields. */
export interface HciPacket extends PacketContent {
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
  /** Bytes at its end that the capture did not keep. */
  readonly cut?: number;
  /** The PDU that an ACL packet completes; of a PDU, too, `cut` bytes may be missing. */
  readonly pdu?: ToldPdu;
  /** Bytes that were there of a PDU in whose place this packet begins another. */
  readonly unfinished?: number;
}

/** What a PDU of a link says. */
export interface ToldPdu {
  /** As the Core Specification has it. */
  readonly name: string;
  /** What it says; values of attributes are lengths. */
  readonly fields: Fields;
  /** Bytes at its end that the capture did not keep. */
  readonly cut?: number;
}

type Content = PacketContent & Pick<HciPacket, 'pdu' | 'unfinished'>;

/** Of one connection handle of one controller. */
interface Channelled {
  readonly sent: PduFollower;
  readonly received: PduFollower;
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
  push(event: CaptureEvent): HciPacket | undefined {
    if (event.type === 'record') return this.#packet(event.record);
    if (event.type === 'left') this.#controllers.remove(event.device.index);
    else if (event.type === 'came') this.#controllers.came(event.device);
    return undefined;
  }

  #packet({ time, index, direction, packet, cut = 0 }: CapturedRecord): HciPacket {
    const device = this.#controllers.party(this.#controllers.get(index).identity);
    const content = readable(() => this.#content(index, direction, packet, cut > 0)) ?? {
      packet: 'other',
      name: 'malformed packet',
      fields: { bytes: packet.length },
    };
    return { time, type: 'hci', index, device, direction, ...content, ...(cut > 0 && { cut }) };
  }

  #content(index: number, direction: Direction, packet: Uint8Array, isCut: boolean): Content {
    if (isCut && (packet[0] !== PacketType.acl || packet.length < 5)) {
      return describeCutPacket(packet);
    }
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
    if (type !== PacketType.acl) return otherPacket(packet);
    const acl = aclOf(packet, isCut);
    const link = this.#link(index, acl.handle);
    const followed = link[direction].push(acl);
    const [unfinished] = followed.flatMap((each) =>
      each.kind === 'unfinished' ? [each.bytes] : [],
    );
    const [pdu] = followed.flatMap((each) =>
      each.kind === 'unfinished' ? [] : [this.#pdu(link, direction, each)],
    );
    return {
      packet: 'acl',
      name: 'ACL',
      fields: { handle: acl.handle, bytes: acl.length },
      ...(pdu && { pdu }),
      ...(unfinished !== undefined && { unfinished }),
    };
  }

  #pdu(
    { att }: Channelled,
    direction: Direction,
    followed: Exclude<Followed, { kind: 'unfinished' }>,
  ): ToldPdu {
    if (followed.kind === 'malformed') return { name: 'malformed L2CAP PDU', fields: {} };
    if (followed.kind === 'headless') return { name: 'L2CAP PDU', fields: {}, cut: followed.cut };
    const { pdu, cut } = followed;
    const told = cut > 0 ? { cut } : {};
    if (pdu.channel !== Channel.att || pdu.payload.length === 0) {
      return { ...describePdu(pdu, cut), ...told };
    }
    // Which end is which does not matter here, so that the host counts as the central.
    const event = att.decode(direction === 'sent' ? 'central' : 'peripheral', pdu.payload, cut);
    if (event === undefined) return { name: 'malformed ATT PDU', fields: {} };
    return { name: event.name, fields: event.fields, ...told };
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
      sent: new PduFollower(),
      received: new PduFollower(),
      att: new AttDecoder(databases, this.#names),
    };
    return keepLatest(this.#links, key, link, MAX_LINKS);
  }
}

const linkKey = (index: number, handle: number): string => `${String(index)}/${String(handle)}`;

const MALFORMED: Fields = { malformed: true };

/** `LE Set Scan Enable: enabled, filter duplicates`. */
export const describeHci = ({ name, fields, cut, pdu, unfinished }: HciPacket): string => {
  const parts = [fieldsText(fields)];
  if (unfinished !== undefined) parts.push(`after ${String(unfinished)} B of an unfinished PDU`);
  if (pdu !== undefined) parts.push(namedText(pdu.name, fieldsText(pdu.fields)));
  parts.push(describeCut(pdu?.cut ?? cut));
  return namedText(name, parts.filter((part) => part !== '').join('; '));
};
