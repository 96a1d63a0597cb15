import type { Direction } from '../capture/btsnoop.js';
import type { AirDevice, AirFound, CapturedRecord, CaptureEvent } from '../capture/record.js';
import { LeSetRandomAddress } from '../../lib/hci/commands/addresses.js';
import { LeSetAdvertisingSetRandomAddress } from '../../lib/hci/commands/extended-advertising.js';
import { ReadBdAddr } from '../../lib/hci/commands/information.js';
import { PacketType, Status } from '../../lib/hci/constants.js';
import { LeAdvertisingSetTerminated } from '../../lib/hci/events/advertising.js';
import { CommandComplete } from '../../lib/hci/events/general.js';
import { DisconnectionComplete, EncryptionChange } from '../../lib/hci/events/links.js';
import { LE_META } from '../../lib/hci/packet.js';
import type { ParametersOf } from '../../lib/hci/packet.js';
import { PacketError, readable, Reader } from '../../lib/hci/reader.js';
import { HANDLE_MASK } from '../../lib/hci/shared.js';
import { addressText } from '../../lib/hci/text.js';
import { Advertisements } from './advertisements.js';
import type { FollowedSet } from './advertising-sets.js';
import type { ControllerState } from './controller-state.js';
import { Controllers } from './controllers.js';
import type { DecodedDetail, Party, ReportedEvent } from './event.js';
import { describeCutPacket, otherPacket } from './hci-events.js';
import { aclOf } from './pdus.js';
import { LinkDecoder } from './link-decoder.js';
import { connectionComplete, linkChange } from './link-events.js';
import { ReportAssembler, reportKey, reports } from './reports.js';
import type { DecodedReport } from './reports.js';
import type { UuidNames } from './uuids.js';

/** Which way packets of a type go, where they go one way. */
const DIRECTION: ReadonlyMap<number, Direction> = new Map([
  [PacketType.command, 'sent'],
  [PacketType.event, 'received'],
]);

const RANDOM_ADDRESSES = [LeSetRandomAddress, LeSetAdvertisingSetRandomAddress];

