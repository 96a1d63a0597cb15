import { PhoneKeyError } from '../../errors.js';
import { LeSetEventMask, Reset, SetEventMask } from '../../hci/commands/host-control.js';
import { addressText } from '../../hci/text.js';
import { LeReadBufferSize, ReadBufferSize } from '../../hci/commands/information.js';
import { Disconnect, LeLongTermKeyNegativeReply } from '../../hci/commands/links.js';
import { ConnectionRole, PacketType, Status } from '../../hci/constants.js';
import {
  CommandComplete,
  CommandStatus,
  HardwareErrorEvent,
  NumberOfCompletedPackets,
} from '../../hci/events/general.js';
import {
  DisconnectionComplete,
  LeConnectionComplete,
  LeConnectionUpdateComplete,
  LeLongTermKeyRequest,
} from '../../hci/events/links.js';
import { readAcl } from '../../hci/h4.js';
import type { AclPacket } from '../../hci/h4.js';
import type { Shape, Values } from '../../hci/layout.js';
import { LE_META } from '../../hci/packet.js';
import type { HciEvent, ParametersOf } from '../../hci/packet.js';
import { readable } from '../../hci/reader.js';
import { HANDLE_MASK } from '../../hci/shared.js';
import type { HciTransport } from '../../hci/transport.js';
import type { Cancel, Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logger.js';
import { AclQueue } from './acl-queue.js';
import { CommandQueue } from './command-queue.js';

export interface ControllerOptions {
  readonly transport: HciTransport;
  readonly clock: Clock;
  readonly log: Logger;
  /** Most links at one time. */
  readonly links: number;
}

/** What the controller tells. */
export interface ControllerEvents {
  /** @param peer aa:bb:cc:dd:ee:ff */
  linkUp(handle: number, peer: string): void;
  linkDown(handle: number, reason: number): void;
  received(packet: AclPacket): void;
  /** The controller is gone, or does not answer any more. */
  failed(error: PhoneKeyError): void;
}

/** The host's side of a controller in the peripheral role: its commands, its data, and what it tells. */
export class HostedController {
  readonly commands: CommandQueue;
  readonly #options: ControllerOptions;
  readonly #events: ControllerEvents;
  readonly #gone = new AbortController();
  readonly #forget: readonly Cancel[];
  readonly #handlers: ReadonlyMap<number, (parameters: Uint8Array) => void>;
  #data: AclQueue | undefined;

  constructor(options: ControllerOptions, events: ControllerEvents) {
    const { transport, clock } = options;
    this.#options = options;
    this.#events = events;
    const send = (packet: Uint8Array): void => {
      transport.send(packet);
    };
    const silent = (error: PhoneKeyError): void => {
      this.#fail(error);
    };
    this.commands = new CommandQueue({ send, clock, signal: this.#gone.signal, silent });
    this.#handlers = this.#eventHandlers();
    this.#forget = [
      transport.onPacket((packet) => {
        if (!this.#received(packet)) options.log.debug('a packet of the controller was dropped');
      }),
      transport.onClose(() => {
        this.#fail(gone());
      }),
    ];
  }

  /** Aborted with a PhoneKeyError when the controller is gone. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** @throws PhoneKeyError `radio.unavailable` */
  async initialise(): Promise<void> {
    const { commands } = this;
    const { transport, links } = this.#options;
    if (transport.closed) this.#fail(gone());
    await commands.run(Reset, {});
    await commands.run(SetEventMask, { mask: maskOf(EVENTS.map(({ code }) => code)) });
    await commands.run(LeSetEventMask, {
      mask: maskOf(EVENTS.flatMap(({ subevent }) => subevent ?? [])),
    });
    let { length, count } = await commands.run(LeReadBufferSize, {});
    if (length === 0 || count === 0) {
      // Those of BR/EDR are there for LE, too (Vol 4 Part E 7.8.2).
      const shared = await commands.run(ReadBufferSize, {});
      [length, count] = [shared.aclLength, shared.aclCount];
    }
    if (length === 0 || count === 0)
      throw new PhoneKeyError('radio.unavailable', 'the controller has no buffers for data');
    this.#data = new AclQueue({
      send: (packet) => {
        transport.send(packet);
      },
      length,
      count,
      links,
    });
  }

  /** As AclQueue.send. */
  send(handle: number, frame: Uint8Array, taken: () => void): void {
    this.#data?.send(handle, frame, taken);
  }

  /** Asks for the end of a link, which `linkDown` tells. Never rejects. */
  disconnect(handle: number): void {
    const asked = { handle, reason: Status.remoteUserTerminated };
    this.commands.run(Disconnect, asked).catch((error: unknown) => {
      this.#options.log.debug('a link was not ended', { error: String(error) });
    });
  }

  /** Listens no more, and powers the controller off. */
  close(error: PhoneKeyError): void {
    for (const forget of this.#forget) forget();
    this.#gone.abort(error);
    this.#options.transport.close();
  }

  #fail(error: PhoneKeyError): void {
    if (this.#gone.signal.aborted) return;
    this.#gone.abort(error);
    this.#events.failed(error);
  }

  /** False for a packet that is not as it is declared. */
  #received(packet: Uint8Array): boolean {
    const [type, code = 0, , subevent = 0] = packet;
    if (type === PacketType.acl) {
      const data = readable(() => readAcl(packet));
      if (data !== undefined) this.#events.received(data);
      return data !== undefined;
    }
    if (type !== PacketType.event) return true;
    const [key, header] = code === LE_META ? [keyOf(code, subevent), 4] : [keyOf(code), 3];
    const handler = this.#handlers.get(key);
    return (
      handler === undefined ||
      readable(() => {
        handler(packet.subarray(header));
        return true;
      }) === true
    );
  }

  #eventHandlers(): Map<number, (parameters: Uint8Array) => void> {
    const { log } = this.#options;
    const handlers = new Map<number, (parameters: Uint8Array) => void>();
    const on = <S extends Shape>(declared: HciEvent<S>, handle: (p: Values<S>) => void): void => {
      handlers.set(keyOf(declared.code, declared.subevent), (bytes) => {
        handle(declared.parameters.read(bytes));
      });
    };
    on(CommandComplete, ({ opcode, allowed, returned }) => {
      this.commands.answered(opcode, allowed, returned);
    });
    on(CommandStatus, ({ opcode, allowed, status }) => {
      this.commands.answered(opcode, allowed, Uint8Array.of(status));
    });
    on(NumberOfCompletedPackets, ({ completed }) => {
      for (const { handle, count } of completed) this.#data?.completed(handle & HANDLE_MASK, count);
    });
    on(HardwareErrorEvent, ({ code }) => {
      log.warn('the controller reports a hardware error', { code });
    });
    on(LeConnectionComplete, (link) => {
      this.#connected(link);
    });
    on(DisconnectionComplete, ({ status, handle, reason }) => {
      if (status !== Status.success) return;
      this.#data?.remove(handle & HANDLE_MASK);
      this.#events.linkDown(handle & HANDLE_MASK, reason);
    });
    on(LeLongTermKeyRequest, ({ handle }) => {
      // There are no keys: the protocol above has its own.
      this.commands.run(LeLongTermKeyNegativeReply, { handle }).catch(() => undefined);
    });
    return handlers;
  }

  #connected({
    status,
    handle,
    role,
    peerAddress,
  }: ParametersOf<typeof LeConnectionComplete>): void {
    if (status !== Status.success || role !== ConnectionRole.peripheral) return;
    this.#data?.remove(handle & HANDLE_MASK); // where the controller has said nothing of its end
    this.#data?.add(handle & HANDLE_MASK);
    this.#events.linkUp(handle & HANDLE_MASK, addressText(peerAddress));
  }
}

const gone = (): PhoneKeyError => new PhoneKeyError('radio.unavailable', 'the controller is gone');

const keyOf = (code: number, subevent = 0): number => (code << 8) | subevent;

/** What the controller is to tell. */
const EVENTS: readonly HciEvent[] = [
  DisconnectionComplete,
  HardwareErrorEvent,
  CommandComplete,
  CommandStatus,
  NumberOfCompletedPackets,
  LeConnectionComplete,
  LeConnectionUpdateComplete,
  LeLongTermKeyRequest,
];

/** 8 bytes in which event N is bit N - 1. */
const maskOf = (events: readonly number[]): Uint8Array => {
  const mask = new Uint8Array(8);
  for (const event of events) {
    const bit = event - 1;
    mask[bit >> 3] = (mask[bit >> 3] ?? 0) | (1 << (bit & 7));
  }
  return mask;
};
