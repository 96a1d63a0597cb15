import { EventEmitter, on } from 'node:events';
import type { HciTransport } from '../../../air/index.js';
import { EncryptionChange, LeReadRemoteFeaturesComplete } from '../../../lib/hci/events/links.js';
import { LE_META } from '../../../lib/hci/packet.js';

/** Gives what `pick` makes of the controller's events, one a call, from now on and in their order. */
export const heard = <T>(
  controller: HciTransport,
  pick: (event: Buffer) => T | undefined,
): (() => Promise<T>) => {
  const emitter = new EventEmitter();
  const events = on(emitter, 'picked');
  controller.onPacket((packet) => {
    const picked = pick(Buffer.from(packet));
    if (picked !== undefined) emitter.emit('picked', picked);
  });
  return async () => {
    const { value } = (await events.next()) as { value: [T] };
    return value[0];
  };
};

/** Status and whether the link is encrypted (Vol 4 Part E 7.7.8). */
export const encryptionChange = (
  event: Buffer,
): { readonly status: number; readonly on: number } | undefined =>
  event[1] === EncryptionChange.code
    ? { status: event.readUInt8(3), on: event.readUInt8(6) }
    : undefined;

/** What the kernel waits for before it uses a link (Vol 4 Part E 7.7.65.4). */
export const remoteFeatures = (event: Buffer): true | undefined =>
  event[1] === LE_META && event[3] === LeReadRemoteFeaturesComplete.subevent ? true : undefined;
