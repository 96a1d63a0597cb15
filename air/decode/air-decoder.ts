import type { AirDevice, AirEvent, AirRecord } from '../capture/record.js';
import { EventCode, LeEvent, Opcode, PacketType, Status } from '../../lib/hci/constants.js';
import { Advertisements } from './advertisements.js';
import type { AdvertisingChange } from './advertising-sets.js';
import type { ControllerState } from './controller-state.js';
import { Controllers } from './controllers.js';
import type { DecodedDetail, Told } from './event.js';
import { LinkDecoder } from './link-decoder.js';
import type { LinkNews } from './link-decoder.js';
import {
  connectionComplete,
  connectionUpdate,
  dataLengthChange,
  disconnection,
  encryptionChange,
  phyUpdate,
} from './link-events.js';
import { parsed } from './reader.js';
import type { Reader } from './reader.js';
import { ReportAssembler, reportKey, reports } from './reports.js';
import type { Report } from './reports.js';
import type { UuidNames } from './uuids.js';

export interface AirDecoderOptions {
  /** Names for UUIDs beyond those of the Bluetooth SIG. */
  readonly uuidNames?: UuidNames;
}

/**
 * Tells what happened on the air from what passed between hosts and their controllers: between one of them,
 * or all. What both ends of a link report is told once, and so is an advertisement, until it changes.
 * Takes any bytes: what is not as the specification has it is told as malformed.
 */
export class AirDecoder {
  readonly #controllers = new Controllers();
  readonly #links: LinkDecoder;
  /** As others hear them. */
  readonly #heard = new Advertisements();
  readonly #assembler = new ReportAssembler();
  #time = 0;
  #told: Told[] = [];

  constructor({ uuidNames = new Map() }: AirDecoderOptions = {}) {
    this.#links = new LinkDecoder(this.#controllers, uuidNames);
  }

  /** What is news in it, in order. Never throws. */
  push(event: AirEvent): Told[] {
    this.#told = [];
    this.#time = event.type === 'record' ? event.record.time : event.time;
    if (event.type === 'came') this.#came(event.device);
    else if (event.type === 'left') this.#left(event.device);
    else this.#record(event.record);
    return this.#told;
  }

