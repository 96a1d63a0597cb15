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
  const { intervalMin: minimum, intervalMax: maximum, latency, timeout } = p;
  if (!BOUNDS.allows(p) || minimum > maximum) return undefined;
  if (timeout * 10 <= (1 + latency) * maximum * 1.25 * 2) return undefined;
  return p.eventLengthMin > p.eventLengthMax ? undefined : { minimum, maximum, latency, timeout };
};

/** The shortest interval of those offered. */
export const shortest = ({ minimum, latency, timeout }: ParameterRange): LinkParameters => ({
  interval: minimum,
  latency,
  timeout,
});
