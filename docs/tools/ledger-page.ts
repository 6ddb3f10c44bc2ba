import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import { ITEM_KINDS, type ItemKind, STORED_WITH_EACH } from "../../shared/ledger/items.ts";
import { WORK_LISTS } from "../../shared/ledger/work-list.ts";
import { WORK_INDEX, WORK_LIST_SHARDS, WORK_PROJECTION } from "../../shared/stage/names.ts";

export const LEDGER_PAGE = fileURLToPath(new URL("../ledger.md", import.meta.url));

const INTRODUCTION = `# The items of the ledger

The ledger is one DynamoDB table. This page lists every kind of item in it. \`npm run ledger-page\` writes the page from
\`shared/ledger/items.ts\` and the schemas; tests compare it with what the functions read and write.

- Every item has the key \`pk\` and \`sk\`, its version \`v\` ([versions](decisions/versions.md)), and
  ${STORED_WITH_EACH.map((name) => `\`${name}\``).join(", ")}: the mark of the write, by which a retried write recognises itself.
- Every write is conditional. Where an item has \`rev\`, a write names the \`rev\` it builds on.
- \`expiresAt\` is in epoch seconds. DynamoDB deletes an item within days after it; the code ignores it from then on.
- *Read by* and *written by* name functions. *operator* means the operator's commands and the console.`;

const WORK_LIST = `## The work list

The table's one index, \`${WORK_INDEX}\`: what is due at which hour, and what is open, failing, rejected, failed, held or unread
([why one index](decisions/one-index.md)). An item is in it while it has these two attributes:

| attribute | what it is |
|---|---|
| \`workList\` | an hour or a list, and its shard: \`2026-11-20T14#3\`, \`open#0\`. Lists: ${WORK_LISTS.map((list) => `\`${list}\``).join(", ")} |
| \`workAt\` | the time within it, UTC ISO 8601: when to look at an order, or since when an entry is in its list |

It projects ${WORK_PROJECTION.map((name) => `\`${name}\``).join(", ")}: constants of an order, so that other changes of its record cost no index
write. One index key takes about 1,000 writes a second. So a list or an hour can be spread over up to
${WORK_LIST_SHARDS} shards; the shard follows from the order's identity. How many shards are written to is the setting
\`ledger.workListShards\` of the stage file (default 1). Readers always ask all ${WORK_LIST_SHARDS}, so the setting may
change at any time.`;

/** The whole page. */
export const ledgerPage = (): string =>
  `${[INTRODUCTION, summary(), ...ITEM_KINDS.map(sectionOf), WORK_LIST].join("\n\n")}\n`;

const code = (text: string) => `\`${text}\``;

const summary = (): string =>
  [
    "| kind | `pk` | `sk` |",
    "|---|---|---|",
    ...ITEM_KINDS.map((kind) => {
      const { name, keys } = kind;
      const sort = new Set(keys.map(({ sk }) => code(sk)));
      return `| [${name}](#${anchorOf(kind)}) | ${keys.map(({ pk }) => code(pk)).join(" or ")} | ${[...sort].join(" or ")} |`;
    }),
  ].join("\n");

function sectionOf(kind: ItemKind): string {
  const { name, about, source, expiry, readers, writers, filledBy } = kind;
  const users = (list: readonly string[]) => (list.length > 0 ? list.join(", ") : "no function by itself");
  return [
    `## ${name[0]?.toUpperCase()}${name.slice(1)}`,
    "",
    wrapped(about),
    "",
    ...(filledBy ? [wrapped(`**Not read or written yet**: filled by ${filledBy}.`), ""] : []),
    `- Expires: ${expiry ?? "never"}`,
    `- Read by: ${users(readers)}`,
    `- Written by: ${users(writers)}`,
    `- Schema: \`${source.schema}\` in [${source.file}](../shared/ledger/${source.file})`,
    "",
    ...attributeTable(kind),
  ].join("\n");
}

function attributeTable(kind: ItemKind): string[] {
  const same = ITEM_KINDS.find(({ schema }) => schema === kind.schema);
  if (same !== undefined && same !== kind) return [`It has the attributes of [${same.name}](#${anchorOf(same)}).`];
  return [
    "| attribute | type | what it is |",
    "|---|---|---|",
    ...attributesOf(kind).map(({ name, type, text }) => `| ${code(name)} | ${type} | ${text} |`),
  ];
}

const anchorOf = ({ name }: ItemKind): string => name.replaceAll(" ", "-");

/** Wraps prose at 120 characters. */
const wrapped = (text: string): string => text.replaceAll(/(?=.{121})(.{1,120})\s+/g, "$1\n");

const Described = z.object({
  type: z.optional(z.string()),
  enum: z.optional(z.array(z.unknown())),
  const: z.optional(z.unknown()),
  anyOf: z.optional(z.array(z.unknown())),
});

/** Attributes in the order of the schema; the table marks an optional one with a question mark. */
function attributesOf({ schema, source }: ItemKind) {
  const comments = commentsOf(source);
  return Object.entries(schema.shape).map(([name, attribute]) => {
    const optional = z.safeParse(attribute, undefined).success;
    return { name: optional ? `${name}?` : name, type: typeOf(attribute), text: comments.get(name) ?? "" };
  });
}

function typeOf(attribute: unknown): string {
  const described = Described.parse(z.toJSONSchema(attribute as z.ZodMiniType, { unrepresentable: "any" }));
  if (described.enum) return described.enum.map((value) => code(String(value))).join(" ");
  if (described.const !== undefined) return code(String(described.const));
  return described.type ?? (described.anyOf ? "object" : "binary");
}

/** The comment above each attribute in the schema's source. */
function commentsOf({ file, schema }: ItemKind["source"]): Map<string, string> {
  const text = readFileSync(new URL(`../../shared/ledger/${file}`, import.meta.url), "utf8");
  const start = text.indexOf(`export const ${schema} = z.object({`);
  if (start < 0) throw new Error(`${file} has no schema ${schema}`);
  const body = text.slice(start, text.indexOf("\n});", start));
  const found = body.matchAll(/^ {2}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+):/gm);
  return new Map([...found].map(([, comment = "", name = ""]) => [name, oneLine(comment)]));
}

const oneLine = (comment: string): string =>
  comment
    .replaceAll(/\n\s*\*/g, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll("|", "\\|")
    .trim();

if (import.meta.main) writeFileSync(LEDGER_PAGE, ledgerPage());
