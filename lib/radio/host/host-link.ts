import { Att } from '../../hci/att/pdus.js';
import { Channel, l2capFrame, L2capReassembler } from '../../hci/l2cap.js';
import { checkChunk, RadioLink } from '../link-buffer.js';
import type { RadioLinkOptions } from '../link-buffer.js';
import type { Trial } from '../patience.js';
import type { Link, LinkCloseReason, LinkHandlers, PeripheralService } from '../types.js';
import { serveAtt } from './att-server.js';
import { chunkPdu, NEW_CLIENT } from './att-state.js';
import type { AttEffect, AttServer } from './att-state.js';
import { answerTo } from './fixed-channels.js';

export interface HostLinkOptions extends Omit<RadioLinkOptions, 'mtu'>, AttServer {
  /** Since the connection is up. */
  readonly trial?: Trial | undefined;
  /**
   * Sends an L2CAP frame, after those before it. `taken` is called when the controller has all of it; never,
   * once the link is down.
   */
  transmit(frame: Uint8Array, taken: () => void): void;
  /** Ends the connection; resolves, never rejects, when it is down. */
  disconnect(): Promise<void>;
  /** The phone has subscribed, and was answered; who uses the link then opens it. */
  onSubscribed(service: PeripheralService): void;
  /** The link has ended for its user; the connection is still there. */
  onUnsubscribed(): void;
}

/** Longest payload of the Security Manager (Core, Vol 3 Part H 3.2), which other channels have too. */
const LEAST_PAYLOAD = 65;
/** Answers that wait for the controller. A client that waits for each one (Vol 3 Part F 3.3.2) never has as many. */
const MAX_UNTAKEN = 16;
/** A transaction that took longer than that has failed, and with it the bearer (3.3.3). */
const TRANSACTION_MS = 30_000;

/** A connection of a phone to a car of ours: L2CAP and the server of ATT, between ACL data and a Link. */
export class HostLink extends RadioLink implements Link {
  readonly trial?: Trial | undefined;
  readonly #options: HostLinkOptions;
  readonly #reassembler: L2capReassembler;
  #state = NEW_CLIENT;
  #untaken = 0;
  /** The phone has confirmed an indication. */
  #confirmed = (): void => undefined;
  #disconnecting: Promise<void> | undefined;

  constructor(options: HostLinkOptions) {
    super({ ...options, mtu: NEW_CLIENT.mtu });
    this.#options = options;
    this.trial = options.trial;
    this.#reassembler = new L2capReassembler(Math.max(LEAST_PAYLOAD, options.mtu));
  }

  async open(handlers: LinkHandlers): Promise<void> {
    this.buffer.open(handlers);
  }

  async send(chunk: Uint8Array): Promise<void> {
    checkChunk(chunk, this.mtu);
    const { declared, handle } = chunkPdu(this.#state);
    const frame = l2capFrame(Channel.att, declared.build({ handle, value: chunk }));
    if (declared !== Att.indication) {
      await this.run('sending', ({ resolve }) => {
        this.#options.transmit(frame, resolve);
      });
      return;
    }
    const indicate = ({ resolve }: { readonly resolve: () => void }): void => {
      this.#confirmed = resolve;
      this.#options.transmit(frame, () => undefined);
    };
    await this.run('sending', indicate, TRANSACTION_MS);
  }

  close(): Promise<void> {
    return this.#leave('local');
  }

  /** Takes the data of an ACL packet, whatever it is. @param boundary a PacketBoundary */
  received(boundary: number, fragment: Uint8Array): void {
    if (this.#disconnecting !== undefined) return;
    const pdu = this.#reassembler.push(boundary, fragment);
    if (pdu === undefined || pdu === 'malformed') return;
    if (pdu.channel !== Channel.att) {
      const answer = answerTo(pdu);
      if (answer !== undefined) this.#answer(answer);
      return;
    }
    const { state, effects } = serveAtt(this.#options, this.#state, pdu.payload);
    this.#state = state;
    this.mtu = state.mtu;
    for (const effect of effects) this.#carryOut(effect);
  }

  /** The connection is down. */
  ended(reason: LinkCloseReason): void {
    this.#disconnecting ??= Promise.resolve();
    this.buffer.end(reason);
  }

  protected lost(): void {
    void this.#leave('lost');
  }

  #leave(reason: LinkCloseReason): Promise<void> {
    this.buffer.end(reason);
    this.#disconnecting ??= this.#options.disconnect();
    return this.#disconnecting;
  }

  #carryOut(effect: AttEffect): void {
    switch (effect.type) {
      case 'send':
        this.#answer(l2capFrame(Channel.att, effect.pdu));
        break;
      case 'subscribed':
        this.#options.onSubscribed(effect.service);
        break;
      case 'subscribed-again':
        // Each link would have its time and its refusals anew.
        void this.#leave('local');
        break;
      case 'unsubscribed':
        this.buffer.end('remote');
        this.#options.onUnsubscribed();
        break;
      case 'chunk':
        if (!this.buffer.receive(effect.value)) void this.#leave('local');
        break;
      case 'confirmed':
        this.#confirmed();
        break;
    }
  }

  /** A phone that asks on and on and lets no answer through is put out. */
  #answer(frame: Uint8Array): void {
    this.#untaken += 1;
    this.#options.transmit(frame, () => {
      this.#untaken -= 1;
    });
    if (this.#untaken > MAX_UNTAKEN) void this.#leave('local');
  }
}
