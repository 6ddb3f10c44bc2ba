/**
 * Stores envelopes over the queue's 1 MiB. Loads the S3 client with the first of them, not at the start of a function.
 */
export interface EventStore {
  put(key: string, envelope: string): Promise<void>;
  get(key: string): Promise<string>;
}

/** @param endpoint of an emulator */
export function createEventStore(bucket: string, endpoint?: string): EventStore {
  let opened: Promise<EventStore> | undefined;
  const open = () => {
    opened ??= import("./s3-texts.ts").then(({ openTexts }) => openTexts(bucket, endpoint));
    return opened;
  };
  return {
    put: async (key, envelope) => (await open()).put(key, envelope),
    get: async (key) => (await open()).get(key),
  };
}

/** S3 key of an oversized event; the bucket's expiry rule has the prefix `events/`. */
export const eventKey = ({ channel, endpoint, eventId }: { channel: string; endpoint: string; eventId: string }) =>
  `events/${channel}/${endpoint}/${eventId}`;
