/** Tokens of a message pattern, Noise revision 34 section 7.1. */
export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss';

/** A handshake pattern; the initiator sends the first message, and then they alternate. */
export interface HandshakePattern {
  readonly name: string;
  /** True when the initiator's static key is known to the responder beforehand. */
  readonly initiatorKnown: boolean;
  /** True when the responder's static key is known to the initiator beforehand. */
  readonly responderKnown: boolean;
  readonly messages: readonly (readonly Token[])[];
}

/**
 * The one-way pattern for an anonymous sender (Noise revision 34 section 7.4), and the fundamental
 * interactive patterns (section 7.5), one line per message.
 */
export const PATTERNS = {
  N: { ...pattern('N', ['e', 'es']), responderKnown: true },
  NN: pattern('NN', ['e'], ['e', 'ee']),
  KN: pattern('KN', ['e'], ['e', 'ee', 'se']),
  NK: pattern('NK', ['e', 'es'], ['e', 'ee']),
  KK: pattern('KK', ['e', 'es', 'ss'], ['e', 'ee', 'se']),
  NX: pattern('NX', ['e'], ['e', 'ee', 's', 'es']),
  KX: pattern('KX', ['e'], ['e', 'ee', 'se', 's', 'es']),
  XN: pattern('XN', ['e'], ['e', 'ee'], ['s', 'se']),
  IN: pattern('IN', ['e', 's'], ['e', 'ee', 'se']),
  XK: pattern('XK', ['e', 'es'], ['e', 'ee'], ['s', 'se']),
  IK: pattern('IK', ['e', 'es', 's', 'ss'], ['e', 'ee', 'se']),
  XX: pattern('XX', ['e'], ['e', 'ee', 's', 'es'], ['s', 'se']),
  IX: pattern('IX', ['e', 's'], ['e', 'ee', 'se', 's', 'es']),
} as const;

/** The two letters of a name say whose static key is known (K) beforehand. */
function pattern(name: string, ...messages: readonly Token[][]): HandshakePattern {
  return {
    name,
    initiatorKnown: name.startsWith('K'),
    responderKnown: name.endsWith('K'),
    messages,
  };
}
