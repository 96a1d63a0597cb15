import { ConnectionRole } from '../../lib/hci/constants.js';
import * as rule from '../../lib/platform/check.js';
import { checkOptions } from '../../lib/platform/check.js';
import { viewOf } from '../../lib/platform/bytes.js';

/** Buffers of a controller for data from its host: AclBuffers. */
export const BUFFERS = rule.record({
  length: rule.needed(rule.whole(27, 65_535)),
  count: rule.needed(rule.whole(1, 255)),
});

/**
 * What goes wrong on purpose. `loss` is what any air does: the link layer sends again, and hosts see
 * nothing but time. The others are what a broken radio does, and hosts see that.
 */
export interface Faults {
  /** Share of all packets that are lost on the air, beside those that are too weak; 0 to 1. */
  readonly loss?: number;
  /** Share of fragments of data that are acknowledged and never reach the peer's host. */
  readonly drop?: number;
  /** Share of fragments that reach it twice. */
  readonly duplicate?: number;
  /** Share of fragments that wait so long, and all behind them. */
  readonly delay?: { readonly share: number; readonly ms: number };
  /** Every link is lost when its fragment of this number, from 1 and in both directions, is sent. */
  readonly cut?: number;
  /** Who stops taking data, after so many fragments; the link stays up, and its peer's data waits. */
  readonly stall?: { readonly role: ConnectionRole; readonly after: number };
  /** No ATT_MTU above this is agreed upon, 23 or more. */
  readonly mtu?: number;
}

const SHARE = rule.number(0, 1);

const FAULT_RULES = {
  loss: SHARE,
  drop: SHARE,
  duplicate: SHARE,
  delay: rule.record({ share: rule.needed(SHARE), ms: rule.needed(rule.duration) }),
  cut: rule.whole(1),
  stall: rule.record({
    role: rule.needed(rule.oneOf(Object.values(ConnectionRole))),
    after: rule.needed(rule.whole(0)),
  }),
  mtu: rule.whole(23),
  buffers: BUFFERS,
};

/** Also those of controllers. @throws PhoneKeyError `usage.invalid` */
export const checkFaults = (faults: Faults): void => {
  checkOptions(faults, FAULT_RULES);
};

/** What becomes of one fragment. */
export interface Fate {
  /** 0: dropped, 2: duplicated. */
  readonly copies: 0 | 1 | 2;
  readonly delayMs: number;
}

const FINE: Fate = { copies: 1, delayMs: 0 };

/** The faults of one link. */
export class LinkFaults {
  #sent = 0;
  readonly #taken = { [ConnectionRole.central]: 0, [ConnectionRole.peripheral]: 0 };
  readonly #faults: Faults;
  /** A random number, from 0 to below 1. */
  readonly #unit: () => number;

  constructor(faults: Faults, unit: () => number) {
    this.#unit = unit;
    this.#faults = faults;
  }

  /** Of the next fragment; nothing is drawn for faults that are not asked for. */
  fate(): Fate {
    const { drop, duplicate, delay } = this.#faults;
    if (drop === undefined && duplicate === undefined && delay === undefined) return FINE;
    const dropped = this.#happens(drop);
    const doubled = this.#happens(duplicate);
    const delayed = this.#happens(delay?.share);
    return { copies: dropped ? 0 : doubled ? 2 : 1, delayMs: delayed ? (delay?.ms ?? 0) : 0 };
  }

  /** Counts a fragment that is sent, which the side with this role takes; true when the link is lost instead. */
  cuts(role: ConnectionRole): boolean {
    if (++this.#sent === this.#faults.cut) return true;
    this.#taken[role]++;
    return false;
  }

  /** True when the side with this role takes nothing more. */
  stalls(role: ConnectionRole): boolean {
    const { stall } = this.#faults;
    return stall?.role === role && this.#taken[role] >= stall.after;
  }

  /** The data of an L2CAP PDU's first fragment, with a smaller ATT_MTU where it proposes one. */
  limitMtu(data: Uint8Array): Uint8Array {
    const { mtu } = this.#faults;
    if (mtu === undefined || !proposesMtu(data) || viewOf(data).getUint16(5, true) <= mtu)
      return data;
    const limited = data.slice();
    viewOf(limited).setUint16(5, mtu, true);
    return limited;
  }

  #happens(share: number | undefined): boolean {
    return share !== undefined && this.#unit() < share;
  }
}

/** ATT_EXCHANGE_MTU_REQ or RSP (Vol 3 Part F 3.4.2) on the channel of ATT. */
const proposesMtu = (data: Uint8Array): boolean =>
  data.length === 7 &&
  viewOf(data).getUint16(2, true) === 0x0004 &&
  (data[4] === 0x02 || data[4] === 0x03);
