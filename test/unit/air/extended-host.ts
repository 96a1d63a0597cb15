import type { VirtualController } from '../../../air/index.js';
import { TestHost } from './test-host.js';
import {
  DataOperation,
  LeSetExtendedAdvertisingData,
  LeSetExtendedAdvertisingEnable,
  LeSetExtendedAdvertisingParameters,
  LeSetExtendedScanResponseData,
} from '../../../lib/hci/commands/extended-advertising.js';
import { LeSetEventMask, SetEventMask } from '../../../lib/hci/commands/host-control.js';
import type { LeExtendedCreateConnection } from '../../../lib/hci/commands/listening.js';
import {
  LeSetExtendedScanEnable,
  LeSetExtendedScanParameters,
  PhyBit,
} from '../../../lib/hci/commands/listening.js';
import type { ParametersOf } from '../../../lib/hci/packet.js';
import { bytes, filled } from '../../support/hci-packets.js';

type SetParameters = ParametersOf<typeof LeSetExtendedAdvertisingParameters>;
/** Fields of LE Set Extended Advertising Parameters; the rest has values that do no harm. */
export type SetFields = Partial<SetParameters>;

/** Of set 1, non-connectable and non-scannable with extended PDUs, every 100 ms. */
export const setParameters = (fields: SetFields = {}): SetParameters => ({
  ...filled(LeSetExtendedAdvertisingParameters.parameters, {
    set: 1,
    intervalMin: 0xa0,
    intervalMax: 0xa0,
    channels: 0b111,
    txPower: 127,
    primaryPhy: 1,
    secondaryPhy: 1,
    sid: 5,
  }),
  ...fields,
});

type SetData = ParametersOf<typeof LeSetExtendedAdvertisingData>;

/** LE Set Extended Advertising Data or Scan Response Data: all of set 1, if nothing else is said. */
export const setData = (data: string, fields: Partial<SetData> = {}): SetData => ({
  set: 1,
  operation: DataOperation.complete,
  fragmentPreference: 0,
  data: bytes(data),
  ...fields,
});

type ScanParameters = ParametersOf<typeof LeSetExtendedScanParameters>;

/** LE Set Extended Scan Parameters: passive on LE 1M, if nothing else is said. */
export const scanParameters = (fields: Partial<ScanParameters> = {}): ScanParameters => ({
  ownAddressType: 0,
  filterPolicy: 0,
  phys: PhyBit.le1M,
  scans: [{ type: 0, interval: 0x10, window: 0x10 }],
  ...fields,
});

/** The same, asking for scan responses. */
export const activeScan = (fields: Partial<ScanParameters> = {}): ScanParameters =>
  scanParameters({ scans: [{ type: 1, interval: 0x10, window: 0x10 }], ...fields });

type Create = ParametersOf<typeof LeExtendedCreateConnection>;

/** The parameters that noble gives a link. */
export const LINK: Create['links'][number] = {
  scanInterval: 0x60,
  scanWindow: 0x30,
  intervalMin: 6,
  intervalMax: 0x12,
  latency: 0,
  timeout: 0x2a,
  eventLengthMin: 4,
  eventLengthMax: 6,
};

/** LE Extended Create Connection on LE 1M to the peer that is named. */
export const extendedCreate = (
  fields: Partial<Create> & Pick<Create, 'peerAddressType' | 'peerAddress'>,
): Create => ({ filterPolicy: 0, ownAddressType: 0, phys: PhyBit.le1M, links: [LINK], ...fields });

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
    limits: { readonly duration?: number; readonly maxEvents?: number } = {},
  ): Promise<void> {
    const { set = 1 } = fields;
    this.command(LeSetExtendedAdvertisingParameters, setParameters(fields));
    if (data !== '') this.command(LeSetExtendedAdvertisingData, setData(data, { set }));
    if (scanResponse !== '') {
      this.command(LeSetExtendedScanResponseData, setData(scanResponse, { set }));
    }
    this.command(LeSetExtendedAdvertisingEnable, { enable: 1, sets: [{ set, ...limits }] });
    for (const answer of await this.packets()) {
      if (!/^040e0[45]01..2000/.test(answer)) throw new Error(`refused: ${answer}`);
    }
  }

  async scanExtended(
    parameters = scanParameters(),
    enable: Partial<ParametersOf<typeof LeSetExtendedScanEnable>> = {},
  ): Promise<void> {
    this.command(LeSetExtendedScanParameters, parameters);
    this.command(LeSetExtendedScanEnable, { enable: 1, ...enable });
    await this.packets();
  }

  /** LE Meta events since the last call. */
  async leEvents(): Promise<string[]> {
    return (await this.packets()).filter((packet) => packet.startsWith('043e'));
  }
}
