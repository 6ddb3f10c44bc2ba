import { deepEqual, equal, match, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { outgoingSample } from "../../support/order-sample.ts";
import type { Contract } from "../contract.ts";
import { attempt } from "../provider-context.ts";
import { HANGING, type Suite } from "./suite.ts";

/** What may stand between any provider and us. */
const TRANSPORT: Contract["positions"] = [
  { name: "answers compressed", switches: { compression: "gzip" } },
  { name: "JSON as text/plain", switches: { jsonType: "text/plain" } },
  { name: "no call without a user agent", switches: { userAgent: "required" } },
];

/** Whatever turns out to be so at the real provider, with the setting that fits: one order, found again. */
export function positions({ name, contract, start, startRelay, settle, creates, live }: Suite): void {
  describe("every switch in every position", { concurrency: 2 }, () => {
    for (const { name: position, unseen, ...changes } of [...TRANSPORT, ...contract.positions]) {
      if (unseen) {
        test(
          `${position}: an answer that was lost leaves it in doubt, and makes no second order`,
          HANGING,
          async (context) => {
            const { fixture, relay } = await startRelay(context, changes);
            fixture.sandbox.setFault(name, "reset-after-create");
            await relay.order();
            await relay.run();
            ok(fixture.sandbox.calls(name).some(({ fault }) => fault === "reset-after-create"));
            const { state, reason } = await relay.delivery();
            match(state, /^(in-doubt|failed)$/, reason);
            equal(creates(fixture.proxy), 1);
            equal(live(fixture).length, 1);
          },
        );
        continue;
      }
      test(`${position}: one order, found again`, HANGING, async (context) => {
        const fixture = await start(context, changes);
        const { outcome, error, sent, ids } = await attempt(fixture, outgoingSample());
        equal(outcome, "created", inspect(error));
        equal(fixture.sandbox.orders(name).length, 1);
        settle(fixture);
        const found = await fixture.client.find(sent, outgoingSample());
        equal(found.found, "same");
        const known = found.found === "same" ? found.providerOrderIds : [];
        // A create may name fewer than there are, never others.
        deepEqual(new Set([...known, ...ids]), new Set(known));
      });

      test(`${position}: an answer that was lost makes no second order`, HANGING, async (context) => {
        const { fixture, relay } = await startRelay(context, changes);
        fixture.sandbox.setFault(name, "reset-after-create");
        await relay.order();
        await relay.run();
        ok(fixture.sandbox.calls(name).some(({ fault }) => fault === "reset-after-create"));
        equal((await relay.delivery()).state, "created");
        equal(creates(fixture.proxy), 1);
        equal(live(fixture).length, 1);
      });
    }
  });
}
