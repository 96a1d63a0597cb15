import type { VirtualController } from '../../../air/index.js';
import { TestHost } from './test-host.js';
import {
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { LeSetEventMask, SetEventMask } from '../../../lib/hci/commands/host-control.js';
import {
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
} from '../../../lib/hci/commands/listening.js';
import { bytes } from '../../support/hci-packets.js';

/** Fields of LE Set Extended Advertising Parameters in hex; the rest has values that do no harm. */
export interface SetFields {
  readonly handle?: string;
  readonly properties?: string;
  /** Primary_Advertising_Interval_Min and _Max, 6 bytes. */
  readonly intervals?: string;
  readonly channels?: string;
  readonly ownAddressType?: string;
  /** Type and address, 7 bytes. */
  readonly peer?: string;
  readonly filterPolicy?: string;
  readonly txPower?: string;
  readonly primaryPhy?: string;
  readonly secondaryPhy?: string;
  readonly sid?: string;
  readonly notify?: string;
}

/** 25 bytes: handle 1, non-connectable and non-scannable with extended PDUs, every 100 ms. */
export const setParameters = (fields: SetFields = {}): string =>
  (fields.handle ?? '01') +
  (fields.properties ?? '0000') +
  (fields.intervals ?? 'a00000a00000') +
  (fields.channels ?? '07') +
  (fields.ownAddressType ?? '00') +
  (fields.peer ?? '00000000000000') +
  (fields.filterPolicy ?? '00') +
  (fields.txPower ?? '7f') +
  (fields.primaryPhy ?? '01') +
  '00' +
  (fields.secondaryPhy ?? '01') +
  (fields.sid ?? '05') +
  (fields.notify ?? '00');

/** LE Set Extended Advertising Data or Scan Response Data: handle, operation, preference, data. */
export const setData = (data: string, operation = '03', handle = '01'): string =>
  handle + operation + '00' + (data.length / 2).toString(16).padStart(2, '0') + data;

/** LE Set Extended Scan Parameters on LE 1M. */
export const scanParameters = (active = false, ownAddressType = '00', policy = '00'): string =>
  `${ownAddressType}${policy}01${active ? '01' : '00'}10001000`;

/** LE Set Extended Scan Enable. */
export const scanEnable = (filter = '00', duration = '0000', period = '0000'): string =>
  `01${filter}${duration}${period}`;

/** LE Extended Create Connection on LE 1M, with the parameters of noble. */
export const extendedCreate = (peer: string, ownAddressType = '00'): string =>
  `00${ownAddressType}${peer}01` + '60003000' + '0600120000002a00' + '04000600';

/** A host that uses extended commands, and hears of all LE events. */
export class ExtendedHost extends TestHost {
  static async create(controller: VirtualController): Promise<ExtendedHost> {
    const host = new ExtendedHost(controller);
    host.command(SetEventMask, { mask: bytes('ffffffffffffff3f') });
    host.command(LeSetEventMask, { mask: bytes('ffffffffffffffff') });
    await host.packets();
    return host;
  }

  /** Advertises with set 1, which is to be in order. */
  async advertiseSet(
    fields: SetFields,
    data = '',
    scanResponse = '',
    limits = '000000',
  ): Promise<void> {
    const { handle = '01' } = fields;
    this.command(LeSetExtendedAdvertisingParameters.opcode, setParameters(fields));
    if (data !== '') {
      this.command(LeSetExtendedAdvertisingData.opcode, setData(data, '03', handle));
    }
    if (scanResponse !== '') {
      this.command(LeSetExtendedScanResponseData.opcode, setData(scanResponse, '03', handle));
    }
    this.command(LeSetExtendedAdvertisingEnable.opcode, `0101${handle}${limits}`);
    for (const answer of await this.packets()) {
      if (!/^040e0[45]01..2000/.test(answer)) throw new Error(`refused: ${answer}`);
    }
  }

  async scanExtended(parameters = scanParameters(), enable = scanEnable()): Promise<void> {
    this.command(LeSetExtendedScanParameters.opcode, parameters);
    this.command(LeSetExtendedScanEnable.opcode, enable);
    await this.packets();
  }

  /** LE Meta events since the last call. */
  async leEvents(): Promise<string[]> {
    return (await this.packets()).filter((packet) => packet.startsWith('043e'));
  }
}
