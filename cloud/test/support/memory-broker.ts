import type { Broker, FromCar, ToCar } from '../../broker/broker.js';

/** Keeps what cars would be sent; tests speak for the cars by `onCar`. */
export class MemoryBroker implements Broker {
  onCar: (car: string, message: FromCar) => void = () => undefined;
  readonly carUrl = 'mqtt://127.0.0.1:1';
  connected = true;
  isAway = false;
  isClosed = false;
  readonly sent: { readonly car: string; readonly message: ToCar }[] = [];
  readonly admitted = new Map<string, string>();
  /** What a car does with what it is sent. */
  car: (car: string, message: ToCar) => void = () => undefined;

  async start() {
    this.isClosed = false;
  }

  async toCar(car: string, message: ToCar) {
    if (this.isAway) throw new Error('away');
    this.sent.push({ car, message });
    this.car(car, message);
  }

  async admitCar(car: string, secret: string) {
    if (this.isAway) throw new Error('away');
    this.admitted.set(car, secret);
  }

  async removeCar(car: string) {
    this.admitted.delete(car);
  }

  async close() {
    this.isClosed = true;
  }

  online(car: string): void {
    const advertises = [{ uuid: '0000fd00-0000-1000-8000-00805f9b34fb', data: '0011' }];
    this.onCar(car, { type: 'presence', presence: { online: true, advertises } });
  }

  offline(car: string): void {
    this.onCar(car, { type: 'presence', presence: { online: false } });
  }

  /** What was sent of this type, and is not looked at yet. */
  take<T extends ToCar['type']>(type: T): Extract<ToCar, { type: T }>[] {
    const taken = this.sent.filter(({ message }) => message.type === type);
    for (const each of taken) this.sent.splice(this.sent.indexOf(each), 1);
    return taken.map(({ message }) => message) as Extract<ToCar, { type: T }>[];
  }
}
