import {
  type AttributeValue,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DynamoDBClient,
  DynamoDBServiceException,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from "@aws-sdk/client-dynamodb";

type Raw = Record<string, AttributeValue>;
interface Names {
  names: Record<string, string> | undefined;
  values: Raw | undefined;
}
interface Index {
  hash: string;
  range: string;
}
interface MemoryTable {
  /** `undefined` is the table's own key. */
  indexes: Map<string | undefined, Index>;
  items: Map<string, Raw>;
}

/** DynamoDB's limit of an item, bytes: attribute names and values. */
const LARGEST_ITEM = 400 * 1024;

/**
 * A DynamoDB of one process for tests of what is above the table: the five calls that shared/ledger/table.ts makes, and
 * CreateTable. Ten times as fast as an emulator behind HTTP. It refuses what it does not know. The table's own tests
 * (test/shared/ledger/table-pieces.test.ts and work-list.test.ts, test/route-order/races.test.ts) run on it beside the
 * emulators, and `npm run test:contract` runs everything on the emulators.
 */
export class MemoryDynamoDb extends DynamoDBClient {
  readonly #tables = new Map<string, MemoryTable>();

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

  #create({ TableName = "", KeySchema = [], GlobalSecondaryIndexes = [] }: CreateTableCommand["input"]) {
    const indexOf = (schema: typeof KeySchema): Index => ({
      hash: schema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? "",
      range: schema.find(({ KeyType }) => KeyType === "RANGE")?.AttributeName ?? "",
    });
    const indexes = new Map<string | undefined, Index>([[undefined, indexOf(KeySchema)]]);
    for (const { IndexName, KeySchema: schema = [] } of GlobalSecondaryIndexes) indexes.set(IndexName, indexOf(schema));
    this.#tables.set(TableName, { indexes, items: new Map() });
    return {};
  }

  #table(name: string | undefined): MemoryTable {
    const table = this.#tables.get(name ?? "");
    if (!table) throw refusal("ResourceNotFoundException", `There is no table ${name}.`);
    return table;
  }

  #get({ TableName, Key = {} }: GetItemCommand["input"]) {
    const item = this.#table(TableName).items.get(keyOf(Key));
    return item ? { Item: structuredClone(item) } : {};
  }

  #put({ TableName, Item = {}, ...rest }: PutItemCommand["input"]) {
    const { items } = this.#table(TableName);
    if (sizeOf(Item) > LARGEST_ITEM) {
      throw refusal("ValidationException", "Item size has exceeded the maximum allowed size");
    }
    checkCondition(items.get(keyOf(Item)), rest);
    items.set(keyOf(Item), structuredClone(Item));
    return {};
  }

  #delete({ TableName, Key = {}, ...rest }: DeleteItemCommand["input"]) {
    const { items } = this.#table(TableName);
    checkCondition(items.get(keyOf(Key)), rest);
    items.delete(keyOf(Key));
    return {};
  }

  #query(input: QueryCommand["input"]) {
    const { TableName, IndexName, KeyConditionExpression = "", Limit, ScanIndexForward = true } = input;
    const { items, indexes } = this.#table(TableName);
    const index = indexes.get(IndexName);
    if (!index) throw refusal("ValidationException", `The table does not have the index ${IndexName}`);
    const holds = condition(KeyConditionExpression, namesOf(input));
    const inOrder = (one: Raw, other: Raw) =>
      compare(one[index.range], other[index.range]) || (keyOf(one) < keyOf(other) ? -1 : 1);
    const found = [...items.values()].filter((item) => index.hash in item && index.range in item && holds(item));
    found.sort(ScanIndexForward ? inOrder : (one, other) => inOrder(other, one));
    const start = input.ExclusiveStartKey;
    const from = start ? found.findIndex((item) => keyOf(item) === keyOf(start)) + 1 : 0;
    const page = found.slice(from, Limit === undefined ? undefined : from + Limit);
    const last = page.at(-1);
    const more = last !== undefined && from + page.length < found.length;
    return { Items: structuredClone(page), ...(more && { LastEvaluatedKey: last }) };
  }
}

const keyOf = ({ pk, sk }: Raw): string => JSON.stringify([pk?.S, sk?.S]);

const sizeOf = (value: unknown): number => {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== "object" || value === null) return 1;
  return Object.entries(value).reduce((sum, [name, inner]) => sum + name.length + sizeOf(inner), 0);
};

