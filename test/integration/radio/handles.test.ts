import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AirDecoder, loadBleno } from '../../../air/index.js';
import type { BlenoHandle, VirtualController } from '../../../air/index.js';
import { SimulatedCar } from '../../../firmware-sim/index.js';
import { PhoneKey } from '../../../lib/phone/phone-key.js';
import { MemoryCarStore } from '../../../lib/phone/store.js';
import { systemClock } from '../../../lib/platform/clock.js';
import { encodeSet } from '../../../lib/radio/advertising-data.js';
import { openBlenoPeripheral } from '../../../lib/radio/bleno.js';
import { bareUuid } from '../../../lib/link/gatt-profile.js';
import type { Central } from '../../../lib/radio/types.js';
import { openWindow } from '../../../testing/open-window.js';
import { RawHost } from './raw-host.js';
import { hear, Inbox, radios } from './setup.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeAdvertising } from '../../../lib/native/advertisement.js';

let world: ReturnType<typeof radios>;
beforeEach(() => {
  world = radios();
});
afterEach(async () => {
  await world.close();
});

/** What a phone with the real noble asks of a car, in words: `Write Request 0x000f`. */
const askedFrom = (controller: VirtualController) => {
  const asked: string[] = [];
  const decoder = new AirDecoder();
  world.air.tap((heard) => {
    for (const { event } of decoder.push(heard)) {
      if (event.type !== 'att' || event.central.address !== controller.address) continue;
      if (event.from !== 'central') continue;
      const { handle } = event.fields;
      asked.push(handle === undefined ? event.name : `${event.name} ${String(handle)}`);
    }
  });
  return asked;
};

const REMEMBERED = ['Exchange MTU Request', 'Read By Type Request'];
const DISCOVERY = [...Array<string>(3).fill('Read By Group Type Request'), 'Read By Type Request'];

describe('a phone and a car whose characteristics it has seen', () => {
  const startCar = async (load: (controller: VirtualController) => BlenoHandle = loadBleno) => {
    const controller = world.air.controller();
    const peripheral = await openBlenoPeripheral({
      load: async () => load(controller),
      clock: systemClock,
    });
    return SimulatedCar.start({ name: 'Car', peripheral });
  };

  it('need three requests until Hello, and six the first time', async () => {
    const car = await startCar();
    const { controller, central } = await world.phone();
    const store = new MemoryCarStore();
    const phone = new PhoneKey({ central, store });
    const asked = askedFrom(controller);
    await phone.pair({ code: await openWindow(car) });
    expect(asked.slice(0, 6)).toEqual(['Exchange MTU Request', ...DISCOVERY, 'Write Request 15']);
    expect(await store.list()).toMatchObject([{ attHandle: 11 }]);
    for (let i = 0; i < 3; i++) {
      asked.length = 0;
      await phone.unlock();
      expect(asked.slice(0, 3)).toEqual([...REMEMBERED, 'Write Request 15']);
      expect(new Set(asked.slice(3))).toEqual(new Set(['Write Command 12']));
    }
    await car.stop();
  });

  it('find each other when the handles have moved, and nothing is written where they were', async () => {
    const written: Buffer[] = [];
    /** An update gave the car another service, in front, with things to write where ours were. */
    const updated = (controller: VirtualController): BlenoHandle => {
      const handle = loadBleno(controller);
      const { bleno } = handle;
      const setServices = bleno.setServices.bind(bleno);
      const characteristics = ['aa01', 'aa02', 'aa03', 'aa04'].map(
        (uuid) =>
          new bleno.Characteristic({
            uuid,
            properties: ['write', 'writeWithoutResponse', 'notify'],
            onWriteRequest: (data, _offset, _withoutResponse, answer) => {
              written.push(data);
              answer(bleno.Characteristic.RESULT_SUCCESS);
            },
            onSubscribe: () => written.push(Buffer.from('subscribed')),
          }),
      );
      const other = new bleno.PrimaryService({ uuid: 'aa00', characteristics });
      bleno.setServices = (services, done) => {
        setServices([other, ...services], done);
      };
      return handle;
    };
    const car = await startCar(updated);
    const { controller, central } = await world.phone();
    const store = new MemoryCarStore();
    const phone = new PhoneKey({ central, store });
    await phone.pair({ code: await openWindow(car) });
    const [entry] = await store.list();
    expect(entry?.attHandle).toBe(24);
    const asked = askedFrom(controller);
    // Of before the update; among things to write to, or beyond all that there is.
    for (const attHandle of [11, 12, 22, 23, 25, 30, 200, 0xfff9]) {
      await store.update('Car', (now) => ({ car: { ...now, attHandle }, value: undefined }));
      asked.length = 0;
      await phone.lock();
      expect(asked.slice(0, 2)).toEqual(REMEMBERED);
      const writes = asked.filter((each) => each.startsWith('Write'));
      expect(new Set(writes)).toEqual(new Set(['Write Request 28', 'Write Command 25']));
      expect(await store.list()).toMatchObject([{ attHandle: 24 }]);
    }
    expect(written).toEqual([]);
    await car.stop();
  });
});

const uint16 = (value: number): Buffer => Buffer.of(value & 0xff, value >> 8);
const uuid = (text: string): Buffer => Buffer.from(bareUuid(text), 'hex').reverse();
const declaration = (handle: number, properties: number, value: number, type: Buffer): Buffer =>
  Buffer.concat([uint16(handle), Buffer.of(properties), uint16(value), type]);
