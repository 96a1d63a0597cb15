/** The broker cannot be reached: what was to be sent was not, or it is not known whether it was. Temporary. */
export class BrokerAway extends Error {
  override readonly name = 'BrokerAway';
  readonly temporary = true;

  constructor() {
    super('the broker is away');
  }
}
