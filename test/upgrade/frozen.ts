import { readFileSync } from "node:fs";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** A fixture. JSON has no bytes: they stand as base64. @param name of the file, without its ending */
export const frozen = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"), (_key, value) =>
    typeof value?.base64 === "string" ? new Uint8Array(Buffer.from(value.base64, "base64")) : value,
  );

/** Items as DynamoDB's API has them. */
export const frozenItems = (name: string) => frozen(name) as Record<string, AttributeValue>[];
