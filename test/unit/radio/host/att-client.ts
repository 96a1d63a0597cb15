import type { GattProfile } from '../../../../lib/link/gatt-profile.js';
import { toHex } from '../../../../lib/platform/bytes.js';
import { serveAtt } from '../../../../lib/radio/host/att-server.js';
import { NEW_CLIENT } from '../../../../lib/radio/host/att-state.js';
import type { AttEffect, AttServer, AttState } from '../../../../lib/radio/host/att-state.js';
import { AttributeTable } from '../../../../lib/radio/host/attribute-table.js';
import { bytes } from '../../../support/hci-packets.js';

/** A UUID of the profiles below, as it goes over the air: their attributes differ in one byte. */
export const notifyingUuid = (number: string): string => `107d2b6e0c1f439a6e4b527c${number}5a1f9d`;
export const indicatingUuid = (number: string): string => `1eb9f8eb0c96889bf043d1b2${number}020000`;

/** Notifies, takes writes of both kinds, and says 60 bytes to whoever reads. Handles 10 to 17. */
export const notifying: GattProfile = {
  service: '9d1f5a00-7c52-4b6e-9a43-1f0c6e2b7d10',
  toCar: {
    uuid: '9d1f5a01-7c52-4b6e-9a43-1f0c6e2b7d10',
    properties: ['write', 'writeWithoutResponse'],
  },
  fromCar: { uuid: '9d1f5a02-7c52-4b6e-9a43-1f0c6e2b7d10', properties: ['notify'] },
  info: {
    uuid: '9d1f5a03-7c52-4b6e-9a43-1f0c6e2b7d10',
    value: Uint8Array.from({ length: 60 }, (_, at) => at),
  },
};

/** Indicates, and takes Write Requests only. Handles 18 to 23. */
export const indicating: GattProfile = {
  service: '00000211-b2d1-43f0-9b88-960cebf8b91e',
  toCar: { uuid: '00000212-b2d1-43f0-9b88-960cebf8b91e', properties: ['write'] },
  fromCar: { uuid: '00000213-b2d1-43f0-9b88-960cebf8b91e', properties: ['indicate'] },
};

export const serverOf = (mtu = 256, profiles = [notifying, indicating]): AttServer => ({
  table: new AttributeTable(profiles.map((profile) => ({ profile, onLink: () => undefined }))),
  mtu,
});

/** A client whose requests are PDUs in hex. */
export class AttClient {
  state: AttState = NEW_CLIENT;
  /** All but answers. */
  readonly effects: Exclude<AttEffect, { type: 'send' }>[] = [];
  readonly #server: AttServer;

  /** @param mtu that both sides have agreed upon, unless it is the default */
  constructor(mtu = 23, server = serverOf(Math.max(mtu, 23))) {
    this.#server = server;
    this.state = { ...NEW_CLIENT, mtu };
  }

  /** The answer in hex; undefined where there is none. */
  ask(hex: string): string | undefined {
    const answer = this.askBytes(bytes(hex.replaceAll(' ', '')));
    return answer && toHex(answer);
  }

  askBytes(pdu: Uint8Array): Uint8Array | undefined {
    const { state, effects } = serveAtt(this.#server, this.state, pdu);
    this.state = state;
    const answers: Uint8Array[] = [];
    for (const effect of effects) {
      if (effect.type === 'send') answers.push(effect.pdu);
      else this.effects.push(effect);
    }
    if (answers.length > 1) throw new Error('more than one answer');
    return answers[0];
  }

  /** What has happened beside the answers, in words. */
  get told(): string[] {
    return this.effects.map((effect) =>
      effect.type === 'chunk' ? `chunk ${toHex(effect.value)}` : effect.type,
    );
  }
}
