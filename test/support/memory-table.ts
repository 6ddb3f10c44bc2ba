import type { Condition, Item, Key, Range, Table } from "../../shared/ledger/table.ts";

/** A table in memory, for tests of thousands of orders. Its conditions are those that the ledger's writes use. */
export class MemoryTable implements Table {
  readonly items = new Map<string, Item>();
  /** Entries of the work list by its key. */
  private readonly entries = new Map<unknown, Map<string, Item>>();
  /** Called before each write: a test lets a write fail, or another writer be first. */
  beforePut: (item: Item) => Promise<void> = async () => {};
  reads = 0;
  queries = 0;

  async get(key: Key): Promise<Item | undefined> {
    this.reads += 1;
    return structuredClone(this.items.get(textOf(key)));
  }

  async partition(pk: string): Promise<Item[]> {
    this.reads += 1;
    const found = this.inPartition(pk);
    return structuredClone(found).sort((a, b) => (a.sk < b.sk ? -1 : 1));
  }

  private readonly partitions = new Map<string, Set<string>>();

  private inPartition(pk: string): Item[] {
    return [...(this.partitions.get(pk) ?? [])].flatMap((key) => this.items.get(key) ?? []);
  }

  async *range({ index, partition, sort, order = "ascending" }: Range): AsyncGenerator<Item> {
    this.queries += 1;
    const all =
      index === undefined
        ? this.inPartition(partition.value)
        : [...(this.entries.get(partition.value)?.values() ?? [])];
    const at = (item: Item) => String(item[sort.name]);
    const found = all.filter((item) => at(item) >= sort.from && at(item) <= sort.to);
    const sorted = found.sort((a, b) => (at(a) < at(b) ? -1 : 1));
    yield* structuredClone(order === "ascending" ? sorted : sorted.reverse());
  }

  async put(item: Item, condition: Condition): Promise<"written" | "conflict"> {
    await this.beforePut(item);
    const key = textOf(item);
    if (!holds(condition, this.items.get(key) ?? {})) return "conflict";
    const plain = Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
    this.remove(key);
    const stored = structuredClone(plain) as Item;
    this.items.set(key, stored);
    this.partitions.set(item.pk, (this.partitions.get(item.pk) ?? new Set()).add(key));
    const list = item["workList"];
    if (list !== undefined) this.entries.set(list, (this.entries.get(list) ?? new Map()).set(key, stored));
    return "written";
  }

  async delete(key: Key, condition: Condition): Promise<"deleted" | "conflict"> {
    if (!holds(condition, this.items.get(textOf(key)) ?? {})) return "conflict";
    this.remove(textOf(key));
    return "deleted";
  }

  private remove(key: string): void {
    const former = this.items.get(key);
    if (!former) return;
    this.items.delete(key);
    this.partitions.get(former.pk)?.delete(key);
    this.entries.get(former["workList"])?.delete(key);
  }
}

const textOf = ({ pk, sk }: Key): string => JSON.stringify([pk, sk]);

const compare = (left: unknown, right: unknown): number | undefined => {
  if (typeof left === "number" && typeof right === "number") return left - right;
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : Number(left > right);
  return undefined;
};

/** DynamoDB's AND binds closer than OR; a comparison with a missing attribute is false. */
function holds({ expression, values = {}, names = {} }: Condition, item: Record<string, unknown>): boolean {
  const words = expression.match(/attribute_(?:not_)?exists\(\w+\)|<=|>=|[()=<>]|[\w:#]+/g) ?? [];
  let at = 0;
  const operand = (word: string) => (word.startsWith(":") ? values[word] : item[names[word] ?? word]);
  const term = (): boolean => {
    const word = words[at++] ?? "";
    if (word === "(") {
      const inner = either();
      at += 1;
      return inner;
    }
    const [, not, name] = /^attribute_(not_)?exists\((\w+)\)$/.exec(word) ?? [];
    if (name !== undefined) return (item[name] === undefined) === (not !== undefined);
    const [left, operator, right] = [operand(word), words[at++], operand(words[at++] ?? "")];
    if (operator === "=") return left !== undefined && left === right;
    const order = compare(left, right);
    return order !== undefined && (operator === "<=" ? order <= 0 : order < 0);
  };
  const all = (): boolean => {
    let result = term();
    while (words[at] === "AND") {
      at += 1;
      result = term() && result;
    }
    return result;
  };
  const either = (): boolean => {
    let result = all();
    while (words[at] === "OR") {
      at += 1;
      result = all() || result;
    }
    return result;
  };
  const result = either();
  if (at !== words.length) throw new Error(`MemoryTable cannot read the condition ${expression}`);
  return result;
}