/** What an AirDecoder knows besides the specification. */
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
  #reported: ReportedEvent[] = [];

  constructor({ uuidNames = new Map() }: AirDecoderOptions = {}) {
    this.#links = new LinkDecoder(this.#controllers, uuidNames);
  }

  /** What is new in it, in order. Never throws. */
  push(event: CaptureEvent): ReportedEvent[] {
    this.#reported = [];
    this.#time = event.type === 'record' ? event.record.time : event.time;
    if (event.type === 'came') this.#came(event.device);
    else if (event.type === 'found') this.#found(event.found);
    else if (event.type === 'left') this.#left(event.device);
    else if (event.type === 'record') this.#record(event.record);
    return this.#reported;
  }

  /** What has not come to an end when a capture does. */
  end(): ReportedEvent[] {
    this.#reported = [];
    this.#tellAll(this.#links.end());
    return this.#reported;
  }

  /**
   * Whether somebody of an event is called so: by the name that it has there, a label, an address that it uses, or a
   * name that it has advertised so far.
   */
  isCalled(party: Party, who: string): boolean {
    return this.#controllers.isCalled(party, who);
  }

  #came(device: AirDevice): void {
    this.#forget(device.index);
    const identity = this.#controllers.came(device);
    this.#tell({ type: 'powered-on', device: this.#controllers.party(identity) });
  }

  #found({ index, sets, links }: AirFound): void {
    const controller = this.#controllers.get(index);
    for (const link of links) {
      this.#tellAll(this.#links.connected(controller, { status: Status.success, ...link }));
    }
    // Afterwards: a new link ends legacy advertising.
    for (const set of sets) this.#advertises(controller, controller.sets.found(set));
  }

  #left({ index }: AirDevice): void {
    const controller = this.#forget(index);
    if (controller === undefined) return;
    this.#tell({ type: 'powered-off', device: this.#controllers.party(controller.identity) });
  }

  #forget(index: number): ControllerState | undefined {
    const controller = this.#controllers.remove(index);
    if (controller !== undefined) this.#tellAll(this.#links.left(controller));
    return controller;
  }

  #record({ index, direction, packet, cut = 0 }: CapturedRecord): void {
    const controller = this.#controllers.get(index);
    const goes = DIRECTION.get(packet[0] ?? 0);
    const wrong = goes !== undefined && goes !== direction;
    const isAcl = packet[0] === PacketType.acl && (cut === 0 || packet.length >= 5);
    if (wrong || (cut > 0 && !isAcl)) {
      const device = this.#controllers.party(controller.identity);
      const { name, fields } = describeCutPacket(packet);
      const how = { ...(cut > 0 && { cut }), ...(wrong && { wrongDirection: true as const }) };
      this.#tell({ type: 'packet', device, direction, name, fields, ...how });
    }
    if (cut > 0 && !isAcl) return;
    this.#understand(controller, 'HCI packet', () => {
      const reader = new Reader(packet);
      const type = reader.u8();
      if (type === PacketType.acl) {
        for (const { event, values } of this.#links.data(
          controller,
          direction,
          aclOf(packet, cut > 0),
        )) {
          this.#tell(event, values);
        }
      } else if (type === PacketType.command) {
        controller.command(reader.u16(), reader.bytes(reader.u8()));
      } else if (type !== PacketType.event) {
        const device = this.#controllers.party(controller.identity);
        const { name, fields } = otherPacket(packet);
        this.#tell({ type: 'packet', device, direction, name, fields });
      } else {
        const code = reader.u8();
        const parameters = reader.bytes(reader.u8());
        this.#understand(controller, 'HCI event', () => {
          this.#event(controller, code, parameters);
        });
      }
    });
  }

  #event(controller: ControllerState, code: number, parameters: Uint8Array): void {
    switch (code) {
      case CommandComplete.code:
        this.#commandComplete(controller, CommandComplete.parameters.read(parameters));
        break;
      case DisconnectionComplete.code: {
        const { status, handle, reason } = DisconnectionComplete.parameters.read(parameters);
        if (status !== Status.success) return;
        this.#tellAll(
          this.#links.disconnected(controller, { handle: handle & HANDLE_MASK, reason }),
        );
        break;
      }
      case EncryptionChange.code: {
        const { status, handle: field, enabled } = EncryptionChange.parameters.read(parameters);
        const handle = field & HANDLE_MASK;
        const change = { type: 'encryption', encrypted: enabled !== 0 } as const;
        this.#tell(
          status === Status.success
            ? this.#links.changed(controller, handle, change)
            : this.#links.encryptionFailed(controller, handle, status),
        );
        break;
      }
      case LE_META: {
        const [subevent] = parameters;
        if (subevent === undefined) throw new PacketError('no subevent');
        this.#leEvent(controller, subevent, parameters.subarray(1));
        break;
      }
    }
  }

  #leEvent(controller: ControllerState, subevent: number, parameters: Uint8Array): void {
    for (const report of reports(subevent, parameters) ?? []) {
      const whole = this.#assembler.push(controller.identity.index, report);
      if (whole !== undefined) this.#report(whole);
    }
    const connection = connectionComplete(subevent, parameters);
    if (connection !== undefined) this.#tellAll(this.#links.connected(controller, connection));
    const changed = linkChange(subevent, parameters);
    if (changed !== undefined) {
      this.#tell(this.#links.changed(controller, changed.handle, changed.change));
    }
    if (subevent === LeAdvertisingSetTerminated.subevent) {
      controller.sets.terminated(LeAdvertisingSetTerminated.parameters.read(parameters).set);
    }
  }

  /** What a command has brought about is true once it is answered. */
  #commandComplete(
    controller: ControllerState,
    { opcode, returned }: ParametersOf<typeof CommandComplete>,
  ): void {
    const parameters = controller.answered(opcode);
    if (parameters === undefined) return;
    if (returned.length === 0) throw new PacketError('no status');
    if (returned[0] !== Status.success) return;
    const { identity, sets } = controller;
    if (opcode === ReadBdAddr.opcode) {
      identity.setPublic(addressText(ReadBdAddr.returned.read(returned).address));
    }
    const random = RANDOM_ADDRESSES.find((declared) => declared.opcode === opcode)?.parameters;
    const address = readable(() => random?.read(parameters).address);
    if (address !== undefined) identity.addRandom(addressText(address));
    for (const set of sets.apply(opcode, parameters)) this.#advertises(controller, set);
  }

  /** As the advertiser's own host has it. */
  #advertises({ identity, advertisements }: ControllerState, set: FollowedSet): void {
    const { name, enabled, ownAddressType, randomAddress } = set;
    const device = this.#controllers.party(identity);
    const address = [identity.address, randomAddress ?? identity.random][ownAddressType] ?? null;
    this.#tell(
      enabled
        ? advertisements.seen(name, device, { ...set, address })
        : advertisements.stopped(name, device),
    );
  }

  /** As a scanner hears it; of interest where the advertiser's own host is not heard. */
  #report(report: DecodedReport): void {
    const { address, scanResponse, data, ...seen } = report;
    if (this.#controllers.at(address)?.sets.followed === true) return;
    const device = this.#controllers.partyAt(address);
    const what = scanResponse ? { scanResponse: data } : { data };
    this.#tell(this.#heard.seen(reportKey(report), device, { address, ...seen, ...what }));
  }

  #understand({ identity }: ControllerState, what: string, read: () => void): void {
    const understood = readable(() => {
      read();
      return true;
    });
    if (understood === true) return;
    this.#tell({ type: 'malformed', device: this.#controllers.party(identity), what });
  }

  #tellAll(events: readonly DecodedDetail[]): void {
    for (const event of events) this.#tell(event);
  }

  #tell(event: DecodedDetail | undefined, values: ReportedEvent['values'] = []): void {
    if (event === undefined) return;
    this.#reported.push({ event: { time: this.#time, ...event }, values });
    if (event.type !== 'advertising' && event.type !== 'scan-response') return;
    this.#controllers.advertised(event.device, event.data.name);
    if ('scanResponse' in event)
      this.#controllers.advertised(event.device, event.scanResponse.name);
  }
}
