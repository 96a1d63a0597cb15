import type { VirtualController } from '../../../air/index.js';
import { commandPacket } from '../../../lib/hci/h4.js';
import type { Shape } from '../../../lib/hci/layout.js';
import type { HciCommand, ParametersOf } from '../../../lib/hci/packet.js';
import { toHex } from '../../../lib/platform/bytes.js';
import { bytes, filled } from '../../support/hci-packets.js';
import type { Given } from '../../support/hci-packets.js';
import {
  LeSetAdvertisingData,
  LeSetScanResponseData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
} from '../../../lib/hci/commands/advertising.js';
import { LeSetEventMask, SetEventMask } from '../../../lib/hci/commands/host-control.js';
import {
  LeCreateConnection,
  LeSetScanEnable,
  LeSetScanParameters,
} from '../../../lib/hci/commands/listening.js';

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

  /** Sends a command: fields that are not given are zeros. Or an opcode, with any bytes in hex. */
  command<P extends Shape>(
    ...[declared, parameters]: [HciCommand<P>, Given<P>?] | [opcode: number, parameters?: string]
  ): void {
    this.controller.send(
      typeof declared === 'number'
        ? commandPacket(declared, bytes((parameters ?? '') as string))
        : declared.packet(filled(declared.parameters, (parameters ?? {}) as Given<P>)),
    );
  }

  /** Sends a command and gives what comes back. */
  async exchange<P extends Shape>(
    ...command: [HciCommand<P>, Given<P>?] | [opcode: number, parameters?: string]
  ): Promise<string[]> {
    this.command(...command);
    return this.packets();
  }

  /** Both event masks as noble and bleno set them. */
  async enableEvents(): Promise<void> {
    this.command(SetEventMask, { mask: bytes('fffffbff07f8bf3d') });
    this.command(LeSetEventMask, { mask: bytes('1f00000000000000') });
    await this.packets();
  }

  /** Advertises with the parameters of bleno. */
  async advertise(data = '020106', scanResponse = '0408636172'): Promise<void> {
    this.command(LeSetAdvertisingParameters, { intervalMin: 0xa0, intervalMax: 0xa0, channels: 7 });
    this.command(LeSetAdvertisingData, dataCommand(data));
    this.command(LeSetScanResponseData, dataCommand(scanResponse));
    this.command(LeSetAdvertisingEnable, { enable: 1 });
    await this.packets();
  }

  /** Scans with the parameters of noble. */
  scan(filterDuplicates: boolean, active = true): void {
    this.command(LeSetScanParameters, { type: active ? 1 : 0, interval: 0x12, window: 0x12 });
    this.command(LeSetScanEnable, { enable: 1, filterDuplicates: filterDuplicates ? 1 : 0 });
  }

  connect(peer: VirtualController): void {
    this.command(LeCreateConnection, createConnection(peer));
  }
}

/** 6 bytes, little-endian. */
export const addressOf = (controller: VirtualController): Uint8Array =>
  controller.identity.public.bytes;

export const addressHex = (controller: VirtualController): string => toHex(addressOf(controller));

/** The public address, as commands name a device by its identity, and as others name a peer. */
export const identityOf = (controller: VirtualController) => ({
  addressType: 0,
  address: addressOf(controller),
});
export const peerOf = (controller: VirtualController) => ({
  peerAddressType: 0,
  peerAddress: addressOf(controller),
});

/** LE Create Connection with the parameters of noble. */
export const createConnection = (peer: VirtualController): CreateConnection => ({
  scanInterval: 0x60,
  scanWindow: 0x30,
  filterPolicy: 0,
  ...peerOf(peer),
  ownAddressType: 0,
  intervalMin: 6,
  intervalMax: 0x12,
  latency: 0,
  timeout: 0x2a,
  eventLengthMin: 4,
  eventLengthMax: 6,
});

type CreateConnection = ParametersOf<typeof LeCreateConnection>;

/** Significant length and 31 bytes. */
const dataCommand = (hex: string): { readonly length: number; readonly data: Uint8Array } => ({
  length: hex.length / 2,
  data: bytes(hex.padEnd(62, '0')),
});
