/**
 * The stage's bucket: envelopes over the queue's 1 MiB, bodies over a table item's 400 KB, and copies of requests to
 * erase. Loads the S3 client with the first use, not at the start of a function.
 */
export interface EventStore {
  put(key: string, text: string): Promise<void>;
  get(key: string): Promise<string>;
  /** All keys that begin with a prefix. */
  keys(prefix: string): Promise<string[]>;
  /** Deletes objects; a key without an object is no error. */
  remove(keys: readonly string[]): Promise<void>;
}

/** @param endpoint of an emulator */
export function createEventStore(bucket: string, endpoint?: string): EventStore {
  let opened: Promise<EventStore> | undefined;
  const open = () => {
    opened ??= import("./s3-texts.ts").then(({ openTexts }) => openTexts(bucket, endpoint));
    return opened;
  };
  return {
    put: async (key, text) => (await open()).put(key, text),
    get: async (key) => (await open()).get(key),
    keys: async (prefix) => (await open()).keys(prefix),
    remove: async (keys) => (await open()).remove(keys),
  };
}

/** S3 key of an oversized event; the bucket's expiry rule has the prefix `events/`. */
export const eventKey = ({ channel, endpoint, eventId }: { channel: string; endpoint: string; eventId: string }) =>
  `events/${channel}/${endpoint}/${eventId}`;
