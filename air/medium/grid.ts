import type { Cancel, Clock } from '../../lib/platform/clock.js';
import { positionAt } from './motion.js';
import type { Position } from './path-loss.js';
import type { Station } from './station.js';

/** Cells are this much larger than the range, for those who are about to change into the next. */
const SLACK_METRES = 1;
/** A walker changes cells this late at the most, in milliseconds. */
const LATE_MS = 1;
/** Cells are counted to here in each direction; those beyond are one. */
const LAST_CELL = 2 ** 15 - 2;

interface Member {
  key: number;
  /** The timer for the next change of cells. */
  cancel: Cancel | undefined;
}

/**
 * Stations by place, in square cells as wide as the range: whoever is in range of a place is in its cell
 * or in one of the eight around it. That makes the cost of a transmission depend on those who are near.
 */
export class Grid {
  readonly #cells = new Map<number, Set<Station>>();
  readonly #members = new Map<Station, Member>();
  #width = SLACK_METRES;

  constructor(protected readonly clock: Clock) {}

  /** Makes the cells wide enough for a range of so many metres. */
  cover(range: number): void {
    if (range + SLACK_METRES <= this.#width) return;
    this.#width = range + SLACK_METRES;
    this.#cells.clear();
    for (const [station, member] of this.#members) this.#place(station, member);
  }

  add(station: Station): void {
    if (this.#members.has(station)) return;
    const member: Member = { key: 0, cancel: undefined };
    this.#members.set(station, member);
    this.#place(station, member);
  }

  delete(station: Station): void {
    const member = this.#members.get(station);
    if (member === undefined) return;
    this.#remove(station, member);
    this.#members.delete(station);
  }

  /** To be called when a station's motion has changed. */
  moved(station: Station): void {
    const member = this.#members.get(station);
    if (member === undefined) return;
    this.#remove(station, member);
    this.#place(station, member);
  }

  /** All that may be in range of a place, and some that are not. */
  near({ x, y }: Position): Station[] {
    const column = this.#cell(x);
    const row = this.#cell(y);
    const found: Station[] = [];
    for (let i = column - 1; i <= column + 1; i++) {
      for (let j = row - 1; j <= row + 1; j++) {
        this.#cells.get(keyOf(i, j))?.forEach((station) => found.push(station));
      }
    }
    return found;
  }

  #place(station: Station, member: Member): void {
    member.cancel?.();
    const now = this.clock.now();
    const { x, y } = positionAt(station.motion, now);
    member.key = keyOf(this.#cell(x), this.#cell(y));
    const cell = this.#cells.get(member.key);
    if (cell === undefined) this.#cells.set(member.key, new Set([station]));
    else cell.add(station);
    member.cancel =
      now < station.motion.until
        ? this.clock.after(this.#untilNextCell(station, now) + LATE_MS, () => this.moved(station))
        : undefined;
  }

  #remove(station: Station, member: Member): void {
    member.cancel?.();
    member.cancel = undefined;
    const cell = this.#cells.get(member.key);
    cell?.delete(station);
    if (cell?.size === 0) this.#cells.delete(member.key);
  }

  /** Milliseconds until a walker crosses the border of its cell, or arrives. */
  #untilNextCell({ motion }: Station, now: number): number {
    const at = positionAt(motion, now);
    const left = motion.until - now;
    const vx = (motion.to.x - at.x) / left;
    const vy = (motion.to.y - at.y) / left;
    return Math.min(left, this.#untilBorder(at.x, vx), this.#untilBorder(at.y, vy));
  }

  #untilBorder(at: number, velocity: number): number {
    if (velocity === 0 || this.#width === Infinity) return Infinity;
    const border = (Math.floor(at / this.#width) + (velocity > 0 ? 1 : 0)) * this.#width;
    return (border - at) / velocity;
  }

  #cell(at: number): number {
    return Math.max(-LAST_CELL, Math.min(LAST_CELL, Math.floor(at / this.#width)));
  }
}

/** 16 bits each: a small integer, which maps find faster. */
const keyOf = (column: number, row: number): number => (column << 16) | (row & 0xffff);
