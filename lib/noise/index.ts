export { CipherState, MAX_MESSAGE, SymmetricState, TAG_LENGTH } from './symmetric-state.js';
export type { HandshakeOptions, Transport } from './handshake-state.js';
export { HandshakeState } from './handshake-state.js';
export type { HandshakePattern, Token } from './patterns.js';
export { PATTERNS } from './patterns.js';
