import { HCI_COMMANDS } from '../../../../lib/hci/commands/index.js';
import { ConnectionRole, PacketType, Status } from '../../../../lib/hci/constants.js';
import {
  CommandComplete,
  CommandStatus,
  NumberOfCompletedPackets,
} from '../../../../lib/hci/events/general.js';
import { DisconnectionComplete, LeConnectionComplete } from '../../../../lib/hci/events/links.js';
import type { Shape } from '../../../../lib/hci/layout.js';
import type { HciEvent } from '../../../../lib/hci/packet.js';
import { addListener } from '../../../../lib/hci/transport.js';
import type { HciTransport } from '../../../../lib/hci/transport.js';
import { filled } from '../../../support/hci-packets.js';
import type { Given } from '../../../support/hci-packets.js';

/** Ends the turns that packets and promises take. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A controller that does what the test says, and notes what it is told. */
export class ScriptedController implements HciTransport {
  /** Commands by name, with what is told of their parameters. */
  readonly commands: (readonly [name: string, parameters: Record<string, unknown>])[] = [];
  readonly data: Uint8Array[] = [];
  /** What commands return, zeros otherwise; a number is the status of one that fails. */
  readonly answers: Record<string, Record<string, unknown> | number | 'silence'> = {
    'LE Read Buffer Size': { length: 27, count: 4 },
  };
  /** Which it refuses besides. */
  refuse?: (command: ScriptedController['commands'][number]) => boolean;
  /** How many commands it takes after each. */
  allowed = 1;
  closed = false;
  readonly #packetListeners = new Set<(packet: Uint8Array) => void>();
  readonly #closeListeners = new Set<() => void>();

  send(packet: Uint8Array): void {
    if (packet[0] === PacketType.acl) this.data.push(packet);
    else this.#command(packet);
  }

  onPacket(listener: (packet: Uint8Array) => void): () => void {
    return addListener(this.#packetListeners, listener);
  }

  onClose(listener: () => void): () => void {
    return addListener(this.#closeListeners, listener);
  }

  close(): void {
    if (this.closed) return;
    this.closed = true;
    for (const listener of this.#closeListeners) listener();
  }

  get listeners(): number {
    return this.#packetListeners.size + this.#closeListeners.size;
  }

  /** The names of the commands since the last call. */
  names(): string[] {
    return this.commands.splice(0).map(([name]) => name);
  }

  /** Gives a packet to the host, as it is. */
  say(packet: Uint8Array): void {
    for (const listener of [...this.#packetListeners]) listener(packet);
  }

  tell<S extends Shape>(declared: HciEvent<S>, given: Given<S> = {}): void {
    this.say(declared.packet(filled(declared.parameters, given)));
  }

  linkUp(handle: number): void {
    this.tell(LeConnectionComplete, { handle, role: ConnectionRole.peripheral });
  }

  linkDown(handle: number, reason: number = Status.remoteUserTerminated): void {
    this.tell(DisconnectionComplete, { handle, reason });
  }

  completed(handle: number, count: number): void {
    this.tell(NumberOfCompletedPackets, { completed: [{ handle, count }] });
  }

  #command(packet: Uint8Array): void {
    const opcode = (packet[1] ?? 0) | ((packet[2] ?? 0) << 8);
    const command = HCI_COMMANDS.get(opcode);
    if (command === undefined) throw new Error(`no command ${opcode.toString(16)}`);
    const parameters = command.parameters.exact(packet.subarray(4));
    const told = [command.name, { ...parameters }] as const;
    this.commands.push(told);
    const refused = this.refuse?.(told) === true ? Status.commandDisallowed : undefined;
    const answer = refused ?? this.answers[command.name] ?? {};
    if (answer === 'silence') return;
    setImmediate(() => {
      const { allowed } = this;
      const status = typeof answer === 'number' ? answer : Status.success;
      if (command.answer === 'status') {
        this.tell(CommandStatus, { status, allowed, opcode });
        return;
      }
      const { returned } = command;
      const values = typeof answer === 'number' ? { status } : answer;
      const bytes = returned.build(filled(returned, values));
      this.tell(CommandComplete, { allowed, opcode, returned: bytes });
    });
  }
}