const refusal = (name: string, message: string) =>
  new DynamoDBServiceException({ name, message, $fault: "client", $metadata: { httpStatusCode: 400 } });

interface Expressions {
  ConditionExpression?: string | undefined;
  ExpressionAttributeNames?: Record<string, string> | undefined;
  ExpressionAttributeValues?: Raw | undefined;
}

const namesOf = (input: Expressions): Names => ({
  names: input.ExpressionAttributeNames,
  values: input.ExpressionAttributeValues,
});

function checkCondition(before: Raw | undefined, input: Expressions): void {
  const { ConditionExpression } = input;
  if (ConditionExpression === undefined || condition(ConditionExpression, namesOf(input))(before ?? {})) return;
  throw new ConditionalCheckFailedException({ message: "The conditional request failed", $metadata: {} });
}

/** -1, 0 or 1; 0 for values of different types, which no operator compares. Text by its UTF-8 bytes. */
function compare(one: AttributeValue | undefined, other: AttributeValue | undefined): number {
  if (one?.N !== undefined && other?.N !== undefined) return Math.sign(Number(one.N) - Number(other.N));
  return Buffer.compare(Buffer.from(one?.S ?? ""), Buffer.from(other?.S ?? ""));
}

const sameType = (one: AttributeValue, other: AttributeValue): boolean =>
  Object.keys(one).join() === Object.keys(other).join();

const OPERATORS: Record<string, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

type Test = (item: Raw) => boolean;

/**
 * What the expressions of shared/ledger use of DynamoDB's grammar: AND, OR, parentheses, comparisons, BETWEEN and the
 * two functions of existence.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
function condition(expression: string, { names = {}, values = {} }: Names): Test {
  const tokens = expression.match(/[\w.#:]+|<=|>=|<>|[()=<>]|\S/g) ?? [];
  let at = 0;
  const next = () => tokens[at++] ?? "";
  const take = (token: string) => {
    const found = next();
    if (found !== token) throw refusal("ValidationException", `${token} expected before ${found} in ${expression}`);
  };

  const all = (): Test => {
    const parts = [either()];
    while (tokens[at] === "OR") {
      at += 1;
      parts.push(either());
    }
    return (item) => parts.some((part) => part(item));
  };
  const either = (): Test => {
    const parts = [one()];
    while (tokens[at] === "AND") {
      at += 1;
      parts.push(one());
    }
    return (item) => parts.every((part) => part(item));
  };
  const one = (): Test => {
    if (tokens[at] === "(") {
      at += 1;
      const inside = all();
      take(")");
      return inside;
    }
    if (tokens[at]?.startsWith("attribute_")) return existence();
    return comparison();
  };
  const existence = (): Test => {
    const wanted = next() === "attribute_exists";
    take("(");
    const name = attribute(next());
    take(")");
    return (item) => name in item === wanted;
  };
  const comparison = (): Test => {
    const left = operand(next());
    const operator = next();
    if (operator === "BETWEEN") {
      const from = operand(next());
      take("AND");
      const to = operand(next());
      return (item) => holds(">=", left(item), from(item)) && holds("<=", left(item), to(item));
    }
    if (!(operator in OPERATORS)) throw refusal("ValidationException", `unknown operator ${operator} in ${expression}`);
    const right = operand(next());
    return (item) => holds(operator, left(item), right(item));
  };
  const operand = (token: string) => {
    if (!token.startsWith(":")) {
      const name = attribute(token);
      return (item: Raw) => item[name];
    }
    const value = values[token];
    if (!value) throw refusal("ValidationException", `${token} has no value`);
    return () => value;
  };
  const attribute = (token: string): string => {
    const name = token.startsWith("#") ? names[token] : token;
    if (!name) throw refusal("ValidationException", `${token} has no name`);
    return name;
  };

  const test = all();
  if (at !== tokens.length) throw refusal("ValidationException", `cannot read ${expression}`);
  return test;
}

/** No operator holds for an attribute that is missing, and none but <> for values of different types. */
function holds(operator: string, left: AttributeValue | undefined, right: AttributeValue | undefined): boolean {
  if (!left || !right) return false;
  if (!sameType(left, right)) return operator === "<>";
  return OPERATORS[operator]?.(compare(left, right)) ?? false;
}
