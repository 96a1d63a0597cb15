import type { Cancel, Clock } from '../../lib/platform/clock.js';
import type { Broker } from '../broker/broker.js';
import type { EventStream } from './event-stream.js';
import type { Limits } from './limits.js';
import { Recent } from './recent.js';
import { notFound, Refusal, tooMany } from './refusal.js';

/** Why a link is over, as its phone is told. */
export type EndOfLink = 'car' | 'offline' | 'service';

export interface LinkParties {
  /** 16 hex digits. */
  readonly id: string;
  readonly car: string;
  readonly account: string;
  /** The id of the token that opened it, which alone may use it. */
  readonly token: string;
}

interface Link extends LinkParties {
  readonly parties: LinkParties;
  readonly stream: EventStream;
  bytes: number;
  heardAt: number;
  idle: Cancel;
}

/** Of links that are over, whose account is still known when the car reports what became of its command. */
const REMEMBERED = 10_000;
const NO_FRAME = new Uint8Array();

/** Links between phones and cars: what comes on one side goes out on the other, as it is. */
export class Links {
  readonly #broker: Pick<Broker, 'toCar'>;
  readonly #limits: Limits;
  readonly #clock: Clock;
  readonly #links = new Map<string, Link>();
  /** Places that are taken for links that are about to open. */
  readonly #taken = new Set<LinkParties>();
  readonly #accounts = new Recent<string>(REMEMBERED);

  constructor(broker: Pick<Broker, 'toCar'>, limits: Limits, clock: Clock) {
    this.#broker = broker;
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Takes a place, which `open` fills or `giveUp` frees.
   * @throws Refusal 429 where there are too many
   */
  take(parties: LinkParties): void {
    const { links, linksPerAccount, linksPerCar } = this.#limits;
    const all = [...this.#taken];
    const isFull =
      all.length >= links ||
      all.filter(({ account }) => account === parties.account).length >= linksPerAccount ||
      all.filter(({ car }) => car === parties.car).length >= linksPerCar;
    if (isFull) throw tooMany('too many links at one time', 5);
    this.#taken.add(parties);
  }

  giveUp(parties: LinkParties): void {
    this.#taken.delete(parties);
  }

  /** False where the place was lost meanwhile: the car went away, or who asked may not any more. */
  open(parties: LinkParties, stream: EventStream): boolean {
    if (!this.#taken.has(parties)) return false;
    const link = {
      ...parties,
      parties,
      stream,
      bytes: 0,
      heardAt: this.#clock.now(),
      idle: () => undefined,
    };
    this.#links.set(parties.id, link);
    this.#accounts.set(`${parties.car}/${parties.id}`, parties.account);
    this.#watchIdle(link);
    stream.send('opened', { link: parties.id });
    return true;
  }

  /** Whose link it is, or was not long ago. */
  accountOf(car: string, link: string): string | undefined {
    return this.#accounts.get(`${car}/${link}`);
  }

  /**
   * A frame of the phone; an empty one ends the link.
   * @throws Refusal 404 where this token has no such link, 503 where the broker is away
   */
  async toCar(id: string, token: string, frame: Uint8Array): Promise<void> {
    const link = this.#links.get(id);
    if (link?.token !== token) throw notFound('link');
    if (frame.length === 0) {
      this.end(id);
      return;
    }
    if (!this.#count(link, frame)) throw notFound('link');
    await this.#broker.toCar(link.car, { type: 'frame', link: id, frame }).catch(() => {
      throw new Refusal(503, 'broker-away', 'the cars cannot be reached at this moment');
    });
  }

  /** A frame of a car, which may say anything: only its own links are touched. */
  fromCar(car: string, id: string, frame: Uint8Array): void {
    const link = this.#links.get(id);
    if (link?.car !== car) {
      if (frame.length > 0) this.#tellCar(car, id);
    } else if (frame.length === 0) {
      this.#close(link, 'car');
    } else if (frame.length > this.#limits.frameBytes) {
      this.end(id, 'service');
    } else if (this.#count(link, frame)) {
      link.stream.send('frame', { frame: Buffer.from(frame).toString('base64') });
    }
  }

  /** Ends a link, for the car, too. */
  end(id: string, reason?: EndOfLink): void {
    const link = this.#links.get(id);
    if (link === undefined) return;
    this.#close(link, reason);
    this.#tellCar(link.car, id);
  }

  endThose(which: (link: LinkParties) => boolean, reason: EndOfLink): void {
    for (const parties of [...this.#taken]) {
      if (!which(parties)) continue;
      this.#taken.delete(parties);
      this.end(parties.id, reason);
    }
  }

  #close(link: Link, reason: EndOfLink | undefined): void {
    this.#links.delete(link.id);
    this.#taken.delete(link.parties);
    link.idle();
    if (reason === undefined) link.stream.end();
    else link.stream.end('closed', { reason });
  }

  /** False where that was too much, and ended the link. */
  #count(link: Link, frame: Uint8Array): boolean {
    link.heardAt = this.#clock.now();
    link.bytes += frame.length;
    if (link.bytes <= this.#limits.linkBytes) return true;
    this.end(link.id, 'service');
    return false;
  }

  #watchIdle(link: Link): void {
    const left = link.heardAt + this.#limits.linkIdleMs - this.#clock.now();
    if (left <= 0) this.end(link.id, 'service');
    else link.idle = this.#clock.after(left, () => this.#watchIdle(link));
  }

  /** That there is no such link. Where the broker is away, the car learns it with its next frame. */
  #tellCar(car: string, link: string): void {
    this.#broker.toCar(car, { type: 'frame', link, frame: NO_FRAME }).catch(() => undefined);
  }
}
