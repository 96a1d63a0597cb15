/** Sets the value as the latest of the map; the oldest is forgotten where there are more than `most`. */
export const keepLatest = <K, V>(map: Map<K, V>, key: K, value: V, most: number): V => {
  map.delete(key);
  map.set(key, value);
  const [oldest] = map.keys();
  if (oldest !== undefined && map.size > most) map.delete(oldest);
  return value;
};
