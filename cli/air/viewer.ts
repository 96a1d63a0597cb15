import { AirDecoder } from '../../air/decode/air-decoder.js';
import { describeEvent } from '../../air/decode/describe.js';
import { describeHci, HciDecoder } from '../../air/decode/hci-decoder.js';
import type {
  AttributeValue,
  CaptureEvent,
  DecodedEvent,
  Party,
  ReportedEvent,
} from '../../air/index.js';
import { toHex } from '../../lib/platform/bytes.js';
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

export interface ViewOptions {
  /** Shows the values of attributes. */
  readonly values?: true | undefined;
  /** Shows only what concerns who is called so: a name, an address, an advertised name. */
  readonly only?: string | undefined;
}

/** Every packet between a host and its controller. */
export class HciView {
  readonly #decoder = new HciDecoder({ uuidNames: UUID_NAMES });
  /** Knows who is called how. */
  readonly #names = new AirDecoder();
  readonly #only: string | undefined;

  constructor({ only }: ViewOptions = {}) {
    this.#only = only;
  }

  push(event: CaptureEvent): ViewLine[] {
    if (event.type === 'note') {
      if (this.#only !== undefined) return [];
      const { time, type, ...fields } = event;
      return [{ type, time, fields, who: '', what: `${fields.name}: ${String(fields.bytes)} B` }];
    }
    if (event.type === 'found') return [];
    const only = this.#only;
    if (only !== undefined) this.#names.push(event);
    const isShown = (party: Party): boolean =>
      only === undefined || this.#names.isCalled(party, only);
    const packet = this.#decoder.push(event);
    if (packet === undefined || !isShown(packet.device)) return [];
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
  readonly #options: ViewOptions;
  /** By link. */
  readonly #conversations = new Map<number, Conversation>();

  constructor(keys: ViewerKeys, options: ViewOptions = {}) {
    this.#keys = keys;
    this.#options = options;
  }

  push(event: CaptureEvent): ViewLine[] {
    return this.#shown(this.#decoder.push(event));
  }

  end(): ViewLine[] {
    return this.#shown(this.#decoder.end());
  }

  #shown(told: readonly ReportedEvent[]): ViewLine[] {
    const { only } = this.#options;
    const isShown = ({ event }: ReportedEvent): boolean =>
      only === undefined || partiesOf(event).some((party) => this.#decoder.isCalled(party, only));
    return told.filter(isShown).flatMap((each) => this.#lines(each));
  }

  #lines({ event, values }: ReportedEvent): ViewLine[] {
    const { time, type, ...fields } = event;
    const { who, what } = describeEvent(event, UUID_NAMES);
    const seen = this.#seenIn(event);
    const shown = this.#options.values === true && values.length > 0 ? values : undefined;
    const line = {
      ...{ type, time, who },
      fields: {
        ...fields,
        ...(seen && { phonekey: seen }),
        ...(shown && { values: shown.map(valueFields) }),
      },
      what: [
        what,
        ...(shown ? [` = ${shown.map(({ value }) => toHex(value) || 'nothing').join(', ')}`] : []),
        ...(seen ? [`; ${describeSeen(seen)}`] : []),
      ].join(''),
    };
    if (event.type === 'disconnected') this.#conversations.delete(event.link);
    if (event.type !== 'att') return [line];
    const { link } = event;
    const messages = values.flatMap(({ uuid, toServer, read, value }) => {
      const { toCar, fromCar } = nativeProfile;
      if (read || uuid !== (toServer ? toCar : fromCar).uuid) return [];
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

const partiesOf = (event: DecodedEvent): readonly Party[] =>
  'device' in event ? [event.device] : [event.central, event.peripheral];

const valueFields = ({ handle, uuid, value }: AttributeValue): object => ({
  handle,
  uuid,
  value: toHex(value),
});

const describeSeen = ({ pairing, car }: SeenAdvertisement): string => {
  const whose = car === null ? 'a phonekey car' : `this is ${car}`;
  return pairing ? `${whose}, ready to pair` : whose;
};
