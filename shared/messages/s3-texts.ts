import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import type { EventStore } from "./event-store.ts";

/** Reads, writes and deletes texts of one bucket. @throws what the SDK throws, after its retries */
export function openTexts(Bucket: string, endpoint?: string, settings: S3ClientConfig = {}): EventStore {
  // An emulator has no DNS name for each bucket.
  const client = new S3Client({ ...settings, ...(endpoint && { forcePathStyle: true }) });
  return {
    async put(Key: string, text: string): Promise<void> {
      await client.send(new PutObjectCommand({ Bucket, Key, Body: text, ContentType: "application/json" }));
    },
    async get(Key: string): Promise<string> {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
      if (!Body) throw new Error("S3 answered without a body");
      return Body.transformToString();
    },
    async keys(Prefix: string): Promise<string[]> {
      const keys: string[] = [];
      let next: string | undefined;
      do {
        const page = await client.send(
          new ListObjectsV2Command({ Bucket, Prefix, ...(next !== undefined && { ContinuationToken: next }) }),
        );
        keys.push(...(page.Contents ?? []).flatMap(({ Key }) => Key ?? []));
        next = page.NextContinuationToken;
      } while (next !== undefined);
      return keys;
    },
    // One by one: S3 charges nothing for a deletion, and a batch would need a checksum that not every emulator takes.
    async remove(keys: readonly string[]): Promise<void> {
      await Promise.all(keys.map((Key) => client.send(new DeleteObjectCommand({ Bucket, Key }))));
    },
  };
}
