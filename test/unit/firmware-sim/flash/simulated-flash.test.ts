import { describe, expect, it } from '@jest/globals';
import { SimulatedFlash } from '../../../support/flash/simulated-flash.js';
import type { SimulatedFlashOptions } from '../../../support/flash/simulated-flash.js';
import { tearNames } from '../../../support/flash/torn.js';

const geometry = { sectors: 4, sectorBytes: 64, wordBytes: 8 };
const word = (...bytes: number[]): Uint8Array =>
  Uint8Array.of(...bytes, ...Array<number>(8 - bytes.length).fill(0xff));
const flash = (options: SimulatedFlashOptions = {}) => new SimulatedFlash({ geometry, ...options });

describe('SimulatedFlash', () => {
  it('is blank from the factory, keeps what is programmed, and is blank again where erased', () => {
    const chip = flash();
    expect(chip.read(0, 256)).toEqual(new Uint8Array(256).fill(0xff));
    chip.program(64, word(0x12, 0x34));
    chip.program(8, word(0));
    expect(chip.read(64, 3)).toEqual(Uint8Array.of(0x12, 0x34, 0xff));
    chip.erase(1);
    expect(chip.read(64, 8)).toEqual(word());
    expect(chip.read(8, 1)).toEqual(Uint8Array.of(0));
  });

  it('counts words, bytes and erases since the power came on, and erases for ever', () => {
    const chip = flash();
    chip.program(0, word(1));
    chip.program(8, word(2));
    chip.erase(0);
    expect(chip.counts).toEqual({ words: 2, bytes: 16, erases: 1 });
    const again = flash({ image: chip.image() });
    expect(again.counts).toEqual({ words: 0, bytes: 0, erases: 0 });
    again.erase(0);
    expect([again.wear(0), again.wear(1), again.steps]).toEqual([2, 0, 1]);
  });

  it.each<[string, (chip: SimulatedFlash) => void]>([
    [
      'programmed twice',
      (chip) => {
        chip.program(0, word(3));
        chip.program(0, word(1));
      },
    ],
    ['not one whole word', (chip) => chip.program(4, word(3))],
    ['not one whole word', (chip) => chip.program(0, Uint8Array.of(1))],
    ['outside the flash', (chip) => chip.program(256, word(3))],
    ['outside the flash', (chip) => chip.read(250, 7)],
    ['outside the flash', (chip) => chip.read(-1, 1)],
    ['outside the flash', (chip) => chip.read(0, -1)],
    ['no such sector', (chip) => chip.erase(4)],
    ['no such sector', (chip) => chip.erase(0.5)],
  ])('refuses what no chip allows: %s', (what, use) => {
    const chip = flash();
    expect(() => use(chip)).toThrow(what);
    expect(chip.misuse).toContain(what);
  });

  it.each([
    { sectors: 0, sectorBytes: 64, wordBytes: 8 },
    { sectors: 4, sectorBytes: 60, wordBytes: 8 },
    { sectors: 4, sectorBytes: 64, wordBytes: 64 },
    { sectors: 1.5, sectorBytes: 64, wordBytes: 8 },
  ])('refuses the geometry %j', (bad) => {
    expect(() => flash({ geometry: bad })).toThrow('geometry');
  });

  it('leaves bits that do not come back in a sector that was erased too often', () => {
    const chip = flash({ endurance: 3 });
    for (let round = 0; round < 3; round++) chip.erase(2);
    expect(chip.read(128, 64)).toEqual(new Uint8Array(64).fill(0xff));
    chip.erase(2);
    expect(chip.read(128, 64)).not.toEqual(new Uint8Array(64).fill(0xff));
  });
});