  #came({ index, address, label }: AirDevice): void {
    this.#forget(index);
    const { identity } = this.#controllers.get(index);
    identity.setPublic(address);
    identity.label = label;
    this.#tell({ type: 'powered-on', device: this.#controllers.party(identity) });
  }

  #left({ index }: AirDevice): void {
    const controller = this.#forget(index);
    if (controller === undefined) return;
    this.#tell({ type: 'powered-off', device: this.#controllers.party(controller.identity) });
  }

  #forget(index: number): ControllerState | undefined {
    const controller = this.#controllers.remove(index);
    if (controller !== undefined) this.#links.left(controller);
    return controller;
  }

  #record({ index, direction, packet }: AirRecord): void {
    const controller = this.#controllers.get(index);
    this.#understand(controller, packet, 'HCI packet', (reader) => {
      const type = reader.u8();
      if (type === PacketType.acl) this.#tellNews(this.#links.data(controller, direction, reader));
      else if (type === PacketType.command && direction === 'sent') {
        controller.command(reader.u16(), reader.bytes(reader.u8()));
      } else if (type === PacketType.event && direction === 'received') {
        const code = reader.u8();
        this.#understand(controller, reader.bytes(reader.u8()), 'HCI event', (parameters) => {
          this.#event(controller, code, parameters);
        });
      }
    });
  }

  #event(controller: ControllerState, code: number, reader: Reader): void {
    switch (code) {
      case EventCode.commandComplete:
        this.#commandComplete(controller, reader);
        break;
      case EventCode.disconnectionComplete: {
        const { status, ...ended } = disconnection(reader);
        if (status === Status.success) this.#tell(this.#links.disconnected(controller, ended));
        break;
      }
      case EventCode.encryptionChange: {
        const { status, handle, encrypted } = encryptionChange(reader);
        this.#tell(
          status === Status.success
            ? this.#links.changed(controller, handle, { type: 'encryption', encrypted })
            : this.#links.encryptionFailed(controller, handle, status),
        );
        break;
      }
      case EventCode.leMeta:
        this.#leEvent(controller, reader.u8(), reader);
        break;
    }
  }

  #leEvent(controller: ControllerState, subevent: number, reader: Reader): void {
    const heard = reports(subevent, reader);
    const connection = heard === undefined ? connectionComplete(subevent, reader) : undefined;
    if (heard !== undefined) {
      for (const report of heard) {
        const whole = this.#assembler.push(controller.identity.index, report);
        if (whole !== undefined) this.#report(whole);
      }
    } else if (connection !== undefined) {
      this.#tell(this.#links.connected(controller, connection));
    } else if (subevent === LeEvent.connectionUpdateComplete) {
      const { status, handle, ...parameters } = connectionUpdate(reader);
      if (status !== Status.success) return;
      this.#tell(this.#links.changed(controller, handle, { type: 'parameters', ...parameters }));
    } else if (subevent === LeEvent.dataLengthChange) {
      const { handle, ...lengths } = dataLengthChange(reader);
      this.#tell(this.#links.changed(controller, handle, { type: 'data-length', ...lengths }));
    } else if (subevent === LeEvent.phyUpdateComplete) {
      const { status, handle, ...phys } = phyUpdate(reader);
      if (status !== Status.success) return;
      this.#tell(this.#links.changed(controller, handle, { type: 'phy', ...phys }));
    } else if (subevent === LeEvent.advertisingSetTerminated) {
      reader.u8(); // status
      controller.sets.terminated(reader.u8());
    }
  }

  /** What a command has brought about is true once it is answered. */
  #commandComplete(controller: ControllerState, reader: Reader): void {
    reader.u8(); // how many commands are allowed now
    const opcode = reader.u16();
    const parameters = controller.answered(opcode);
    if (parameters === undefined || reader.u8() !== Status.success) return;
    const { identity, sets } = controller;
    if (opcode === Opcode.readBdAddr) {
      identity.setPublic(reader.address());
    } else if (opcode === Opcode.leSetRandomAddress) {
      addRandom(controller, parameters);
    } else {
      if (opcode === Opcode.leSetAdvertisingSetRandomAddress)
        addRandom(controller, parameters.subarray(1));
      for (const change of sets.apply(opcode, parameters)) this.#advertises(controller, change);
    }
  }

  /** As the advertiser's own host has it. */
  #advertises({ identity, advertisements }: ControllerState, change: AdvertisingChange): void {
    const { set, ownAddressType, randomAddress, advertisement } = change;
    const device = this.#controllers.party(identity);
    const address = [identity.address, randomAddress ?? identity.random][ownAddressType] ?? null;
    this.#tell(
      advertisement === undefined
        ? advertisements.stopped(set, device)
        : advertisements.seen(set, device, { ...advertisement, address }),
    );
  }

  /** As a scanner hears it; of interest where the advertiser's own host is not heard. */
  #report(report: Report): void {
    const { address, scanResponse, data, connectable, scannable, extended } = report;
    if (this.#controllers.at(address)?.sets.followed === true) return;
    const what = scanResponse ? { scanResponse: data } : { data };
    this.#tell(
      this.#heard.seen(reportKey(report), this.#controllers.partyAt(address), {
        ...{ address, connectable, scannable, extended },
        ...what,
      }),
    );
  }

  #understand(
    { identity }: ControllerState,
    bytes: Buffer,
    what: string,
    read: (reader: Reader) => void,
  ): void {
    const understood = parsed(bytes, (reader) => {
      read(reader);
      return true;
    });
    if (understood === true) return;
    this.#tell({ type: 'malformed', device: this.#controllers.party(identity), what });
  }

  #tellNews(news: LinkNews | undefined): void {
    if (news !== undefined) this.#tell(news.event, news.values);
  }

  #tell(event: DecodedDetail | undefined, values: Told['values'] = []): void {
    if (event !== undefined) this.#told.push({ event: { time: this.#time, ...event }, values });
  }
}

const addRandom = ({ identity }: ControllerState, bytes: Buffer): void => {
  const address = parsed(bytes, (reader) => reader.address());
  if (address !== undefined) identity.addRandom(address);
};
