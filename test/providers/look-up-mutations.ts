import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { Found, Outgoing, Provider, Sent } from "../../functions/providers/provider.ts";
import { DeliveryError } from "../../shared/errors.ts";
import { startLedger } from "../support/ledger-table.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { THOROUGH } from "../support/thorough.ts";
import { ContractRelay } from "./contract/contract-relay.ts";
import { type InMemoryProvider, startInMemoryProvider } from "./in-memory-provider.ts";
import type { Setup } from "./provider-context.ts";

/** What the property must know of a provider; a `Contract` (contract.ts) has most of it. */
export interface LookUps extends Setup {
  /** The calls whose answers are changed: method and path below the provider's address. */
  lookUp: RegExp;
  /**
   * Keys of the fields by which the client knows our order. They are also changed all at once: a list may be briefer than
   * a create's answer.
   */
  identifying: readonly string[];
  /** Positions of switches and settings in which a look-up takes another way. Default: one, as the setup has it. */
  ways?: readonly ({ name: string } & Partial<Setup>)[];
  /**
   * Changes after which the answer says in good order that there is no such order: an empty list without a count. No
   * client could know better.
   * @param path `answer.orders`, `answer.orders.*` for each row, `answer.orders.0` for one; several are joined by " and "
   */
  saysNothing?: (path: string, change: string) => boolean;
  /** What needs to pass before a look-up may find what was made, ms. Default: the settling time. */
  settled?: number;
}

/**
 * The property that no answer of a look-up, changed anywhere, proves that our order is absent while the provider holds
 * it. Its answer is lost, then it is looked up, with each value of each answer changed in each of the ways below;
 * create-order would send it again only after "nothing", conclusive. With the identifying fields changed, the real
 * create-order runs to its end. Call it in the provider's test file.
 */
export function lookUpMutations<Settings, Secret>(provider: Provider<Settings, Secret>, lookUps: LookUps): void {
  const { ways = [{ name: "as it is set up" }] } = lookUps;
  for (const { name, ...way } of ways) {
    const { settings, switches } = lookUps;
    const asSetUp: LookUps = {
      ...lookUps,
      ...way,
      settings: { ...settings, ...way.settings },
      switches: { ...switches, ...way.switches },
    };
    test(`${provider.name}, ${name}: a look-up whose answer is changed anywhere makes no second order`, async () => {
      await changeEverything(provider, asSetUp);
    });
    test(`${provider.name}, ${name}: create-order makes one order though a look-up shows no number of ours`, async () => {
      for (const [change, apply] of Object.entries(CHANGES)) await sendWithout(provider, asSetUp, change, apply);
    });
  }
}

async function changeEverything<Settings, Secret>(
  provider: Provider<Settings, Secret>,
  lookUps: LookUps,
): Promise<void> {
  const world = await startInMemoryProvider(provider, lookUps);
  const outgoing = outgoingSample();
  // Another order of the same lines, so that the list has a row that is not ours.
  equal((await world.attempt(outgoingSample({}, "SHO9-7"))).outcome, "created");
  world.simulator.setFault("reset-after-create", 1);
  const { outcome, sent } = await world.attempt(outgoing);
  equal(outcome, "in-doubt");
  equal(world.simulator.orders().length, 2);
  world.pass(Math.max(provider.timing.settling, lookUps.settled ?? 0) + 1_000);

  const answers = await unchangedAnswers(world, lookUps, sent, outgoing);
  const wrong: string[] = [];
  let tried = 0;
  for (const target of targetsIn(answers, lookUps.identifying)) {
    for (const [change, apply] of changesOf(target)) {
      if (lookUps.saysNothing?.(target.join(" and "), change)) continue;
      const changed = new Map(answers.map((text) => [text, changeText(text, target, apply)]));
      if (answers.every((text) => changed.get(text) === text)) continue;
      tried += 1;
      rewriteLookUps(world, lookUps, (text) => changed.get(text) ?? changeText(text, target, apply));
      const problem = await problemOf(world, sent, outgoing);
      if (problem) wrong.push(`${target.join(" and ")} ${change}: ${problem}`);
      // For a server that throttles.
      world.pass(10_000);
    }
  }
  deepEqual(wrong, []);
  ok(tried > 100, `only ${tried} changes were tried`);
}

