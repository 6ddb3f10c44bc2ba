import type { EventStore } from "../../shared/messages/event-store.ts";

/** A bucket that keeps nothing. */
export const NO_OBJECTS: EventStore = {
  put: async () => {},
  get: async () => "",
  keys: async () => [],
  remove: async () => {},
};

/** A bucket in memory. */
export const bucketOf = (objects: Map<string, string>): EventStore => ({
  async put(key, text) {
    objects.set(key, text);
  },
  async get(key) {
    const text = objects.get(key);
    if (text === undefined) throw new Error(`NoSuchKey ${key}`);
    return text;
  },
  keys: async (prefix) => [...objects.keys()].filter((key) => key.startsWith(prefix)),
  async remove(keys) {
    for (const key of keys) objects.delete(key);
  },
});
