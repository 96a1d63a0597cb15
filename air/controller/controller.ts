import { silentLogger } from '../../lib/platform/logger.js';
import type { Logger } from '../../lib/platform/logger.js';
import type { Direction } from '../capture/btsnoop.js';
import { HardwareError, PacketType, Status } from '../../lib/hci/constants.js';
import {
  CommandComplete,
  CommandStatus,
  HardwareErrorEvent,
} from '../../lib/hci/events/general.js';
import { H4Error, packetLength } from '../../lib/hci/h4.js';
import type { AirTransport } from '../../lib/hci/transport.js';
import { addListener } from '../../lib/hci/transport.js';
import type { Medium } from '../medium/medium.js';
import { COMMANDS, LEGACY_COMMANDS, supportedBits } from './commands.js';
import { failed } from './commands/command.js';
import type { CommandHandler, HostAnswer } from './commands/command.js';
import { Controller } from './parts.js';
import type { PartsOptions } from './parts.js';

/** How a controller is made: its place, its buffers, what it offers. */
export interface ControllerOptions extends PartsOptions {
  /** Is told of malformed packets from the host (default: nobody). */
  readonly logger?: Logger;
  /** Puts the controller where its label is remembered to be; false when it is not. */
  readonly recall?: (controller: VirtualController) => boolean;
}

/** Hosts send one command at a time. */
const ALLOWED = 1;

/** Sees a whole H4 packet pass. Must not throw. */
type PacketObserver = (packet: Uint8Array, direction: Direction) => void;

/** A Bluetooth LE controller in software: HCI towards its host, a station towards the medium. */
export class VirtualController extends Controller implements AirTransport {
  readonly #commands: typeof COMMANDS;
  readonly #logger: Logger;
  readonly #recall: ControllerOptions['recall'];
  readonly #observers = new Set<PacketObserver>();
  readonly #closeListeners = new Set<() => void>();

  /** @internal `address`: the public device address, 6 bytes, little-endian. */
  constructor(medium: Medium, address: Uint8Array, options: ControllerOptions = {}) {
    super(medium, address, options);
    this.#logger = options.logger ?? silentLogger;
    this.#commands = this.offersExtendedAdvertising ? COMMANDS : LEGACY_COMMANDS;
    this.#recall = options.recall;
  }

  /** True once it was powered off; it stays off. */
  get closed(): boolean {
    return this.isClosed;
  }

  send(packet: Uint8Array): void {
    if (this.isClosed) return;
    const [type, low = 0, high = 0] = packet;
    if (!isWhole(packet) || type === PacketType.event) {
      this.#malformed();
      return;
    }
    for (const observe of this.#observers) observe(packet, 'sent');
    // A copy: it is the host's to write to again.
    if (type === PacketType.command)
      this.#command(low | (high << 8), new Uint8Array(packet.subarray(4)));
    else if (type !== PacketType.acl || !this.connections.sendData(packet)) this.#malformed();
  }

  onPacket(listener: (packet: Uint8Array) => void): () => void {
    return this.host.onPacket(listener);
  }

  /** @internal Shows each packet of the host before it is acted upon, and each to it before it is delivered. */
  observe(observer: PacketObserver): void {
    this.#observers.add(observer);
    this.host.onPacket((packet) => observer(packet, 'received'));
  }

  onClose(listener: () => void): () => void {
    return addListener(this.#closeListeners, listener);
  }

  [Symbol.dispose](): void {
    this.close();
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.host.close();
    this.reset();
    this.medium.leave(this.station);
    for (const listener of this.#closeListeners) listener();
    this.#closeListeners.clear();
  }

  /** @internal */
  override recall(): boolean {
    return this.#recall?.(this) ?? false;
  }

  /** @internal */
  override supportedCommands(): Uint8Array {
    return supportedBits(this.#commands);
  }

  #command(opcode: number, parameters: Uint8Array): void {
    const command = this.#commands.get(opcode);
    if (command === undefined) {
      this.#complete(opcode, Uint8Array.of(Status.unknownCommand));
      return;
    }
    const { answer } = command.declared;
    const { status, returned, then } = this.#run(command, parameters);
    if (answer === 'status') this.host.event(CommandStatus, { status, allowed: ALLOWED, opcode });
    else if (answer === 'complete' || status !== Status.success) this.#complete(opcode, returned);
    then?.();
  }

  #complete(opcode: number, returned: Uint8Array): void {
    this.host.event(CommandComplete, { allowed: ALLOWED, opcode, returned });
  }

  #run(command: CommandHandler, bytes: Uint8Array): HostAnswer {
    const { declared, family } = command;
    const { least, most } = declared.parameters;
    if (bytes.length < least || bytes.length > most) {
      return failed(declared, Status.invalidParameters);
    }
    if (family !== undefined) {
      this.family ??= family;
      if (this.family !== family) return failed(declared, Status.commandDisallowed);
    }
    return command.run(this, bytes);
  }

  #malformed(): void {
    this.#logger.warn('malformed packet from the host', { label: this.label });
    this.host.event(HardwareErrorEvent, { code: HardwareError.malformedPacket });
  }
}

const isWhole = (packet: Uint8Array): boolean => {
  try {
    return packetLength(packet) === packet.length;
  } catch (error) {
    if (error instanceof H4Error) return false;
    throw error;
  }
};