/** Everything from the event to the end of the delivery, while every identifying field of every row is changed. */
async function sendWithout<Settings, Secret>(
  provider: Provider<Settings, Secret>,
  lookUps: LookUps,
  change: string,
  apply: (slot: Slot) => void,
): Promise<void> {
  const world = await startInMemoryProvider(provider, lookUps);
  const { table, stop } = await startLedger("memory", world.now);
  const relay = new ContractRelay(provider, world, table, lookUps);
  world.simulator.setFault("reset-after-create", 1);
  rewriteLookUps(world, lookUps, (text) => {
    // What is looked up before the create is left alone, or there would be none.
    if (text === "" || world.simulator.orders().length === 0) return text;
    const [together = []] = targetsIn([text], lookUps.identifying).slice(-1);
    return changeText(text, together, apply);
  });
  await relay.order();
  await relay.run();
  ok(world.simulator.calls.some(({ fault }) => fault === "reset-after-create"));
  equal(world.simulator.orders().length, 1, change);
  match((await relay.delivery()).state, /^(created|in-doubt|rejected|failed)$/, change);
  await stop();
}

/**
 * The answers of look-ups that are left alone: of our order, which is found, and of one that was never sent, which is
 * absent, and for which a client goes every way it has. Else the property would hold of nothing.
 */
async function unchangedAnswers(
  world: InMemoryProvider,
  lookUps: LookUps,
  sent: Sent,
  outgoing: Outgoing,
): Promise<string[]> {
  const answers: string[] = [];
  rewriteLookUps(world, lookUps, (text) => {
    if (text !== "") answers.push(JSON.stringify(JSON.parse(text)));
    return text;
  });
  equal((await world.open().find(sent, outgoing)).found, "same");
  const reference = "SHO1-8";
  const absent = await world.open().find({ ...sent, reference }, { ...outgoing, reference });
  deepEqual(absent, { found: "nothing", conclusive: true });
  ok(answers.length > 0, "no call was a look-up");
  return answers;
}

function rewriteLookUps(world: InMemoryProvider, { lookUp }: LookUps, change: (text: string) => string): void {
  world.rewrite((answer, { method, path }) =>
    lookUp.test(`${method} ${path}`) ? { ...answer, text: change(answer.text) } : answer,
  );
}

/** What create-order does next: a conclusive "nothing" lets it create the order again. */
async function problemOf(world: InMemoryProvider, sent: Sent, outgoing: Outgoing): Promise<string | undefined> {
  let found: Found;
  try {
    found = await world.open().find(sent, outgoing);
  } catch (error) {
    return error instanceof DeliveryError ? undefined : `threw ${String(error)}`;
  }
  return found.found === "nothing" && found.conclusive ? "called absent" : undefined;
}

/** The paths of the values that are changed together: `data.list.*.remark`, `*` for each row. */
type Target = readonly string[];

/**
 * Every path in all rows, and in all lists, at once: a server writes them alike. A row also alone,
 * and, if thorough, its fields: a server may leave out of one what it shows of others.
 */
function targetsIn(answers: readonly string[], identifying: readonly string[]): Target[] {
  const paths = answers.flatMap((text) => pathsIn({ [ANSWER]: JSON.parse(text) }));
  const inOneRow = new Set(paths.filter(THOROUGH ? isNearRow : isRow).map(nameOf));
  const inEvery = [...new Set(paths.map(everyRow))];
  const inEveryList = Map.groupBy(inEvery, (name) => name.slice(Math.max(0, name.indexOf("*"))));
  const together = inEvery.filter((name) => name.includes("*") && identifying.includes(name.split(".").at(-1) ?? ""));
  return [...[...inOneRow].map((name) => [name]), ...inEveryList.values(), together];
}

const ANSWER = "answer";
const nameOf = (path: readonly string[]): string => path.join(".");
const isIndex = (key: string): boolean => /^\d+$/.test(key);
const everyRow = (path: readonly string[]): string => path.map((key) => (isIndex(key) ? "*" : key)).join(".");
const isRow = (path: readonly string[]): boolean => path.filter(isIndex).length === 1 && isIndex(path.at(-1) ?? "");
/** A row, or one of its own fields. */
const isNearRow = (path: readonly string[]): boolean =>
  path.filter(isIndex).length === 1 && path.slice(-2).some(isIndex);

