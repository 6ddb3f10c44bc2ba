import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";
import { marshall, unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { Condition, Item, Key } from "../../shared/ledger/table.ts";
import { MemoryTable } from "./memory-table.ts";

/** DynamoDB's limit of an item, bytes: attribute names and values. */
const LARGEST_ITEM = 400 * 1024;

/**
 * A DynamoDB of one process for tests of what is above the table: the five calls that shared/ledger/table.ts makes, and
 * CreateTable. It refuses what it does not know. The table's own tests (test/shared/ledger/table-pieces.test.ts and
 * work-list.test.ts, test/route-order/races.test.ts) run on it beside the emulators, and `npm run test:contract` runs
 * everything on the emulators.
 */
export class MemoryDynamoDb extends DynamoDBClient {
  readonly #tables = new Map<string | undefined, MemoryTable>();

  override send = (async (command: unknown): Promise<unknown> => {
    // An answer never comes within the same turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (command instanceof CreateTableCommand) return this.#create(command.input);
    if (command instanceof GetItemCommand) return this.#get(command.input);
    if (command instanceof PutItemCommand) return this.#put(command.input);
    if (command instanceof DeleteItemCommand) return this.#delete(command.input);
    if (command instanceof QueryCommand) return this.#query(command.input);
    throw new Error(`MemoryDynamoDb does not know ${command?.constructor.name}.`);
  }) as DynamoDBClient["send"];

  #create({ TableName }: CreateTableCommand["input"]) {
    this.#tables.set(TableName, new MemoryTable());
    return {};
  }

  #table(name: string | undefined): MemoryTable {
    const table = this.#tables.get(name);
    if (!table) throw refusal("ResourceNotFoundException", `There is no table ${name}.`);
    return table;
  }

  async #get({ TableName, Key: key = {} }: GetItemCommand["input"]) {
    const item = await this.#table(TableName).get(keyOf(key));
    return item ? { Item: marshall(item) } : {};
  }

  async #put({ TableName, Item: raw = {}, ...rest }: PutItemCommand["input"]) {
    if (sizeOf(raw) > LARGEST_ITEM) {
      throw refusal("ValidationException", "Item size has exceeded the maximum allowed size");
    }
    const item: Item = { ...unmarshall(raw), ...keyOf(raw) };
    refuseConflict(await this.#table(TableName).put(item, conditionOf(rest)));
    return {};
  }

  async #delete({ TableName, Key: key = {}, ...rest }: DeleteItemCommand["input"]) {
    refuseConflict(await this.#table(TableName).delete(keyOf(key), conditionOf(rest)));
    return {};
  }

  async #query(input: QueryCommand["input"]) {
    const found = await this.#matching(input);
    const start = input.ExclusiveStartKey && textOf(keyOf(input.ExclusiveStartKey));
    const from = start === undefined ? 0 : found.findIndex((item) => textOf(item) === start) + 1;
    const page = found.slice(from, input.Limit === undefined ? undefined : from + input.Limit);
    const last = page.at(-1);
    const more = last !== undefined && from + page.length < found.length;
    return { Items: page.map((item) => marshall(item)), ...(more && { LastEvaluatedKey: marshall(keyIn(last)) }) };
  }

  /** The two queries of shared/ledger/table.ts: a partition of the table, and a range of a partition of it or of its index. */
  #matching(input: QueryCommand["input"]): Promise<Item[]> {
    const table = this.#table(input.TableName);
    const { IndexName: index, KeyConditionExpression: expression, ScanIndexForward = true } = input;
    const value = unmarshall(input.ExpressionAttributeValues ?? {});
    if (index === undefined && expression === "pk = :pk") return table.partition(value[":pk"]);
    if (expression !== "#p = :p AND #s BETWEEN :from AND :to") {
      throw refusal("ValidationException", `MemoryDynamoDb does not know the query ${expression}`);
    }
    const { "#p": name = "", "#s": sort = "" } = input.ExpressionAttributeNames ?? {};
    return Array.fromAsync(
      table.range({
        ...(index !== undefined && { index }),
        partition: { name, value: value[":p"] },
        sort: { name: sort, from: value[":from"], to: value[":to"] },
        order: ScanIndexForward ? "ascending" : "descending",
      }),
    );
  }
}

type Raw = NonNullable<PutItemCommand["input"]["Item"]>;

const Keys = z.object({ pk: z.string(), sk: z.string() });
const keyOf = (raw: Raw): Key => z.parse(Keys, unmarshall(raw));
const keyIn = ({ pk, sk }: Key): Key => ({ pk, sk });
const textOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

const sizeOf = (value: unknown): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 1;
  return Object.entries(value).reduce((sum, [name, inner]) => sum + name.length + sizeOf(inner), 0);
};

const refusal = (name: string, message: string) =>
  new DynamoDBServiceException({ name, message, $fault: "client", $metadata: { httpStatusCode: 400 } });

/** A write without a condition always succeeds. */
function conditionOf(input: Omit<PutItemCommand["input"], "TableName" | "Item">): Condition {
  const { ConditionExpression: expression, ExpressionAttributeNames: names, ExpressionAttributeValues } = input;
  if (expression === undefined) return { expression: "attribute_not_exists(pk) OR attribute_exists(pk)" };
  return {
    expression,
    ...(names && { names }),
    ...(ExpressionAttributeValues && { values: unmarshall(ExpressionAttributeValues) }),
  };
}

function refuseConflict(outcome: "written" | "deleted" | "conflict"): void {
  if (outcome !== "conflict") return;
  throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
}
