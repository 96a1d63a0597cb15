import type { VirtualController } from '../../../air/index.js';
import { PacketBoundary, PacketType } from '../../../lib/hci/constants.js';
import {
  LeSetAdvertisingData,
  LeSetAdvertisingEnable,
  LeSetAdvertisingParameters,
  LeSetScanResponseData,
} from '../../../lib/hci/commands/advertising.js';
import { LeSetEventMask, SetEventMask } from '../../../lib/hci/commands/host-control.js';
import { LeCreateConnection } from '../../../lib/hci/commands/listening.js';
import { DisconnectionComplete, LeConnectionComplete } from '../../../lib/hci/events/links.js';
import { aclPacket, commandPacket } from '../../../lib/hci/h4.js';
import { LE_META } from '../../../lib/hci/packet.js';

const ATT_CID = 4;

/** A host that says over the air whatever a test wants: no stack that would mind its manners. */
export class RawHost {
  readonly #controller: VirtualController;
  #handle: number | undefined;
  #changed = (): void => undefined;
  readonly received: Buffer[] = [];
  /** Called with each ATT PDU that arrives. */
  onAtt: (pdu: Buffer) => void = () => undefined;

  constructor(controller: VirtualController) {
    this.#controller = controller;
    controller.onPacket((packet) => {
      this.#packet(Buffer.from(packet));
    });
    this.#command(SetEventMask.opcode, Buffer.alloc(8, 0xff));
    this.#command(LeSetEventMask.opcode, Buffer.from('1f00000000000000', 'hex'));
  }

  /** Connects as the central to `peer`; resolves once the link is up. */
  async connect(peer: VirtualController): Promise<void> {
    const { type, bytes } = peer.identity.random ?? peer.identity.public;
    this.#command(
      LeCreateConnection.opcode,
      Buffer.concat([
        Buffer.from('6000300000', 'hex'), // interval, window, no filter
        Buffer.of(type === 'public' ? 0 : 1, ...bytes),
        Buffer.from('00' + '1800' + '1800' + '0000' + 'c800' + '0000' + '0000', 'hex'),
      ]),
    );
    await this.until(() => this.isConnected);
  }

  /** Advertises as a connectable peripheral. */
  advertise(advertisingData: Uint8Array, scanResponse: Uint8Array): void {
    const data = (bytes: Uint8Array): Buffer =>
      Buffer.concat([Buffer.of(bytes.length), bytes, Buffer.alloc(31 - bytes.length)]);
    this.#command(
      LeSetAdvertisingParameters.opcode,
      Buffer.from('a000a000' + '000000' + '000000000000' + '0700', 'hex'),
    );
    this.#command(LeSetAdvertisingData.opcode, data(advertisingData));
    this.#command(LeSetScanResponseData.opcode, data(scanResponse));
    this.#command(LeSetAdvertisingEnable.opcode, Buffer.of(1));
  }

  get isConnected(): boolean {
    return this.#handle !== undefined;
  }

  /** Sends one ATT PDU. */
  att(...bytes: readonly (number | Uint8Array)[]): void {
    if (this.#handle === undefined) throw new Error('not connected');
    const pdu = Buffer.concat(
      bytes.map((each) => (typeof each === 'number' ? Buffer.of(each) : Buffer.from(each))),
    );
    const header = Buffer.alloc(4);
    header.writeUInt16LE(pdu.length, 0);
    header.writeUInt16LE(ATT_CID, 2);
    this.#controller.send(
      aclPacket(this.#handle, PacketBoundary.firstFromHost, Buffer.concat([header, pdu])),
    );
  }

  /** The answer to an ATT request. */
  async request(...bytes: readonly (number | Uint8Array)[]): Promise<Buffer> {
    const before = this.received.length;
    this.att(...bytes);
    await this.until(() => this.received.length > before);
    const answer = this.received[before];
    if (answer === undefined) throw new Error('no answer');
    return answer;
  }

  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  #command(opcode: number, parameters: Buffer): void {
    this.#controller.send(commandPacket(opcode, parameters));
  }

  #packet(packet: Buffer): void {
    if (packet[0] === PacketType.acl) {
      const pdu = packet.subarray(9);
      this.received.push(pdu);
      this.onAtt(pdu);
    } else if (packet[1] === LE_META && packet[3] === LeConnectionComplete.subevent) {
      if (packet[4] === 0) this.#handle = packet.readUInt16LE(5);
    } else if (packet[1] === DisconnectionComplete.code) {
      this.#handle = undefined;
    }
    this.#changed();
  }
}
