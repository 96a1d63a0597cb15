export { CipherState, MAX_MESSAGE, TAG_LENGTH } from './cipher-state.js';
export type { HandshakeOptions, Transport } from './handshake-state.js';
export { HandshakeState } from './handshake-state.js';
export type { HandshakePattern, Token } from './patterns.js';
export { PATTERNS } from './patterns.js';
export { SymmetricState } from './symmetric-state.js';
