import type { FormFactor } from '../../lib/index.js';
import { PhoneKey } from '../../lib/phone/phone-key.js';
import type { Context } from '../context.js';
import { withPhone } from './open.js';
import { readPairingCode } from './pairing-code.js';
import type { CodeSource } from './pairing-code.js';

export interface PairArguments extends CodeSource {
  /** The radio's id of the car, from `key scan`. */
  readonly id?: string | undefined;
  readonly name?: string | undefined;
  readonly formFactor?: FormFactor | undefined;
}

export const pair = async (
  context: Context<'radio'>,
  { id, name, formFactor, ...source }: PairArguments,
): Promise<void> => {
  const code = await readPairingCode(context.host, source);
  const doing = 'looking for a car that waits for pairing';
  const use = { doing, needsKeys: false, name, formFactor };
  const car = await withPhone(context, PhoneKey, use, async (open) => {
    const { phone, store, call } = open;
    // A try that ends with a key that cannot be saved would be used up for nothing.
    await store.prepare();
    // The car has no name yet: `--car` is for paired ones.
    const { car: _, ...limits } = call;
    return phone.pair({ code, ...limits, id });
  });
  const { role, slot } = car;
  const { output } = context;
  output.result({ car: car.name, role, slot }, [
    output.paint('green', `paired with ${car.name} as ${role ?? 'guest'}, slot ${String(slot)}`),
  ]);
};
