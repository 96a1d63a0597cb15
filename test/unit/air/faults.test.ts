import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseFaults, VirtualAir } from '../../../air/index.js';
import { PhoneKeyError } from '../../../lib/errors.js';

describe('parseFaults', () => {
  it('reads every fault, and several at once', () => {
    expect(
      parseFaults(
        'loss=0.1,drop=.5, duplicate=1,delay=0.25:50,cut=5,stall=central:0,mtu=23,buffers=27x1',
      ),
    ).toEqual({
      loss: 0.1,
      drop: 0.5,
      duplicate: 1,
      delay: { share: 0.25, ms: 50 },
      cut: 5,
      stall: { role: 0, after: 0 },
      mtu: 23,
      buffers: { length: 27, count: 1 },
    });
    expect(parseFaults('stall=peripheral:3')).toEqual({ stall: { role: 1, after: 3 } });
  });

  it.each(
    `|x|loss|loss=|loss=2|loss=-1|loss=1e-3|loss=0.1=2|drop=NaN|delay=0.1|delay=0.1:0|delay=2:5
cut=0|cut=x|cut=99999999|stall=car:1|stall=central|mtu=22|mtu=518|buffers=26x1|buffers=27x0|buffers=27
toString=1|loss=0.1,|loss=0.1;drop=1`.split(/[|\n]/),
  )('refuses %j with an example', (text) => {
    try {
      parseFaults(text);
    } catch (error) {
      expect(error).toBeInstanceOf(PhoneKeyError);
      expect(error).toMatchObject({ code: 'usage.invalid', hint: expect.stringContaining('=') });
      return;
    }
    throw new Error('it was taken');
  });

  it('gives faults or a PhoneKeyError, whatever it reads', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(Object.keys(parseFaults(text)).length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(PhoneKeyError);
        }
      }),
    );
  });
});

describe('buffers of an air', () => {
  it('are those of its controllers, unless one has its own', () => {
    const air = new VirtualAir({ faults: parseFaults('buffers=27x1') });
    expect(air.controller().buffers).toEqual({ length: 27, count: 1 });
    const own = { length: 64, count: 2 };
    expect(air.controller({ aclBuffers: own }).buffers).toEqual(own);
    air.close();
  });
});
