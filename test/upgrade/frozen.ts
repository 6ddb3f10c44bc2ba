import { readFileSync } from "node:fs";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** Reads a fixture. Bytes are base64, since JSON has none. @param name of the file, without its extension */
export const frozen = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"), (_key, value) =>
    typeof value?.base64 === "string" ? new Uint8Array(Buffer.from(value.base64, "base64")) : value,
  );

/** Items as DynamoDB's API has them. */
export const frozenItems = (name: string) => frozen(name) as Record<string, AttributeValue>[];
