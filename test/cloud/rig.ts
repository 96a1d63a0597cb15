import { Cli } from '../support/cli.js';
import type { CliOptions } from '../support/cli.js';
import type { Running } from '../support/running.js';

export const PASSWORD = 'correct horse battery staple';

/** The cloud and a car that is linked to it, as the built command runs them, in one home. */
export interface Rig {
  readonly cli: Cli;
  readonly cloud: Running;
  readonly car: Running;
  readonly claimCode: string;
  close(): Promise<void>;
}

export const openRig = async (): Promise<Rig> => {
  const cli = await Cli.create();
  const cloud = cli.start(['cloud', 'start', '--port', '0']);
  await cloud.until(/the cloud is up/);
  const car = cli.start(['car', 'start', '--cloud']);
  const [, claimCode = ''] = await car.until(/cars claim (\S+)\n/);
  await car.until(/linked to the cloud/);
  return {
    ...{ cli, cloud, car, claimCode },
    async close() {
      for (const phone of phones.splice(0)) await phone.end();
      await cli.close();
    },
  };
};

const phones: Cli[] = [];

/** A phone with a home of its own that is a key of the car, on the same air. */
export const pairedPhone = async (rig: Rig, name: string, options?: CliOptions): Promise<Cli> => {
  const phone = await Cli.create({ ...options, air: rig.cli });
  phones.push(phone);
  await must(rig.cli, ['car', 'tap', 'console', '--pair', '--role', 'owner']);
  const { value } = await rig.cli.json(['car', 'screen']);
  const { code } = value as { code: string };
  await must(phone, ['pair', '--code', '-', '--name', name], code);
  return phone;
};

/** Makes an account and logs the phone in to it. */
export const registered = async (phone: Cli, account: string): Promise<void> => {
  await must(phone, ['cloud', 'register', account, '--password', '-'], PASSWORD);
};

/** What is on stdout of a command that has to work. */
export const must = async (cli: Cli, args: readonly string[], input = ''): Promise<string> => {
  const { code, stdout, stderr } = await cli.run(args, { input });
  if (code !== 0) throw new Error(`key ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
  return stdout;
};

/** Locks, or unlocks, with the card, which no phone's key is charged for. */
export const tapPillar = (rig: Rig): Promise<string> => must(rig.cli, ['car', 'tap', 'pillar']);
