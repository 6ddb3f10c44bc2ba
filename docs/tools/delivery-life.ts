import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DELIVERY_TRANSITIONS } from "../../shared/ledger/delivery-life.ts";
import { ORDER_TRANSITIONS } from "../../shared/ledger/order-life.ts";

/** A page in docs, and the file whose transitions it lists. */
interface LifePage {
  path: string;
  text: string;
}

interface Life {
  page: string;
  /** In shared/ledger. */
  source: string;
  title: string;
  introduction: string;
  transitions: Readonly<Record<string, Transition>>;
}

interface Transition {
  by: string;
  moves: { readonly [from in string]?: readonly string[] };
  inMemory?: true;
}

const LIVES: readonly Life[] = [
  {
    page: "delivery-life.md",
    source: "delivery-life.ts",
    title: "The life of a delivery",
    introduction: `A delivery changes by these transitions and by nothing else. Each takes the delivery as it was read and returns the next
item, with its entry in the work list. \`new\` is a destination without a delivery; \`step-open\` is \`created\` with a
step still open after creation. A delivery that is *sending* has a lease: while it lasts, only the attempt that holds
the claim may change it. One that was sent once and is *rejected* or *failed* is looked up (\`inDoubt\`,
\`foundNothing\`) before it is free again.`,
    transitions: DELIVERY_TRANSITIONS,
  },
  {
    page: "order-life.md",
    source: "order-life.ts",
    title: "The life of an order record",
    introduction: `An order record changes by these transitions and by nothing else. Each takes the record as it was read and returns the
next one, with its entry in the work list. \`new\` is an order without a record; \`held-for-operator\` is \`held\` with
deliveries decided: only the operator, or a cancellation, ends that.`,
    transitions: ORDER_TRANSITIONS,
  },
];

/** The page that `npm run delivery-life` writes. */
export const lifePages = (): LifePage[] =>
  LIVES.map((life) => ({
    path: fileURLToPath(new URL(`../${life.page}`, import.meta.url)),
    text: pageOf(life),
  }));

function pageOf({ source, title, introduction, transitions }: Life): string {
  const states = [...new Set(Object.values(transitions).flatMap(({ moves }) => statesOf(moves)))];
  const meanings = meaningsOf(source);
  return `# ${title}

\`npm run delivery-life\` writes this page from [${source}](../shared/ledger/${source}); a test compares them.

${introduction}

## Transitions

| transition | called by | what it means |
|---|---|---|
${Object.entries(transitions)
  .map(
    ([name, { by, inMemory }]) => `| \`${name}\` | ${by} | ${meanings.get(name) ?? ""}${inMemory ? UNWRITTEN : ""} |`,
  )
  .join("\n")}

## From where to where

An empty cell is not allowed: the transition throws \`ForbiddenTransition\`, and nothing is written.

| transition | ${states.join(" | ")} |
|---|${states.map(() => "---|").join("")}
${Object.entries(transitions)
  .map(([name, { moves }]) => `| \`${name}\` | ${states.map((state) => cellOf(state, moves[state])).join(" | ")} |`)
  .join("\n")}
`;
}

const UNWRITTEN = " It is written with what follows it.";

const statesOf = (moves: Transition["moves"]): string[] => [
  ...Object.keys(moves),
  ...Object.values(moves).flatMap((to) => to ?? []),
];

function cellOf(from: string, to: readonly string[] | undefined): string {
  if (!to) return "";
  return to.length === 1 && to[0] === from ? "stays" : `→ ${to.join(", ")}`;
}

/** The comment of each transition, without its tags. */
function meaningsOf(source: string): Map<string, string> {
  const text = readFileSync(new URL(`../../shared/ledger/${source}`, import.meta.url), "utf8");
  const found = text.matchAll(/^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport (?:function|const) (\w+)/gm);
  return new Map([...found].map(([, comment = "", name = ""]) => [name, meaningOf(comment)]));
}

const meaningOf = (comment: string): string => {
  const [meaning = ""] = comment
    .replaceAll(/\n\s*\*/g, " ")
    .replaceAll(/\s+/g, " ")
    .split(/ @\w+/);
  return meaning.replace(" Not written by itself.", "").replaceAll("|", "\\|").trim();
};

if (import.meta.main) for (const { path, text } of lifePages()) writeFileSync(path, text);
