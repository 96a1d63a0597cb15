import type { SimulatedCar } from '../firmware-sim/index.js';
import type { Role } from '../lib/domain/roles.js';

/** Taps the car's key card to add a key; gives the code on its screen. */
export const openWindow = async (
  { control }: { readonly control: Pick<SimulatedCar['control'], 'tap' | 'screen'> },
  role?: Role,
): Promise<string> => {
  await control.tap({ reader: 'console', purpose: 'pair', ...(role && { role }) });
  const screen = await control.screen();
  if (screen.state !== 'pairing') throw new Error(`the screen shows ${screen.state}`);
  return screen.code;
};
