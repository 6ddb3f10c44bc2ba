import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CommandError } from "../../operator/command-error.ts";
import { eraseOrExport } from "../../operator/erase.ts";
import { CANARY, ErasureRelay, everything, personalOrder } from "../support/erasure-relay.ts";
import { MemoryTable } from "../support/memory-table.ts";
import { TestTerminal } from "../support/run-operator-command.ts";

const folder = mkdtempSync(join(tmpdir(), "order-relay-erase-"));
after(() => rmSync(folder, { recursive: true, force: true }));

class Desk extends ErasureRelay<MemoryTable> {
  constructor() {
    super(new MemoryTable());
  }

  /** Runs the command. @param typed what the operator answers; undefined: --yes */
  async command(
    options: { buyer?: string; order?: string[]; export?: string; connection?: string[] },
    typed?: string[],
  ) {
    const terminal = new TestTerminal(typed ?? []);
    const { ledger, config, now } = this;
    const queues = { sendToDestination: async (_destination: string, message: string) => this.send(message) };
    const work = { ledger, config, now, queues, who: "arn:aws:ada", terminal };
    const error = await eraseOrExport({ ...options, ...(!typed && { yes: true as const }) }, work).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error !== undefined && !(error instanceof CommandError)) throw error;
    return { out: terminal.out.join("\n"), notes: terminal.notes.join("\n"), error: error?.message };
  }

  left(): string[] {
    const texts = everything([...this.table.items.values()], this.objects).filter((text) => CANARY.test(text));
    return [...new Set(texts.map((text) => /#(\w+)","sk"/.exec(text)?.[1] ?? text))].sort();
  }
}

const bodyOnly = { buyer: { id: "b1", email: "Ada-Canary@Example.com" } };

async function shop(): Promise<Desk> {
  const desk = new Desk();
  await desk.arrives({ order: personalOrder({ id: "1", ...bodyOnly }) });
  await desk.run();
  desk.clock += 3_600_000;
  await desk.arrives({ order: personalOrder({ id: "2", buyer: { id: "b1" } }) });
  await desk.arrives({ order: personalOrder({ id: "3", buyer: { email: "ada-canary@example.com" } }) });
  await desk.arrives({ order: personalOrder({ id: "4", buyer: { id: "b2" } }) });
  return desk;
}

test("an order is erased by hand after a preview and a yes; the trace names the operator", async () => {
  const desk = await shop();
  const refused = await desk.command({ order: ["plain/main/1"] }, ["n"]);
  match(refused.error ?? "", /Nothing was done/);
  match(refused.out, /erase the buyer's data of plain\/main\/1 \(recorded, parcelworks\/demo created\)/);
  deepEqual(desk.left(), ["1", "2", "3", "4"]);
  equal((await desk.ledger.erasures.open()).length, 0);
  const done = await desk.command({ order: ["plain/main/1", "plain/main/9"] }, ["y"]);
  deepEqual([done.error, /2 of 2 orders are erased/.test(done.out), desk.left()], [undefined, true, ["2", "3", "4"]]);
  match(done.out, /remember plain\/main\/9, which is not known/);
  equal((await desk.record("1"))?.events.at(-1)?.topic, "operator arn:aws:ada");
  const [request] = await desk.table.partition("erasure");
  deepEqual([request?.["erased"], request?.["doneAt"] !== undefined], [2, true]);
  const again = await desk.command({ order: ["plain/main/1"] });
  match(again.out, /leave plain\/main\/1, which is erased already/);
});

test("a buyer's ID finds the orders that know the buyer by it; the request is repeated by the walk", async () => {
  const desk = await shop();
  equal((await desk.command({ buyer: "b1" })).error, undefined);
  deepEqual(desk.left(), ["3", "4"]);
  deepEqual(
    (await desk.ledger.erasures.open()).map(({ subject }) => subject.kind),
    ["buyer"],
  );
  // Its event was received before, and is redriven now.
  desk.receivedAt = desk.clock - 1000;
  await desk.arrives({ order: personalOrder({ id: "late", buyer: { id: "b1" } }) });
  desk.receivedAt = undefined;
  await desk.nextWalk();
  deepEqual(desk.left(), ["3", "4"]);
});

test("an e-mail address finds the orders whose body has it, in any case, and by them the buyer's other orders", async () => {
  const desk = await shop();
  const { notes, out } = await desk.command({ buyer: "ada-canary@example.COM" });
  deepEqual([desk.left(), /Reading 3 orders/.test(notes), /3 of 3/.test(out)], [["4"], true, true]);
  ok(!JSON.stringify(await desk.table.partition("erasure")).includes("@"), "the address itself is not kept");
});

test("--connection limits the search; a buyer that is not found is remembered all the same", async () => {
  const desk = await shop();
  const [main] = desk.config.connections;
  if (main) desk.config = { ...desk.config, connections: [main, { ...main, name: "other", key: "po" }] };
  const none = await desk.command({ buyer: "b1", connection: ["plain/other"] });
  deepEqual([none.error, /0 of 0/.test(none.out), desk.left()], [undefined, true, ["1", "2", "3", "4"]]);
  const [request] = await desk.ledger.erasures.open();
  deepEqual([request?.connection, request?.subject.kind], ["other", "buyer"]);
  match((await desk.command({ buyer: "b1", connection: ["main"] })).error ?? "", /not a connection/);
  match((await desk.command({ order: ["main"] })).error ?? "", /not an order/);
});

test("the name of a shop that is neither in the stage nor known by its orders is refused: it may be a typing error", async () => {
  const desk = await shop();
  const refusals = [
    await desk.command({ order: ["plain/mian/1"] }),
    await desk.command({ order: ["plain/main/1", "plain/mian/2"] }),
    await desk.command({ buyer: "b1", connection: ["plain/mian"] }),
    await desk.command({ buyer: "b1", connection: ["plain/mian"], export: "never-written.json" }),
  ];
  for (const { error } of refusals)
    match(error ?? "", /^The stage has no connection plain\/mian, and .* has plain\/main\.$/);
  deepEqual([desk.left(), await desk.ledger.erasures.open()], [["1", "2", "3", "4"], []]);

  // Taken out of the stage, its orders are still there to be erased.
  desk.config = { ...desk.config, connections: [] };
  match((await desk.command({ order: ["plain/main/1"] })).out, /1 of 1 orders are erased/);
});

test("an order whose delivery is in doubt is named with the reason, and finished by the daily walk", async () => {
  const desk = new Desk();
  desk.parcelworks.fates.push("timeout-before-create");
  await desk.arrives({ order: personalOrder({ id: "1" }) });
  await desk.run(0);
  const { error } = await desk.command({ order: ["plain/main/1"] });
  match(error ?? "", /plain\/main\/1: parcelworks\/demo is in-doubt/);
  await desk.run();
  await desk.nextWalk();
  deepEqual([desk.left(), desk.parcelworks.posts, await desk.ledger.erasures.open()], [[], 1, []]);
});

test("--export writes all that is stored of a buyer to a new file that only its owner reads, and erases nothing", async () => {
  const desk = await shop();
  const file = join(folder, "ada.json");
  const { error, out } = await desk.command({ buyer: "b1", export: file });
  deepEqual([error, /2 orders are in/.test(out)], [undefined, true]);
  const written = JSON.parse(readFileSync(file, "utf8"));
  deepEqual(
    written.orders.map(({ order }: { order: string }) => order),
    ["plain/main/1", "plain/main/2"],
  );
  equal(written.orders[0].body.shippingAddress.street1, "street-canary 1");
  equal(written.orders[0].deliveries[0].reference, "pm-1");
  equal(statSync(file).mode & 0o777, 0o600);
  deepEqual([desk.left(), await desk.ledger.erasures.open()], [["1", "2", "3", "4"], []]);

  writeFileSync(join(folder, "there.json"), "mine");
  const refused = await desk.command({ buyer: "b1", export: join(folder, "there.json") });
  match(refused.error ?? "", /EEXIST.*must be a new file/);
  equal(readFileSync(join(folder, "there.json"), "utf8"), "mine");
  const missing = await desk.command({ order: ["plain/main/1", "plain/main/9"], export: join(folder, "one.json") });
  match(missing.error ?? "", /1 orders are not known/);
});

test("a process that dies in between leaves the rest to the daily walk", async () => {
  const desk = await shop();
  let writes = 0;
  desk.table.beforePut = async () => {
    if (++writes > 6) throw new Error("killed");
  };
  await rejects(desk.command({ buyer: "b1" }), /killed/);
  desk.table.beforePut = async () => {};
  ok(desk.left().length > 2);
  await desk.nextWalk();
  deepEqual(desk.left(), ["3", "4"]);
});
