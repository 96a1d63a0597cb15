export { CipherState, MAX_MESSAGE, SymmetricState, TAG_LENGTH } from './symmetric-state.js';
export type { HandshakeOptions, HandshakePattern, Token, Transport } from './handshake-state.js';
export { HandshakeState, PATTERNS } from './handshake-state.js';
