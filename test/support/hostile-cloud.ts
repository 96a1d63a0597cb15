import { decodeFrame, encodeFrame } from '../../lib/cloud/frame.js';
import type { FrameBody } from '../../lib/cloud/frame.js';
import type { Clock } from '../../lib/platform/clock.js';
import { MemoryCloud } from './memory-cloud.js';
import type { Relayed } from './memory-cloud.js';

/** What whoever runs the cloud does with the next frame that comes along. A number names one of what was seen, modulo. */
export type Trick =
  | { readonly do: 'pass' | 'drop' | 'twice' | 'swap' | 'end' }
  | { readonly do: 'late'; readonly ms: number }
  | { readonly do: 'alter'; readonly at: number }
  /** Then a frame that was seen before, to the same link or the other end of it. */
  | { readonly do: 'again'; readonly which: number }
  /** To another link, or car, instead. */
  | { readonly do: 'elsewhere'; readonly which: number }
  /** Then opens a link by itself, and plays there all that a phone has said on an earlier one. */
  | { readonly do: 'play'; readonly which: number }
  /** Holds it back, and says to the phone again what the car said first on its link: as if it refused. */
  | { readonly do: 'deny'; readonly ms: number }
  /** Answers for the car with what a car said on an earlier link, from its beginning. */
  | { readonly do: 'answer'; readonly which: number };

/** A frame without its number, which is made anew: the cloud knows how links are framed. */
interface Seen extends Omit<Relayed, 'frame'> {
  readonly body: FrameBody | undefined;
}

/**
 * A cloud in the hands of an attacker, who keeps all that goes through it. He numbers frames as they have to be, so
 * that no trick fails for its number alone; what he brings on goes in order, as long as he does not want it otherwise.
 */
export class HostileCloud extends MemoryCloud {
  /** In the order in which they came. */
  readonly seen: Seen[] = [];
  readonly #clock: Clock;
  readonly #tricks: Trick[];
  readonly #numbers = new Map<string, number>();
  #swapped: Seen | undefined;
  #invented = 0;

  /** @param route the car that a phone gets which asks for this one */
  constructor(clock: Clock, tricks: readonly Trick[], route?: (car: string) => string) {
    super({ clock, ...(route && { route }), carry: (message) => this.#meet(message) });
    this.#clock = clock;
    this.#tricks = [...tricks];
  }

  /** Links of phones and of his own, in the order in which they were opened. */
  get #links(): readonly Pick<Seen, 'link' | 'car'>[] {
    return [...new Map(this.seen.map(({ link, car }) => [link, { link, car }])).values()];
  }

  /** Brings a frame to its end, under the number that is next there. */
  bring({ to, link, car, body }: Seen): void {
    const end = `${to} ${link} ${car}`;
    const sequence = this.#numbers.get(end) ?? 0;
    this.#numbers.set(end, sequence + 1);
    const frame = body === undefined ? new Uint8Array() : encodeFrame({ ...body, sequence });
    this.deliver({ to, link, car, frame });
  }

  #meet({ frame, ...message }: Relayed): void {
    const seen = { ...message, body: frame.length === 0 ? undefined : decodeFrame(frame) };
    this.seen.push(seen);
    const held = this.#swapped;
    this.#play(this.#tricks.shift() ?? { do: 'pass' }, seen);
    if (held !== undefined && held === this.#swapped) {
      this.#swapped = undefined;
      this.bring(held);
    }
  }

  #play(trick: Trick, seen: Seen): void {
    switch (trick.do) {
      case 'pass':
        this.bring(seen);
        break;
      case 'drop':
        break;
      case 'twice':
        this.bring(seen);
        this.bring(seen);
        break;
      case 'swap':
        if (this.#swapped !== undefined) this.bring(this.#swapped);
        this.#swapped = seen;
        break;
      case 'end':
        this.bring({ ...seen, body: undefined });
        break;
      case 'late':
        this.#clock.after(trick.ms, () => this.bring(seen));
        break;
      case 'alter':
        this.bring({ ...seen, body: altered(seen.body, trick.at) });
        break;
      case 'again': {
        this.bring(seen);
        const old = pick(this.seen, trick.which);
        if (old !== undefined) this.bring({ ...seen, to: old.to, body: old.body });
        break;
      }
      case 'elsewhere': {
        const other = pick(this.#links, trick.which);
        this.bring({ ...seen, ...other });
        break;
      }
      case 'play':
        this.bring(seen);
        this.#replay(trick.which, { car: seen.car, link: this.#newLink(), to: 'car' });
        break;
      case 'deny': {
        this.#clock.after(trick.ms, () => this.bring(seen));
        const isFirst = ({ to, link, body }: Seen): boolean =>
          to === 'phone' && link === seen.link && body?.kind === 'data';
        const first = this.seen.find(isFirst);
        if (first !== undefined) this.bring(first);
        break;
      }
      case 'answer':
        this.#replay(trick.which, { ...seen, to: 'phone' });
        break;
    }
  }

  #replay(which: number, to: Pick<Seen, 'to' | 'link' | 'car'>): void {
    const old = pick(this.#links, which)?.link;
    for (const { body } of this.seen.filter((each) => each.link === old && each.to === to.to)) {
      this.bring({ ...to, body });
    }
  }

  #newLink(): string {
    return (0xff00 + this.#invented++).toString(16).padStart(16, '0');
  }
}

const pick = <T>(from: readonly T[], which: number): T | undefined => from[which % from.length];

const altered = (body: FrameBody | undefined, at: number): FrameBody | undefined => {
  if (body?.kind !== 'data') return body;
  const chunk = body.chunk.slice();
  const place = at % chunk.length;
  chunk[place] = (chunk[place] ?? 0) ^ (1 << (at % 8));
  return { ...body, chunk };
};
