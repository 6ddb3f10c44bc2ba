/** Envelopes over the queue's 1 MiB. The S3 client is loaded with the first of them, not at the start of every function. */
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

/** Where an oversized event lies; `events/` is what the bucket's expiry rule goes by. */
export const eventKey = ({ channel, endpoint, eventId }: { channel: string; endpoint: string; eventId: string }) =>
  `events/${channel}/${endpoint}/${eventId}`;
