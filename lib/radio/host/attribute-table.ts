import {
  AttributeType,
  CharacteristicDeclaration,
  GenericService,
} from '../../hci/att/attributes.js';
import { uuidText } from '../../hci/text.js';
import { characteristicsOf } from '../../link/gatt-profile.js';
import type { GattCharacteristic } from '../../link/gatt-profile.js';
import { utf8 } from '../../platform/bytes.js';
import { uuidBytes } from '../advertising-data.js';
import { PropertyBit, propertyBits } from '../gatt-row.js';
import type { PeripheralService } from '../types.js';

/** An attribute at its handle (Core, Vol 3 Part F 3.2). */
export interface Attribute {
  /** 1 and on, without gaps. */
  readonly handle: number;
  /** The last one of the service that this one declares; of any other its own handle. */
  readonly endHandle: number;
  /** As `uuidText` writes it. */
  readonly type: string;
  /** What everybody reads; undefined for what is sent, what is taken, and what each client configures. */
  readonly value: Uint8Array | undefined;
  /** Of the characteristic, as bits, where this is its value or its configuration; otherwise 0. */
  readonly properties: number;
  /** Whose value or configuration this is; undefined for all that GAP and GATT have. */
  readonly service: PeripheralService | undefined;
}

interface Service {
  readonly uuid: string;
  readonly characteristics: readonly GattCharacteristic[];
  readonly service?: PeripheralService;
}

/** GAP and GATT. Everybody who connects can read them, and every car says the same. */
const GENERIC: readonly Service[] = [
  {
    uuid: GenericService.access,
    characteristics: [
      { uuid: AttributeType.deviceName, properties: ['read'], value: utf8('phonekey') },
      // A car (Assigned Numbers, 2.6.3).
      { uuid: AttributeType.appearance, properties: ['read'], value: Uint8Array.of(0xc1, 0x08) },
    ],
  },
  {
    uuid: GenericService.attribute,
    // Never indicated: what is offered stays as it is for as long as there are links.
    characteristics: [{ uuid: AttributeType.serviceChanged, properties: ['indicate'] }],
  },
];

const serviceOf = (service: PeripheralService): Service => ({
  uuid: service.profile.service,
  characteristics: characteristicsOf(service.profile),
  service,
});

/** The attributes of one service, the first of which has this handle; each characteristic as in `layoutOf`. */
const placed = (first: number, { uuid, characteristics, service }: Service): Attribute[] => {
  const row: Pick<Attribute, 'type' | 'value' | 'properties' | 'service'>[] = [];
  const declare = (type: string, value: Uint8Array): void => {
    row.push({ type, value, properties: 0, service: undefined });
  };
  declare(AttributeType.primaryService, uuidBytes(uuid));
  for (const { uuid, properties: names, value } of characteristics) {
    const properties = propertyBits(names);
    const bytes = uuidBytes(uuid);
    const declaration = { properties, valueHandle: first + row.length + 1, uuid: bytes };
    declare(AttributeType.characteristic, CharacteristicDeclaration.build(declaration));
    row.push({ type: uuidText(bytes), value, properties, service });
    if ((properties & (PropertyBit.notify | PropertyBit.indicate)) === 0) continue;
    row.push({ type: AttributeType.clientConfiguration, value: undefined, properties, service });
  }
  return row.map((attribute, at) => ({
    ...attribute,
    handle: first + at,
    endHandle: first + (at === 0 ? row.length - 1 : at),
  }));
};

/** What a car offers: GAP, GATT (together handles 1 to 9, as with bleno), and its services. */
export class AttributeTable {
  readonly attributes: readonly Attribute[];

  constructor(services: readonly PeripheralService[]) {
    const attributes: Attribute[] = [];
    for (const service of [...GENERIC, ...services.map(serviceOf)]) {
      attributes.push(...placed(attributes.length + 1, service));
    }
    this.attributes = attributes;
  }

  at(handle: number): Attribute | undefined {
    return this.attributes[handle - 1];
  }

  /** Those with these handles, bounds included. */
  between(start: number, end: number): readonly Attribute[] {
    return this.attributes.slice(start - 1, end);
  }
}
