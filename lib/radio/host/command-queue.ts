import { PhoneKeyError } from '../../errors.js';
import { HCI_COMMANDS } from '../../hci/commands/index.js';
import { Status } from '../../hci/constants.js';
import type { Shape, Values } from '../../hci/layout.js';
import type { HciCommand } from '../../hci/packet.js';
import { readable } from '../../hci/reader.js';
import { statusName } from '../../hci/status.js';
import { hexNumber } from '../../hci/text.js';
import type { Clock } from '../../platform/clock.js';
import { OperationQueue, runOperation } from '../operation.js';

/** Controllers answer within milliseconds; but this process may be busy for seconds, where it is slow. */
const ANSWER_MS = 5000;

export interface CommandQueueOptions {
  send(packet: Uint8Array): void;
  readonly clock: Clock;
  /** Aborted with a PhoneKeyError when the controller is gone. */
  readonly signal: AbortSignal;
  /** The controller does not answer any more. */
  silent(error: PhoneKeyError): void;
}

interface Asked {
  readonly opcode: number;
  readonly packet: Uint8Array;
  isSent: boolean;
  answered(status: number, returned: Uint8Array): void;
}

/**
 * Commands to the controller, one at a time, each when the controller has room for it (Vol 4 Part E 4.4).
 */
export class CommandQueue {
  readonly #options: CommandQueueOptions;
  readonly #queue = new OperationQueue();
  #allowed = 1;
  #asked: Asked | undefined;

  constructor(options: CommandQueueOptions) {
    this.#options = options;
  }

  /**
   * What the command returns; nothing but the status where it is answered by Command Status.
   * @throws PhoneKeyError `radio.unavailable` where it fails or is not answered
   */
  run<P extends Shape, R extends Shape>(
    command: HciCommand<P, R>,
    parameters: Values<P>,
  ): Promise<Values<HciCommand<P, R>['returned']['shape']>> {
    const { clock, signal } = this.#options;
    const { opcode } = command;
    const what = HCI_COMMANDS.get(opcode)?.name ?? `command ${hexNumber(opcode, 2)}`;
    const options = {
      what,
      timeoutMs: ANSWER_MS,
      signals: [signal],
      timeoutError: (): PhoneKeyError => {
        const error = unavailable(`the controller does not answer ${what}`);
        this.#options.silent(error);
        return error;
      },
    };
    return this.#queue.run(
      () =>
        runOperation(clock, options, ({ resolve, reject }) => {
          const answered = (status: number, bytes: Uint8Array): void => {
            this.#asked = undefined;
            const isWhole = status === Status.success && command.answer !== 'status';
            const returned = isWhole ? readable(() => command.returned.read(bytes)) : { status };
            if (status !== Status.success) reject(unavailable(`${what}: ${statusName(status)}`));
            else if (returned === undefined) reject(unavailable(`${what}: a malformed answer`));
            else resolve(returned as Values<HciCommand<P, R>['returned']['shape']>);
          };
          this.#asked = { opcode, packet: command.packet(parameters), isSent: false, answered };
          this.#send();
        }),
      [signal],
    );
  }

  /** Command Complete and Command Status, whatever they are about. @param bytes what is returned, status first */
  answered(opcode: number, allowed: number, bytes: Uint8Array): void {
    this.#allowed = allowed;
    const asked = this.#asked;
    if (asked?.isSent === true && asked.opcode === opcode)
      asked.answered(bytes[0] ?? Status.unspecifiedError, bytes);
    else this.#send();
  }

  #send(): void {
    const asked = this.#asked;
    if (asked === undefined || asked.isSent || this.#allowed === 0) return;
    this.#allowed--;
    asked.isSent = true;
    this.#options.send(asked.packet);
  }
}

const unavailable = (message: string): PhoneKeyError =>
  new PhoneKeyError('radio.unavailable', message);
