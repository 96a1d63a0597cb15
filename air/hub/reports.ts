import { ConnectionRole } from '../../lib/hci/constants.js';
import type { VirtualController } from '../controller/controller.js';
import { positionAt } from '../medium/motion.js';
import type { Motion } from '../medium/motion.js';
import type { Position } from '../medium/path-loss.js';
import { formatAddress } from '../medium/pdu.js';
import type { DeviceReport, LinkReport, PlaceReport } from './control.js';
import { advertisedNameOf, randomAddressesOf } from '../identify.js';

/** A controller as `list` tells it; `now` is on the clock of its medium. */
export const reportDevice = (controller: VirtualController, now: number): DeviceReport => {
  const { station, label, address, advertisingSets, scanner, initiator } = controller;
  return {
    index: station.id,
    address,
    advertised: {
      name: advertisedNameOf(controller) ?? null,
      addresses: randomAddressesOf(controller),
    },
    ...reportPlace(label, station.motion, now),
    txPower: station.txPower,
    advertising: advertisingSets.enabled,
    scanning: scanner.enabled,
    initiating: initiator.listening,
    links: reportLinks(controller),
  };
};

export const reportPlace = (label: string, motion: Motion, now: number): PlaceReport => ({
  label,
  position: roundPosition(positionAt(motion, now)),
  walk:
    now < motion.until
      ? { to: motion.to, speed: motion.speed, secondsLeft: secondsUntil(motion, now) }
      : null,
});

/** Never 0 before it is there. */
export const secondsUntil = ({ until }: Motion, now: number): number =>
  Math.max(0, Math.ceil((until - now) / 100) / 10);

export const roundPosition = ({ x, y }: Position): Position => ({ x: round(x), y: round(y) });

const round = (metres: number): number => Math.round(metres * 1000) / 1000;

const reportLinks = ({ connections }: VirtualController): LinkReport[] =>
  connections.all.map((connection) => ({
    role: connection.end.role === ConnectionRole.central ? 'central' : 'peripheral',
    peer: connection.end.peer.id,
    address: formatAddress(connection.peer),
    rssi: connections.rssi(connection),
  }));
