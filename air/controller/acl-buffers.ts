/** Buffers for data from the host: `count` packets of at most `length` bytes of data. */
export interface AclBuffers {
  readonly length: number;
  readonly count: number;
}

export const DEFAULT_ACL_BUFFERS: AclBuffers = { length: 251, count: 8 };
