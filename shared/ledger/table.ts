import { randomUUID } from "node:crypto";
import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import { ITEM_VERSION } from "../release.ts";

export interface Key {
  pk: string;
  sk: string;
}
export type Item = Key & Record<string, unknown>;

/** A DynamoDB condition expression, `rev = :rev`, with the values of its placeholders. */
export interface Condition {
  expression: string;
  values?: Record<string, unknown>;
  names?: Record<string, string>;
}

/** Part of one partition of an index, or of the table itself. */
export interface Range {
  /** Undefined: the table. */
  index?: string;
  partition: { name: string; value: string };
  /** Both ends of the sort key are included. */
  sort: { name: string; from: string; to: string };
  order?: "ascending" | "descending";
  /** Items read at a time. Default: as many as fit 1 MB. */
  pageSize?: number;
}

/** The table, in plain JavaScript values. Every read but `range` is consistent; every write is conditional. */
export interface Table {
  get(key: Key): Promise<Item | undefined>;
  /** All items of a partition, whatever their size. */
  partition(pk: string): Promise<Item[]>;
  /** A range, page by page: it may not fit into memory. Eventually consistent, as indexes are. */
  range(range: Range): AsyncIterable<Item>;
  /** "conflict": the condition did not hold, so nothing was written. */
  put(item: Item, condition: Condition): Promise<"written" | "conflict">;
  delete(key: Key, condition: Condition): Promise<"deleted" | "conflict">;
}

export const NOT_EXISTS: Condition = { expression: "attribute_not_exists(pk)" };

/**
 * The condition for overwriting an item that a newer release may have written: the item is not newer, or it has expired
 * and DynamoDB may delete it at any moment. @param now epoch ms
 */
export const notNewer = (now: number): Condition & { values: Record<string, unknown> } => ({
  expression: "(attribute_not_exists(v) OR v <= :version OR expiresAt < :seconds)",
  values: { ":version": ITEM_VERSION, ":seconds": Math.floor(now / 1000) },
});

const OPTIONS = { removeUndefinedValues: true } as const;

const toInput = ({ expression, values, names }: Condition) => ({
  ConditionExpression: expression,
  ...(values && { ExpressionAttributeValues: marshall(values, OPTIONS) }),
  ...(names && { ExpressionAttributeNames: names }),
});

/** @param name the table's */
export function createTable(client: Pick<DynamoDBClient, "send">, name: string): Table {
  const fromItem = (item: Record<string, AttributeValue>): Item => {
    const { written: _, ...plain } = unmarshall(item) as Item;
    return plain as Item;
  };

  async function* query(input: ConstructorParameters<typeof QueryCommand>[0]): AsyncGenerator<Item> {
    let start: Record<string, AttributeValue> | undefined;
    do {
      const page = await client.send(new QueryCommand({ ...input, ...(start && { ExclusiveStartKey: start }) }));
      for (const item of page.Items ?? []) yield fromItem(item);
      start = page.LastEvaluatedKey;
    } while (start);
  }

  const readRaw = (key: Key) =>
    client.send(
      new GetItemCommand({ TableName: name, Key: marshall({ pk: key.pk, sk: key.sk }), ConsistentRead: true }),
    );

  return {
    async get(key) {
      const { Item } = await readRaw(key);
      return Item && fromItem(Item);
    },

    partition: (pk) =>
      Array.fromAsync(
        query({
          TableName: name,
          KeyConditionExpression: "pk = :pk",
          ExpressionAttributeValues: { ":pk": { S: pk } },
          ConsistentRead: true,
        }),
      ),

    range: ({ index, partition, sort, order = "ascending", pageSize }) =>
      query({
        TableName: name,
        ...(index !== undefined && { IndexName: index }),
        KeyConditionExpression: "#p = :p AND #s BETWEEN :from AND :to",
        ExpressionAttributeNames: { "#p": partition.name, "#s": sort.name },
        ExpressionAttributeValues: { ":p": { S: partition.value }, ":from": { S: sort.from }, ":to": { S: sort.to } },
        ScanIndexForward: order === "ascending",
        Limit: pageSize,
      }),

    async put(item, condition) {
      // Each write has a mark: if its answer is lost, the SDK's retry fails on a condition that our own write has
      // broken. ReturnValuesOnConditionCheckFailure would save the read, but not every emulator supports it.
      const written = randomUUID();
      try {
        await client.send(
          new PutItemCommand({ TableName: name, Item: marshall({ ...item, written }, OPTIONS), ...toInput(condition) }),
        );
        return "written";
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        const { Item } = await readRaw(item);
        return Item?.["written"]?.S === written ? "written" : "conflict";
      }
    },

    async delete(key, condition) {
      try {
        await client.send(
          new DeleteItemCommand({ TableName: name, Key: marshall({ pk: key.pk, sk: key.sk }), ...toInput(condition) }),
        );
        return "deleted";
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        return "conflict";
      }
    },
  };
}
