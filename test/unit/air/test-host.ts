import type { VirtualController } from '../../../air/index.js';
import { commandPacket } from '../../../lib/hci/h4.js';
import { toHex } from '../../../lib/platform/bytes.js';

/** Lets everything that is on its way arrive: no exchange on an instant air takes more turns. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** A host that sends bytes and looks at bytes, in hex. */
export class TestHost {
  readonly #packets: string[] = [];

  constructor(readonly controller: VirtualController) {
    controller.onPacket((packet) => {
      this.#packets.push(toHex(packet));
    });
  }

  /** Packets since the last call, after everything has settled. */
  async packets(): Promise<string[]> {
    await settle();
    return this.#packets.splice(0);
  }

  send(hex: string): void {
    this.controller.send(Buffer.from(hex, 'hex'));
  }

  command(opcode: number, parameters = ''): void {
    this.controller.send(commandPacket(opcode, Buffer.from(parameters, 'hex')));
  }

  /** Sends a command and gives what comes back. */
  async exchange(opcode: number, parameters = ''): Promise<string[]> {
    this.command(opcode, parameters);
    return this.packets();
  }

  /** Both event masks as noble and bleno set them. */
  async enableEvents(): Promise<void> {
    this.command(0x0c01, 'fffffbff07f8bf3d');
    this.command(0x2001, '1f00000000000000');
    await this.packets();
  }

  /** Advertises with the parameters of bleno. */
  async advertise(data = '020106', scanResponse = '0408636172'): Promise<void> {
    this.command(0x2006, 'a000a0000000000000000000000700');
    this.command(0x2008, dataCommand(data));
    this.command(0x2009, dataCommand(scanResponse));
    this.command(0x200a, '01');
    await this.packets();
  }

  /** Scans with the parameters of noble. */
  scan(filterDuplicates: boolean, active = true): void {
    this.command(0x200b, `${active ? '01' : '00'}120012000000`);
    this.command(0x200c, `01${filterDuplicates ? '01' : '00'}`);
  }

  /** LE Create Connection with the parameters of noble. */
  connect(peer: VirtualController): void {
    this.command(0x200d, createConnection(peer));
  }
}

export const addressHex = (controller: VirtualController): string =>
  controller.identity.public.bytes.toString('hex');

export const createConnection = (peer: VirtualController): string =>
  `6000300000` + `00${addressHex(peer)}` + `00` + `0600120000002a00` + `04000600`;

/** Length and 31 bytes. */
const dataCommand = (hex: string): string =>
  (hex.length / 2).toString(16).padStart(2, '0') + hex.padEnd(62, '0');
