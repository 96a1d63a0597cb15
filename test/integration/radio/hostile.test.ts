import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { encodeSet } from '../../../lib/radio/advertising-data.js';
import { RawHost } from './raw-host.js';
import { CAR_STACKS, hear, Inbox, radios } from './setup.js';
import { nativeProfile } from '../../../lib/native/profile.js';
import { nativeAdvertising } from '../../../lib/native/advertisement.js';

let world: ReturnType<typeof radios>;
afterEach(async () => {
  await world.close();
});

/** GAP device name; bleno numbers its attributes in order. */
const DEVICE_NAME_HANDLE = 3;

const carAndAttacker = async () => {
  const links: Inbox[] = [];
  const car = await world.car((link) => {
    const inbox = new Inbox();
    links.push(inbox);
    void link.open(inbox.handlers);
  });
  await car.peripheral.advertise([nativeAdvertising(Uint8Array.of(1))]);
  const attacker = new RawHost(world.air.controller());
  await attacker.connect(car.controller);
  return { ...car, attacker, links };
};

/** Values of the attributes found by asking for their type (ATT Find Information). */
const findHandles = async (attacker: RawHost) => {
  const found = new Map<string, number>();
  for (let start = 1; ;) {
    const answer = await attacker.request(0x04, Buffer.of(start, 0, 0xff, 0xff));
    if (answer[0] !== 0x05) return found;
    const size = answer[1] === 1 ? 4 : 18;
    for (let at = 2; at < answer.length; at += size) {
      const handle = answer.readUInt16LE(at);
      found.set(
        Buffer.from(answer.subarray(at + 2, at + size))
          .reverse()
          .toString('hex'),
        handle,
      );
      start = handle + 1;
    }
  }
};

describe.each(CAR_STACKS)('a hostile phone at a car on %s', (stack) => {
  beforeEach(() => {
    world = radios(stack);
  });

  it('does not stop the car with malformed requests', async () => {
    const { attacker, peripheral } = await carAndAttacker();
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 20 }), async (pdu) => {
        attacker.received.splice(0);
        attacker.att(pdu);
        // The car still answers a request whose answer is known: there is no such handle.
        attacker.att(0x0a, 0xff, 0xff);
        await attacker.until(() =>
          attacker.received.some((answer) => answer.toString('hex') === '010affff01'),
        );
      }),
      { numRuns: 200 },
    );
    await peripheral.advertise([nativeAdvertising(Uint8Array.of(2))]);
  });

  it.each([
    ['an empty PDU', ''],
    ['a truncated MTU exchange', '02'],
    ['a truncated read', '0a03'],
    ['a truncated write', '12'],
    ['a truncated prepared write', '160100'],
    ['an execute without anything prepared', '1801'],
    ['a find by type without value', '06'],
  ])('gets nowhere with %s', async (_what, hex) => {
    const { attacker } = await carAndAttacker();
    attacker.att(Buffer.from(hex, 'hex'));
    let name: Buffer = Buffer.alloc(0);
    // The answer to the malformed request, if there is one, is an error (0x01).
    while (name[0] !== 0x0b) name = await attacker.request(0x0a, Buffer.of(DEVICE_NAME_HANDLE, 0));
    expect(name.subarray(1).toString()).toBe('phonekey');
  });

  it('gets no value of more than 512 bytes to the car', async () => {
    const { attacker, links } = await carAndAttacker();
    const handles = await findHandles(attacker);
    const toCar = handles.get('9d1f5a017c524b6e9a431f0c6e2b7d10') ?? 0;
    const configuration = handles.get('2902') ?? 0;
    expect([toCar, configuration]).not.toContain(0);
    await attacker.request(0x12, Buffer.of(configuration, 0, 1, 0));
    expect(links).toHaveLength(1);
    for (let offset = 0; offset < 520; offset += 10) {
      const header = Buffer.of(toCar, 0, offset & 0xff, offset >> 8);
      await attacker.request(0x16, header, new Uint8Array(10));
    }
    if (stack === 'bleno') {
      attacker.att(0x18, 1);
      await attacker.until(() => !attacker.isConnected);
      expect(await links[0]?.closed).toBe('local');
    } else {
      expect((await attacker.request(0x18, 1))[0]).toBe(0x01);
    }
    expect(links[0]?.chunks).toEqual([]);
    const { central } = await world.phone();
    expect((await central.connect(await hear(central), nativeProfile)).mtu).toBe(256);
  });

  it('cannot keep the car to itself by one link after another', async () => {
    const { attacker, links } = await carAndAttacker();
    const configuration = (await findHandles(attacker)).get('2902') ?? 0;
    await attacker.request(0x12, Buffer.of(configuration, 0, 1, 0));
    await attacker.request(0x12, Buffer.of(configuration, 0, 0, 0));
    attacker.att(0x12, Buffer.of(configuration, 0, 1, 0));
    await attacker.until(() => !attacker.isConnected);
    expect(links).toHaveLength(1);
    const { central } = await world.phone();
    expect((await central.connect(await hear(central), nativeProfile)).mtu).toBe(256);
  });
});

describe('a hostile car', () => {
  beforeEach(() => {
    world = radios();
  });

  const rogueAnd = async (onAtt: (rogue: RawHost, pdu: Buffer) => void) => {
    const rogue = new RawHost(world.air.controller());
    rogue.onAtt = (pdu) => {
      onAtt(rogue, pdu);
    };
    const set = encodeSet(nativeAdvertising(Uint8Array.of(1)));
    rogue.advertise(set.advertisement, set.scanResponse);
    const { central } = await world.phone();
    return { rogue, central, advertisement: await hear(central) };
  };

  it.each<[string, (rogue: RawHost, pdu: Buffer) => void]>([
    ['silence', () => undefined],
    ['empty PDUs', (rogue) => rogue.att()],
    ['truncated answers', (rogue, pdu) => rogue.att((pdu[0] ?? 0) + 1)],
    ['truncated notifications', (rogue) => rogue.att(0x1b)],
    ['errors', (rogue, pdu) => rogue.att(0x01, pdu[0] ?? 0, 0, 0, 0x0a)],
    ['answers with no entry', (rogue, pdu) => rogue.att((pdu[0] ?? 0) + 1, 6)],
  ])('gives a clear error for %s', async (_what, onAtt) => {
    const { rogue, central, advertisement } = await rogueAnd(onAtt);
    await expect(
      central.connect(advertisement, nativeProfile, { timeoutMs: 250 }),
    ).rejects.toMatchObject({
      code: expect.stringMatching(/^(car\.asleep|radio\.(timeout|connect-failed))$/),
    });
    await rogue.until(() => !rogue.isConnected);
  });
});
