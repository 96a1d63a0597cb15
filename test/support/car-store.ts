import type { CarStore, PairedCar } from '../../lib/phone/store.js';

/** Puts an entry into a store, in the place of one of the same name. */
export const put = async (store: CarStore, car: PairedCar): Promise<void> => {
  if (!(await store.add(car))) await store.update(car.name, () => ({ car, value: undefined }));
};

/** Calls `saving` with what is to be written to a store, which it may refuse; as often as it is. */
export const watchUpdates = (store: CarStore, saving: (car: PairedCar) => void): void => {
  const update = store.update.bind(store);
  store.update = (name, change) =>
    update(name, (now) => {
      const changed = change(now);
      if (changed.car !== now) saving(changed.car);
      return changed;
    });
};