describe('a power cut', () => {
  it('ends everything, and leaves every step before it', () => {
    const chip = flash({ cutAfter: 1 });
    chip.program(0, word(1));
    for (const use of [
      () => chip.program(8, word(2)),
      () => chip.read(0, 1),
      () => chip.erase(0),
    ]) {
      expect(use).toThrow('the power is off');
    }
    for (const { image } of chip.left()) expect(image.cells[0]).toBe(1);
  });

  it('leaves a word half programmed: between blank and what it was to be', () => {
    const chip = flash({ cutAfter: 0 });
    const target = word(0x0f, 0xaa);
    expect(() => chip.program(0, target)).toThrow('off');
    const seen = new Set<string>();
    for (const { tear, image } of chip.left()) {
      const read = flash({ image }).read(0, 8);
      read.forEach((byte, index) => expect(byte & target[index]!).toBe(target[index]));
      seen.add(`${tear}: ${Buffer.from(read).toString('hex', 0, 2)}`);
      expect(() => flash({ image }).program(0, word())).toThrow('twice');
    }
    expect(seen.size).toBe(tearNames('program').length);
    expect(seen).toContain('not begun: ffff');
    expect(seen).toContain('done: 0faa');
    expect(seen).toContain('one bit: efff');
    expect(seen).toContain('all but one bit: 1faa');
  });

  it('leaves a sector half erased: between what it was and blank, or cleared', () => {
    const chip = flash({ cutAfter: 8 });
    for (let at = 0; at < 64; at += 8) chip.program(at, word(at, 0x55));
    expect(() => chip.erase(0)).toThrow('off');
    const old = flash({ image: [...chip.left()][0]!.image }).read(0, 64);
    const tears = [...chip.left()];
    expect(tears.map(({ tear }) => tear)).toEqual(tearNames('erase'));
    for (const { tear, image } of tears) {
      const read = flash({ image }).read(0, 64);
      if (tear === 'cleared') expect(read).toEqual(new Uint8Array(64));
      else read.forEach((byte, index) => expect(byte & old[index]!).toBe(old[index]));
      // Nobody knows whether a word of it may be programmed.
      expect(() => flash({ image }).program(0, word())).toThrow('twice');
    }
  });

  /** The word after a cut, each time the power comes on, read twice. */
  const readings = (tear: string): string[][] => {
    const chip = flash({ cutAfter: 0 });
    expect(() => chip.program(0, word(0, 0, 0, 0))).toThrow('off');
    let image = [...chip.left()].find((left) => left.tear === tear)!.image;
    return [1, 2, 3].map(() => {
      const next = flash({ image });
      image = next.image();
      return [next.read(0, 4), next.read(0, 4)].map((read) => Buffer.from(read).toString('hex'));
    });
  };

  it('leaves bits that read as programmed once and as blank later, or the other way round', () => {
    expect(readings('fades')).toEqual([
      ['00000000', '00000000'],
      ['ffffffff', 'ffffffff'],
      ['ffffffff', 'ffffffff'],
    ]);
    expect(readings('ripens')).toEqual([
      ['ffffffff', 'ffffffff'],
      ['00000000', '00000000'],
      ['00000000', '00000000'],
    ]);
  });

  it('leaves bits that read differently from one time to the next, the same for the same seed', () => {
    expect(new Set(readings('in between').flat()).size).toBe(6);
    expect(readings('in between')).toEqual(readings('in between'));
  });

  it('leaves nothing in between that an erase does not settle', () => {
    const chip = flash({ cutAfter: 0 });
    expect(() => chip.program(0, word(0))).toThrow('off');
    const { image } = [...chip.left()].find(({ tear }) => tear === 'in between')!;
    const next = flash({ image });
    next.erase(0);
    next.program(0, word(7));
    for (let round = 0; round < 8; round++) expect(next.read(0, 1)).toEqual(Uint8Array.of(7));
  });
});

describe('a step that goes wrong without a word', () => {
  it('leaves the word or sector as a cut would, and the power on', () => {
    const chip = flash({ weak: { after: 0, tear: 'one bit' } });
    chip.program(0, word(0));
    expect(chip.read(0, 1)).toEqual(Uint8Array.of(0xfe));
    chip.program(8, word(0));
    expect(chip.read(8, 1)).toEqual(Uint8Array.of(0));
    const other = flash({ weak: { after: 1, tear: 'not begun' } });
    other.program(0, word(1));
    other.erase(0);
    expect(other.read(0, 1)).toEqual(Uint8Array.of(1));
  });

  it('must be one that there is', () => {
    const chip = flash({ weak: { after: 0, tear: 'cleared' } });
    expect(() => chip.program(0, word(1))).toThrow('no tear cleared');
  });
});
