import { PhoneKeyError } from '../errors.js';
import { concat, fromHex, toHex, viewOf } from '../platform/bytes.js';
import { bareUuid, dashedUuid } from '../link/gatt-profile.js';

/**
 * What a relayed link is made of: kind (1 byte), number (uint32, big-endian; each side counts its own from 0), and
 * what the kind has. Frames say nothing of what they carry, and nothing rests on them: the session inside is sealed.
 */
export type Frame = FrameBody & {
  /** One more than in the frame before. */
  readonly sequence: number;
};

export type FrameBody =
  /** The first frame of either side: the phone wants a link to this service, and the car gives one. */
  | {
      readonly kind: 'open';
      /** UUID of the service: 128 bits, in lower case with dashes. */
      readonly service: string;
      /** ATT MTU in bytes that the sender takes, 23 to 515: a chunk has at most 3 less. */
      readonly mtu: number;
    }
  /** A chunk, 1 to 512 bytes. */
  | { readonly kind: 'data'; readonly chunk: Uint8Array }
  /** The sender has ended the link. */
  | { readonly kind: 'close'; readonly why: CloseReason };

/** Why a link has ended. */
export type CloseReason = (typeof CLOSE_REASONS)[number];

/** In the order of their bytes: it was closed, it is one too many, the car has no such service, a frame was wrong. */
const CLOSE_REASONS = ['over', 'busy', 'no-service', 'broken'] as const;

/** Of a relayed link, in bytes. */
export const RELAYED_MTU = 515;
/** The longest that anybody takes, in bytes; ours are shorter. */
export const MAX_FRAME_BYTES = 1024;

const LEAST_MTU = 23;
const ATT_HEADER = 3;
const HEADER = 5;
const UUID = 16;
const KINDS = ['open', 'data', 'close'] as const;
/** A link of more frames has ended long before. */
const MAX_SEQUENCE = 0xffff_ffff;

/** @throws PhoneKeyError `radio.link-lost` where the numbers are used up */
export const encodeFrame = ({ sequence, ...body }: Frame): Uint8Array => {
  if (sequence > MAX_SEQUENCE)
    throw new PhoneKeyError('radio.link-lost', 'the link has carried all it can');
  const header = new Uint8Array(HEADER);
  header[0] = KINDS.indexOf(body.kind) + 1;
  viewOf(header).setUint32(1, sequence);
  return concat(header, encodeBody(body));
};

const encodeBody = (body: FrameBody): Uint8Array => {
  switch (body.kind) {
    case 'open':
      return concat(
        fromHex(bareUuid(body.service)) ?? new Uint8Array(UUID),
        Uint8Array.of(body.mtu >> 8, body.mtu & 0xff),
      );
    case 'data':
      return body.chunk;
    case 'close':
      return Uint8Array.of(CLOSE_REASONS.indexOf(body.why));
  }
};

/** @throws PhoneKeyError `protocol.malformed` for anything that `encodeFrame` does not make */
export const decodeFrame = (bytes: Uint8Array): Frame => {
  const kind = KINDS[(bytes[0] ?? 0) - 1];
  if (kind === undefined || bytes.length < HEADER) throw malformed('kind');
  const sequence = viewOf(bytes).getUint32(1);
  return { sequence, ...decodeBody(kind, bytes.subarray(HEADER)) };
};

const decodeBody = (kind: FrameBody['kind'], body: Uint8Array): FrameBody => {
  switch (kind) {
    case 'open': {
      if (body.length !== UUID + 2) throw malformed('length');
      const mtu = viewOf(body).getUint16(UUID);
      if (mtu < LEAST_MTU || mtu > RELAYED_MTU) throw malformed('MTU');
      return { kind, service: dashedUuid(toHex(body.subarray(0, UUID))), mtu };
    }
    case 'data':
      if (body.length < 1 || body.length > RELAYED_MTU - ATT_HEADER) throw malformed('length');
      return { kind, chunk: new Uint8Array(body) };
    case 'close': {
      const why = CLOSE_REASONS[body[0] ?? CLOSE_REASONS.length];
      if (why === undefined || body.length !== 1) throw malformed('reason');
      return { kind, why };
    }
  }
};

const malformed = (what: string): PhoneKeyError =>
  new PhoneKeyError('protocol.malformed', `a frame of a relayed link has a wrong ${what}`);
