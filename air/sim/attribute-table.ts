import { AttributeType, CharacteristicDeclaration } from '../../lib/hci/att/attributes.js';
import { Att } from '../../lib/hci/att/pdus.js';
import { uuidText } from '../../lib/hci/text.js';
import { uuidBytes } from '../../lib/radio/advertising-data.js';
import { layoutOf } from '../../lib/radio/gatt-row.js';
import type { PeripheralService } from '../../lib/radio/types.js';
import { attFrame, l2capFrame, ServiceFound } from './att.js';

/** What a search finds, as it stands in an answer; the value of a service is a ServiceFound. */
interface Attribute {
  readonly type: string;
  readonly handle: number;
  readonly value: Uint8Array;
}

/** A service at its place. */
export interface PlacedService {
  readonly service: PeripheralService;
  /** Of the values of `toCar` and `fromCar`, and of the configuration of `fromCar`. */
  readonly toCar: number;
  readonly fromCar: number;
  readonly configuration: number;
}

const serviceAt = (handle: number, last: number, uuid: string): Attribute => ({
  type: AttributeType.primaryService,
  handle,
  value: ServiceFound.build({ lastHandle: last, uuid: uuidBytes(uuid) }),
});

/** bleno's services GAP and GATT come first: handles 1 to 9. */
const GENERIC: readonly Attribute[] = [serviceAt(1, 5, '1800'), serviceAt(6, 9, '1801')];
const FIRST_HANDLE = 10;

/** The attributes of a car, where bleno would have them. */
export class AttributeTable {
  readonly services: readonly PlacedService[];
  readonly #attributes: Attribute[] = [...GENERIC];

  constructor(services: readonly PeripheralService[]) {
    let handle = FIRST_HANDLE;
    this.services = services.map((service) => {
      const { characteristics, configurationAt, lastAt } = layoutOf(service.profile);
      const first = handle + 1;
      const [toCar = 0, fromCar = 0] = characteristics.map(({ at }) => first + at + 1);
      const configuration = first + configurationAt;
      this.#attributes.push(
        serviceAt(handle, first + lastAt, service.profile.service),
        ...characteristics.map(({ uuid, at, properties }) => ({
          type: AttributeType.characteristic,
          handle: first + at,
          value: CharacteristicDeclaration.build({
            properties,
            valueHandle: first + at + 1,
            uuid: uuidBytes(uuid),
          }),
        })),
        {
          type: AttributeType.clientConfiguration,
          handle: configuration,
          value: new Uint8Array(2),
        },
      );
      handle = first + lastAt + 1;
      return { service, toCar, fromCar, configuration };
    });
  }

  /** The answer to a search, in which entries of one length fill at most `mtu` bytes. */
  find(opcode: number, parameters: Uint8Array, mtu: number): Uint8Array | undefined {
    const { start, end, type: bytes } = Att.readByTypeRequest.parameters.exact(parameters) ?? {};
    if (start === undefined || end === undefined || bytes?.length !== 2) return undefined;
    const wanted = uuidText(bytes);
    const found = this.#attributes.filter(
      ({ type, handle }) => type === wanted && handle >= start && handle <= end,
    );
    const [first] = found;
    if (first === undefined) {
      return attFrame(Att.error, { request: opcode, handle: start, code: NOT_FOUND });
    }
    const length = 2 + first.value.length;
    const other = found.findIndex(({ value }) => value.length !== first.value.length);
    const room = Math.max(1, Math.floor((mtu - 2) / length));
    const attributes = found.slice(0, Math.min(room, other < 0 ? found.length : other));
    const answer = Att.readByTypeResponse.build({ length, attributes });
    answer[0] = opcode + 1;
    return l2capFrame(answer);
  }
}

/** Attribute Not Found (Vol 3 Part F 3.4.1.1). */
const NOT_FOUND = 0x0a;
