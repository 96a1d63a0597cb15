import { PhoneKeyError } from '../../lib/errors.js';
import type { HciTransport } from '../../lib/hci/transport.js';
import type { DeviceReport } from './control.js';
import { watchHub } from './control-client.js';
import type { HubWatch } from './control-client.js';
import { differences } from './settings.js';
import type { HubSettings } from './settings.js';

/**
 * Makes sure that the hub which `transport` has joined has the settings that are asked for. A hub that
 * has others, and nobody else on it, is left and waited for until it has ended: false.
 * @param label of the transport's controller
 * @throws PhoneKeyError `usage.invalid` that says which settings differ, and how to end the hub
 */
export const joinWith = async (
  asked: HubSettings,
  path: string,
  transport: HciTransport,
  label = '',
): Promise<boolean> => {
  if (Object.values(asked).every((value) => value === undefined)) return true;
  let watch: HubWatch | undefined;
  let fits = false;
  try {
    watch = await watchHub(path);
    const { devices, ...inForce } = watch.first;
    const different = differences(asked, inForce);
    fits = different.length === 0;
    if (fits) return true;
    // The last one that came under the label.
    const own = devices.findLast((device) => device.label === label);
    const others = devices.filter((device) => device !== own);
    if (others.length > 0) throw otherSettings(different, others);
    await hubEnds(watch, transport, own?.index ?? 0);
    return false;
  } finally {
    watch?.close();
    if (!fits) transport.close();
  }
};

/** Leaves it, and waits until it has ended, or somebody else has come and may keep it. */
const hubEnds = async (watch: HubWatch, transport: HciTransport, own: number): Promise<void> => {
  transport.close();
  try {
    for await (const { devices } of watch) if (devices.some(({ index }) => index > own)) return;
  } catch {
    // It was killed.
  }
};

const otherSettings = (
  different: readonly string[],
  others: readonly DeviceReport[],
): PhoneKeyError => {
  const names = others.map(({ label, address }) => (label === '' ? address : label)).join(', ');
  return new PhoneKeyError(
    'usage.invalid',
    `a virtual air runs already, with ${different.join(', and ')}`,
    { hint: `It ends a second after the last of what is on it: ${names}. End that first.` },
  );
};
