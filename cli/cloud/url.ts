import { baseOf, cloudAddress } from '../../lib/cloud/address.js';

/** The cloud of a home; `.test` is for this alone (RFC 6761), and no name server has it. */
export const CLOUD_NAME = 'cloud.phonekey.test';
/** Where the cars of a home find its broker. */
export const BROKER_NAME = 'broker.phonekey.test';

const SUFFIX = '.phonekey.test';

/** Whether a name is one of those that the home has in a file (names.ts), and no name server. */
export const isOfHome = (name: string): boolean => name.endsWith(SUFFIX);

/** The port of a cloud that is given none. */
export const CLOUD_PORT = 8420;
/** Where the app finds its cloud, unless it is told otherwise. */
export const CLOUD_URL = `http://${CLOUD_NAME}:${String(CLOUD_PORT)}`;

const LONGEST = 2048;

/** The address of a cloud as it is used, without a slash at its end; undefined where this is none. */
export const cloudUrl = (text: string): string | undefined => {
  if (text.length > LONGEST || !URL.canParse(text)) return undefined;
  try {
    return baseOf(cloudAddress(text, isOfHome(new URL(text).hostname)));
  } catch {
    return undefined;
  }
};
