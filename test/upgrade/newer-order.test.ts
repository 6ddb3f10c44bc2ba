import { deepEqual, equal, match } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { orderCommand } from "../../operator/order.ts";
import { createTable, type Table } from "../../shared/ledger/table.ts";
import { tableName } from "../../shared/stage/names.ts";
import { createLedgerTable, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { newId, ONE, RouteOrderContext } from "../support/route-order-context.ts";
import { runOperatorCommand as run } from "../support/run-operator-command.ts";

describe("an order of a newer release, with an older release's operator commands", () => {
  let started: TestLedger;
  let table: Table;
  let context: RouteOrderContext;
  let url: string;
  /** The health route, by which the command finds the local stack. */
  const health = createServer(async (_request, response) => {
    const endpoint = await started.client.config.endpoint?.();
    const aws = { endpoint: `http://127.0.0.1:${endpoint?.port}`, region: "eu-central-1", account: "000000000000" };
    response.end(JSON.stringify({ status: "ready", stage: "local", aws, channelSimulators: "http://127.0.0.1:9" }));
  });
  before(async () => {
    started = await startLedger("dynalite");
    await createLedgerTable(started.client, tableName("local"));
    table = createTable(started.client, tableName("local"));
    context = new RouteOrderContext(started, {}, tableName("local"));
    await once(health.listen(0, "127.0.0.1"), "listening");
    const address = health.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
  });
  after(async () => {
    health.closeAllConnections();
    health.close();
    await started.stop();
  });

  for (const words of [[], ["--send"], ["--resolve", "not-created", "--destination", ONE], ["--renew"], ["--keep"]]) {
    test(`npm run ${["order --", ...words].join(" ")} is refused with a sentence, and changes nothing`, async () => {
      const id = newId();
      await context.ordered({ id });
      for (const sk of ["order", "body"]) {
        const pk = `order#plain/main#${id}`;
        const known = await table.get({ pk, sk });
        await table.put({ ...known, pk, sk, v: 2 }, { expression: "attribute_exists(pk)" });
        const before = await table.partition(pk);
        const said = await run(orderCommand, ["--stage", "local", `plain/main/${id}`, ...words, "--yes"], { url });
        equal(said.exit, 1);
        match(said.notes, /^This order was written by a newer release: deploy that release/);
        deepEqual(await table.partition(pk), before);
        await table.put({ ...known, pk, sk }, { expression: "attribute_exists(pk)" });
      }
    });
  }
});
