import { PhoneKeyError } from '../../lib/errors.js';
import { RpcClient } from '../../local/rpc/client.js';
import type { ServerErrors, Subscription } from '../../local/rpc/client.js';
import type { AirEvent } from '../capture/record.js';
import { HUB } from './control.js';
import type { AirChange, AirList, HubInfo, MoveReport, MoveRequest } from './control.js';
import { connectSocket, noAir } from './socket.js';

/** A control connection to a hub. It does not keep the hub running: that is what hosts do. */
export interface HubControl extends Disposable {
  /** The settings of the air, and how many controllers are on it. */
  info(): Promise<HubInfo>;
  /** Who is on the air and where, and where what is away will come back. */
  list(): Promise<AirList>;
  /** @throws PhoneKeyError `usage.invalid` when it is not clear who is meant, or from where to walk */
  move(request: MoveRequest): Promise<MoveReport>;
  /** Begins to listen; what happens after it has resolved is told. On a connection of its own. */
  tap(): Promise<HubTap>;
  /** Taps go on. */
  close(): void;
}

/**
 * What happens on an air, as VirtualAir.tap has it. The iteration ends when the air does, and then was
 * complete; it throws PhoneKeyError `radio.unavailable` when its consumer is too slow for the air, or
 * the hub was killed. It can be iterated once, and leaving the loop closes it.
 */
export interface HubTap extends AsyncIterable<AirEvent> {
  /** Asks for no more: the iteration gives what has happened so far, and ends. */
  stop(): void;
}

/** What is on an air, and what becomes otherwise: as a HubTap. */
export type HubWatch = Subscription<AirList, AirChange>;

/**
 * A control connection to the hub at `path`. Every call rejects with PhoneKeyError `radio.unavailable`
 * when the hub has ended, or does not answer within 5 s.
 * @throws PhoneKeyError `radio.unavailable` when no hub listens there
 */
export const openHubControl = async (path: string): Promise<HubControl> => {
  const client = await connectRpc(path);
  return {
    info: () => client.call(HUB.info, {}),
    list: () => client.call(HUB.list, {}),
    move: (request) => client.call(HUB.move, request),
    tap: () => tapHub(path),
    close: () => {
      client.close();
    },
    [Symbol.dispose]: () => {
      client.close();
    },
  };
};

/** @throws PhoneKeyError `radio.unavailable` when no hub listens at `path` */
export const tapHub = async (path: string): Promise<HubTap> =>
  (await connectRpc(path)).subscribe(HUB.tap, {});

/** @throws PhoneKeyError `radio.unavailable` when no hub listens at `path` */
export const watchHub = async (path: string): Promise<HubWatch> =>
  (await connectRpc(path)).subscribe(HUB.watch, {});

const connectRpc = async (path: string): Promise<RpcClient> => {
  const socket = await connectSocket(path);
  if (socket === undefined) throw noAir();
  return new RpcClient(socket, FAULTS);
};

const FAULTS: ServerErrors = {
  answerMs: 5000,
  noAnswer: () =>
    new PhoneKeyError('radio.unavailable', 'the air hub has ended, or does not answer', {
      temporary: true,
      hint: 'Try again; what was asked for may have been done.',
    }),
  strange: () =>
    new PhoneKeyError('internal', 'the answer of the air hub is not understood', {
      hint: 'It may be of another version: end what is on the air, and start that again.',
    }),
  lost: () => new PhoneKeyError('radio.unavailable', 'the connection to the air is lost'),
};
