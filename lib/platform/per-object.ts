/** A function that makes something of each object once, and remembers it for as long as the object lives. */
export const perObject = <K extends object, Rest extends readonly unknown[], V>(
  make: (key: K, ...rest: Rest) => V,
): ((key: K, ...rest: Rest) => V) => {
  const made = new WeakMap<K, V>();
  return (key, ...rest) => {
    const value = made.get(key) ?? make(key, ...rest);
    made.set(key, value);
    return value;
  };
};
