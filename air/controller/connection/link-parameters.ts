import { Layout } from '../../../lib/hci/layout.js';
import type { Values } from '../../../lib/hci/layout.js';
import { connectionParameters } from '../../../lib/hci/shared.js';
import type { ParameterRange } from '../../medium/control-pdu.js';
import type { LinkParameters } from '../../medium/pdu.js';

const BOUNDS = new Layout(connectionParameters);

/**
 * What five commands share; lengths of connection events must be in order, and mean nothing here. Undefined
 * where they are out of bounds, or the timeout is too short for interval and latency.
 */
export const parameterRange = (
  p: Values<typeof connectionParameters>,
): ParameterRange | undefined => {
  const { intervalMin, intervalMax, latency, timeout, eventLengthMin, eventLengthMax } = p;
  if (!BOUNDS.allows(p) || intervalMin > intervalMax || eventLengthMin > eventLengthMax) {
    return undefined;
  }
  const isTooShort = timeout * 10 <= (1 + latency) * intervalMax * 1.25 * 2;
  return isTooShort ? undefined : { intervalMin, intervalMax, latency, timeout };
};

/** The shortest interval of those offered. */
export const shortest = ({ intervalMin, latency, timeout }: ParameterRange): LinkParameters => ({
  interval: intervalMin,
  latency,
  timeout,
});