const isBranch = (value: unknown): value is Slot["parent"] => typeof value === "object" && value !== null;

function pathsIn(parent: Slot["parent"]): string[][] {
  return Object.entries(parent).flatMap(([key, value]) => [
    [key],
    ...(isBranch(value) ? pathsIn(value).map((below) => [key, ...below]) : []),
  ]);
}

/** A place in an answer. */
interface Slot {
  parent: Record<string, unknown> | unknown[];
  key: string;
}

const valueAt = ({ parent, key }: Slot): unknown => Reflect.get(parent, key);

/** The last first: each may then be removed without moving another. */
function slotsAt(parent: Slot["parent"], [key = "", ...below]: readonly string[]): Slot[] {
  const keys = key === "*" && Array.isArray(parent) ? Object.keys(parent).toReversed() : [key];
  return keys
    .filter((one) => Object.hasOwn(parent, one))
    .flatMap((one) => {
      if (below.length === 0) return [{ parent, key: one }];
      const value: unknown = Reflect.get(parent, one);
      return isBranch(value) ? slotsAt(value, below) : [];
    });
}

/** What is not JSON stays as it is. */
function changeText(text: string, target: Target, apply: (slot: Slot) => void): string {
  if (text === "") return text;
  const tree = { [ANSWER]: JSON.parse(text) };
  for (const name of target) for (const slot of slotsAt(tree, name.split("."))) apply(slot);
  return JSON.stringify(tree[ANSWER]) ?? "";
}

const put = (slot: Slot, value: unknown): void => {
  Reflect.set(slot.parent, slot.key, value);
};
const replace = (from: (value: unknown) => unknown) => (slot: Slot) => put(slot, from(valueAt(slot)));
const ofText = (from: (text: string) => unknown) =>
  replace((value) => (typeof value === "string" ? from(value) : value));
const remove = ({ parent, key }: Slot): void => {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
};
/** Of a field; a row has no name. */
const rename = (to: (key: string) => string) => (slot: Slot) => {
  const value = valueAt(slot);
  if (Array.isArray(slot.parent)) return;
  remove(slot);
  Reflect.set(slot.parent, to(slot.key), value);
};
const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (key: string): string => key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Far below a row lies little that a look-up reads: there a few changes must do. */
function changesOf(target: Target): [string, (slot: Slot) => void][] {
  const [, inRow = ""] = /\*\.(.*)/.exec(target[0] ?? "") ?? [];
  const all = Object.entries(CHANGES);
  return inRow.split(".").length > 2 ? all.filter(([name]) => FEW.has(name)) : all;
}

const FEW = new Set(["absent", "null", "in an object", "in capitals", "empty"]);

/** How servers come to answer otherwise than their documents say. */
const CHANGES: Record<string, (slot: Slot) => void> = {
  absent: remove,
  null: replace(() => null),
  renamed: rename((key) => `order_${key}`),
  "in capitals, its name": rename((key) => key.toUpperCase()),
  "in snake case, its name": rename(snake),
  "in camel case, its name": rename(camel),
  "in an object": replace((value) => ({ value })),
  "in an object, as its ID": replace((value) => ({ id: value })),
  "in an object, as an order": replace((order) => ({ order })),
  "in a list": replace((value) => [value]),
  "as JSON text": replace((value) => JSON.stringify(value)),
  "in capitals": ofText((text) => text.toUpperCase()),
  "in small letters": ofText((text) => text.toLowerCase()),
  "with spaces": ofText((text) => ` ${text} `),
  "in brackets": ofText((text) => `(${text.replace(/[[\]]/g, "")})`),
  "a number as text": replace((value) => (typeof value === "number" ? String(value) : value)),
  "text as a number": ofText((text) => (/^\d{1,15}$/.test(text) ? Number(text) : text)),
  empty: ofText(() => ""),
  zero: replace(() => 0),
  false: replace(() => false),
  "an object": replace(() => ({})),
  "an empty list": replace(() => []),
  "an object instead of a list": replace((value) => (Array.isArray(value) ? { ...value } : value)),
  "a list instead of an object": replace((value) =>
    isBranch(value) && !Array.isArray(value) ? Object.values(value) : value,
  ),
  "its first row": replace((value) => (Array.isArray(value) ? value[0] : value)),
};
