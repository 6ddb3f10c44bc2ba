import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";

/** Reads and writes texts of one bucket. @throws what the SDK throws, after its retries */
export function openTexts(Bucket: string, endpoint?: string, settings: S3ClientConfig = {}) {
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
  };
}
