import { describe, expect, it } from '@jest/globals';
import { LeReadBufferSize } from '../../../../lib/hci/commands/information.js';
import { Reset } from '../../../../lib/hci/commands/host-control.js';
import { Disconnect } from '../../../../lib/hci/commands/links.js';
import { PhoneKeyError } from '../../../../lib/errors.js';
import { SimClock } from '../../../../lib/platform/sim-clock.js';
import { CommandQueue } from '../../../../lib/radio/host/command-queue.js';

const rig = () => {
  const sent: Uint8Array[] = [];
  const silent: PhoneKeyError[] = [];
  const gone = new AbortController();
  const clock = new SimClock();
  const commands = new CommandQueue({
    send: (packet) => sent.push(packet),
    clock,
    signal: gone.signal,
    silent: (error) => silent.push(error),
  });
  const opcodes = (): number[] => sent.splice(0).map((packet) => packet[1]! | (packet[2]! << 8));
  return { commands, opcodes, silent, gone, clock };
};

const SUCCESS = Uint8Array.of(0);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue of commands', () => {
  it('sends one at a time, and gives what it returns', async () => {
    const { commands, opcodes } = rig();
    const sizes = commands.run(LeReadBufferSize, {});
    const reset = commands.run(Reset, {});
    await turn();
    expect(opcodes()).toEqual([LeReadBufferSize.opcode]);
    commands.answered(Reset.opcode, 1, SUCCESS); // of nobody
    commands.answered(LeReadBufferSize.opcode, 1, Uint8Array.of(0, 27, 0, 8));
    expect(await sizes).toEqual({ status: 0, length: 27, count: 8 });
    await turn();
    expect(opcodes()).toEqual([Reset.opcode]);
    commands.answered(Reset.opcode, 1, SUCCESS);
    await reset;
  });

  it('waits while the controller takes none', async () => {
    const { commands, opcodes } = rig();
    commands.answered(0, 0, SUCCESS);
    const reset = commands.run(Reset, {});
    await turn();
    expect(opcodes()).toEqual([]);
    commands.answered(0, 1, SUCCESS);
    expect(opcodes()).toEqual([Reset.opcode]);
    commands.answered(Reset.opcode, 1, SUCCESS);
    await reset;
  });

  it('rejects what fails, and what is answered by too few bytes', async () => {
    const { commands, silent } = rig();
    const failed = commands.run(Disconnect, { handle: 1, reason: 0x13 });
    await turn();
    commands.answered(Disconnect.opcode, 1, Uint8Array.of(0x02));
    await expect(failed).rejects.toMatchObject({
      code: 'radio.unavailable',
      message: 'Disconnect: unknown connection',
    });
    for (const bytes of [SUCCESS, new Uint8Array(0)]) {
      const short = commands.run(LeReadBufferSize, {});
      await turn();
      commands.answered(LeReadBufferSize.opcode, 1, bytes);
      await expect(short).rejects.toMatchObject({ code: 'radio.unavailable' });
    }
    expect(silent).toEqual([]);
  });

  it('gives up a controller that does not answer, and takes no late answer for another', async () => {
    const { commands, opcodes, silent, clock } = rig();
    const first = commands.run(Reset, {});
    first.catch(() => undefined);
    await turn();
    await clock.advance(5000);
    await expect(first).rejects.toMatchObject({
      code: 'radio.unavailable',
      message: 'the controller does not answer Reset',
    });
    expect(silent).toHaveLength(1);
    const second = commands.run(LeReadBufferSize, {});
    await turn();
    opcodes();
    commands.answered(Reset.opcode, 1, SUCCESS);
    await turn();
    expect(opcodes()).toEqual([LeReadBufferSize.opcode]);
    commands.answered(LeReadBufferSize.opcode, 1, Uint8Array.of(0, 27, 0, 8));
    expect(await second).toMatchObject({ count: 8 });
  });

  it('ends with the controller', async () => {
    const { commands, gone } = rig();
    const both = [commands.run(Reset, {}), commands.run(Reset, {})];
    gone.abort(new PhoneKeyError('radio.unavailable', 'the controller is gone'));
    for (const each of [...both, commands.run(Reset, {})]) {
      await expect(each).rejects.toMatchObject({ message: 'the controller is gone' });
    }
  });
});
