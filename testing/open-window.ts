import type { SimulatedCar } from '../firmware-sim/car.js';
import type { Role } from '../lib/domain/roles.js';

/**
 * Taps the car's key card to add a key; gives the 8-digit code on its screen.
 * @param role of the key that it is for (default: driver); a car without an owner makes its next key one
 * @throws PhoneKeyError `sim.refused` where the car does not let it happen; Error where its screen shows no code
 */
export const openWindow = async (
  { control }: { readonly control: Pick<SimulatedCar['control'], 'tap' | 'screen'> },
  role?: Role,
): Promise<string> => {
  await control.tap({ reader: 'console', purpose: 'pair', ...(role && { role }) });
  const screen = await control.screen();
  if (screen.state !== 'pairing') throw new Error(`the screen shows ${screen.state}`);
  return screen.code;
};