const row = (first: number): Buffer[] => [
  declaration(first, 0x0c, first + 1, uuid(nativeProfile.toCar.uuid)),
  declaration(first + 2, 0x10, first + 3, uuid(nativeProfile.fromCar.uuid)),
  declaration(first + 5, 0x02, first + 6, uuid(nativeProfile.info.uuid)),
];

/** Where the rogue really has its characteristics. */
const REAL = 32;
const NOT_FOUND = 0x0a;

/** Answers the first question about characteristics with a lie, and all else as a server should. */
class Liar {
  readonly writes: string[] = [];
  readonly rogue = new RawHost(world.air.controller());
  #lied = false;

  readonly #lie: readonly Buffer[] | number;

  constructor(lie: readonly Buffer[] | number) {
    this.#lie = lie;
    this.rogue.onAtt = (pdu) => {
      this.#answer(pdu);
    };
    const set = encodeSet(nativeAdvertising(Uint8Array.of(1)));
    this.rogue.advertise(set.advertisement, set.scanResponse);
  }

  #answer(pdu: Buffer): void {
    const { rogue } = this;
    const opcode = pdu.readUInt8(0);
    const error = (reason: number): void => {
      rogue.att(0x01, opcode, pdu.subarray(1, 3), reason);
    };
    switch (opcode) {
      case 0x02:
        rogue.att(0x03, uint16(256));
        return;
      case 0x08:
        this.#declarations(pdu, error);
        return;
      case 0x10:
        if (pdu.readUInt16LE(1) >= REAL) error(NOT_FOUND);
        else rogue.att(0x11, 20, uint16(REAL - 1), uint16(REAL + 6), uuid(nativeProfile.service));
        return;
      default:
        this.writes.push(pdu.toString('hex'));
        if (opcode === 0x12) rogue.att(0x13);
    }
  }

  #declarations(pdu: Buffer, error: (reason: number) => void): void {
    const [start, end] = [pdu.readUInt16LE(1), pdu.readUInt16LE(3)];
    const real = row(REAL).filter((each) => {
      const handle = each.readUInt16LE(0);
      return handle >= start && handle <= end;
    });
    const answer = this.#lied ? real : this.#lie;
    this.#lied = true;
    if (typeof answer === 'number') error(answer);
    else if (answer[0] === undefined) error(NOT_FOUND);
    else this.rogue.att(0x09, answer[0].length, ...answer);
  }
}

const otherUuid = uuid('9d1f5a04-7c52-4b6e-9a43-1f0c6e2b7d10');

describe('a stranger who lies about handles', () => {
  const linkTo = async (central: Central, attHandle: number) => {
    const link = await central.connect(await hear(central), nativeProfile, { attHandle });
    await link.open(new Inbox().handlers);
    return link;
  };

  it.each<[string, readonly Buffer[] | number]>([
    ['that there are none', NOT_FOUND],
    ['that they are invalid', 0x01],
    ['that nobody may ask', 0x02],
    ['another UUID', [...row(11).slice(0, 2), declaration(16, 2, 17, otherUuid)]],
    ['short UUIDs', [11, 13, 16].map((at) => declaration(at, 0x1e, at + 1, uint16(0x2a00)))],
    ['other places', row(12)],
    ['no place at all', row(0)],
    ['the end of all places', row(0xfff8)],
    [
      'values elsewhere',
      row(11).map((each) => Buffer.concat([each.subarray(0, 3), uint16(17), each.subarray(5)])),
    ],
    [
      'that nothing may be written',
      [declaration(11, 2, 12, uuid(nativeProfile.toCar.uuid)), ...row(11).slice(1)],
    ],
    [
      'that nothing is notified',
      [row(11)[0]!, declaration(13, 2, 14, uuid(nativeProfile.fromCar.uuid)), row(11)[2]!],
    ],
    [
      'a descriptor more',
      [...row(11).slice(0, 2), declaration(17, 2, 18, uuid(nativeProfile.info.uuid))],
    ],
  ])('(%s) costs a discovery, and is written to where he then says', async (_what, lie) => {
    const liar = new Liar(lie);
    const { controller, central } = await world.phone();
    const asked = askedFrom(controller);
    const link = await linkTo(central, 11);
    expect(link.attHandle).toBe(REAL);
    expect(asked.slice(0, 2)).toEqual(REMEMBERED);
    expect(asked).toContain('Read By Group Type Request');
    await link.send(Uint8Array.of(7));
    await liar.rogue.until(() => liar.writes.length === 2);
    expect(liar.writes).toEqual(['1224000100', '52210007']);
    await link.close();
  });

  it('leaves nothing to remember where no handle is valid', async () => {
    const liar = new Liar(row(0));
    const { central } = await world.phone();
    const link = await central.connect(await hear(central), nativeProfile);
    expect(link.attHandle).toBeUndefined();
    expect(liar.writes).toEqual([]);
  });

  it.each([0, -1, 0xfffa, 1.5, NaN])('is not asked about a remembered %p', async (attHandle) => {
    new Liar(row(REAL));
    const { controller, central } = await world.phone();
    const asked = askedFrom(controller);
    expect((await linkTo(central, attHandle)).attHandle).toBe(REAL);
    expect(asked[1]).toBe('Read By Group Type Request');
  });
});
