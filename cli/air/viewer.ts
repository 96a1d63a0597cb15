import { AirDecoder } from '../../air/decode/air-decoder.js';
import { describeEvent } from '../../air/decode/describe.js';
import { describeHci, HciDecoder } from '../../air/decode/hci-decoder.js';
import type { CaptureEvent, DecodedEvent, ReportedEvent } from '../../air/index.js';
import { nativeProfile } from '../../lib/native/profile.js';
import {
  Conversation,
  describeMessage,
  inspectAdvertisement,
} from '../../lib/native/inspect/index.js';
import type { SeenAdvertisement, ViewerKeys } from '../../lib/native/inspect/index.js';

/** One line of the view. */
export interface ViewLine {
  readonly type: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Everything else, for machines. */
  readonly fields: object;
  readonly who: string;
  readonly what: string;
}

const UUID_NAMES: ReadonlyMap<string, string> = new Map([
  [nativeProfile.service, 'phonekey'],
  [nativeProfile.toCar.uuid, 'toCar'],
  [nativeProfile.fromCar.uuid, 'fromCar'],
  [nativeProfile.info.uuid, 'info'],
]);

/** Conversations that are followed at one time. */
const MAX_CONVERSATIONS = 1024;

/** Every packet between a host and its controller. */
export class HciView {
  readonly #decoder = new HciDecoder({ uuidNames: UUID_NAMES });

  push(event: CaptureEvent): ViewLine[] {
    if (event.type === 'note') {
      const { time, type, ...fields } = event;
      return [{ type, time, fields, who: '', what: `${fields.name}: ${String(fields.bytes)} B` }];
    }
    const packet = this.#decoder.push(event);
    if (packet === undefined) return [];
    const { time, type, ...fields } = packet;
    const arrow = packet.direction === 'sent' ? '>' : '<';
    const who = `${packet.device.name} ${arrow}`;
    return [{ type, time, fields, who, what: describeHci(packet) }];
  }

  /** Each packet was told as it is. */
  end(): ViewLine[] {
    return [];
  }
}

/** What happens on the air, down to the messages between phones and cars. */
export class AirView {
  readonly #decoder = new AirDecoder({ uuidNames: UUID_NAMES });
  readonly #keys: ViewerKeys;
  /** By link. */
  readonly #conversations = new Map<number, Conversation>();

  constructor(keys: ViewerKeys) {
    this.#keys = keys;
  }

  push(event: CaptureEvent): ViewLine[] {
    return this.#decoder.push(event).flatMap((told) => this.#lines(told));
  }

  end(): ViewLine[] {
    return this.#decoder.end().flatMap((told) => this.#lines(told));
  }

  #lines({ event, values }: ReportedEvent): ViewLine[] {
    const { time, type, ...fields } = event;
    const { who, what } = describeEvent(event, UUID_NAMES);
    const seen = this.#seenIn(event);
    const line = {
      ...{ type, time, who },
      fields: seen === undefined ? fields : { ...fields, phonekey: seen },
      what: seen === undefined ? what : `${what}; ${describeSeen(seen)}`,
    };
    if (event.type === 'disconnected') this.#conversations.delete(event.link);
    if (event.type !== 'att') return [line];
    const { link } = event;
    const messages = values.flatMap(({ uuid, toServer, value }) => {
      const { toCar, fromCar } = nativeProfile;
      if (uuid !== (toServer ? toCar : fromCar).uuid) return [];
      return this.#conversation(link).chunk(toServer ? 'to-car' : 'from-car', value);
    });
    const told = messages.map((message) => {
      const fields = { link, ...message };
      return { type: 'message', time, fields, who, what: describeMessage(message) };
    });
    return [line, ...told];
  }

  /** What a car of ours tells in its service data. */
  #seenIn(event: DecodedEvent): SeenAdvertisement | undefined {
    if (event.type !== 'advertising' && event.type !== 'scan-response') return undefined;
    const data = [event.data, event.type === 'advertising' ? event.scanResponse : undefined];
    const [ours] = data
      .flatMap((each) => each?.serviceData ?? [])
      .filter(({ uuid }) => uuid === nativeProfile.service);
    return ours && inspectAdvertisement(Buffer.from(ours.data, 'hex'), this.#keys.cars());
  }

  #conversation(link: number): Conversation {
    const known = this.#conversations.get(link);
    if (known !== undefined) return known;
    const [oldest] = this.#conversations.keys();
    if (oldest !== undefined && this.#conversations.size >= MAX_CONVERSATIONS) {
      this.#conversations.delete(oldest);
    }
    const conversation = new Conversation(this.#keys);
    this.#conversations.set(link, conversation);
    return conversation;
  }
}

const describeSeen = ({ pairing, car }: SeenAdvertisement): string => {
  const whose = car === null ? 'a phonekey car' : `this is ${car}`;
  return pairing ? `${whose}, ready to pair` : whose;
};
