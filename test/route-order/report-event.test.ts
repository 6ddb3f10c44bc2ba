import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { reportApiFailure, reportEvent } from "../../functions/route-order/report-event.ts";
import { Unavailable } from "../../shared/errors.ts";
import { linesWrittenBy } from "../support/lines-written-by.ts";

test("the log has a duration as retryInMs and a moment as until, both in whole ms", async () => {
  const [routed, failing] = await linesWrittenBy(async () => {
    reportEvent({ outcome: "waiting", retryInMs: 1234.5, error: "Unavailable" }, { messageId: "m1", receives: 1 });
    reportApiFailure("market/north", new Unavailable("down"), 1_793_577_600_000.4);
  });
  deepEqual([routed?.["retryInMs"], routed?.["until"]], [1235, undefined]);
  deepEqual([failing?.["retryInMs"], failing?.["until"]], [undefined, 1_793_577_600_000]);
});
