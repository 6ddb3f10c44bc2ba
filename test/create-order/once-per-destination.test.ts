import { deepEqual, equal, notEqual, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { oncePerDestination } from "../../functions/create-order/once-per-destination.ts";
import { Misconfigured } from "../../shared/errors.ts";
import { Destination } from "../../shared/stage/config.ts";
import { Parcelworks } from "../support/parcelworks.ts";

const [eu, us] = ["eu", "us"].map((name) => z.parse(Destination, { provider: "parcelworks", name }));

test("the records of a batch share one client of each destination, also while it is being opened", async () => {
  if (!eu || !us) throw new Error("no destinations");
  const opened: string[] = [];
  const open = oncePerDestination(async ({ name }) => {
    opened.push(name);
    return new Parcelworks(Date.now).client;
  });
  const [first, second, other] = await Promise.all([open(eu, 1), open(eu, 1), open(us, 1)]);
  equal(first, second);
  notEqual(first, other);
  deepEqual(opened, ["eu", "us"]);
});

test("a destination that cannot be opened fails for each record of the batch, and is tried again by the next", async () => {
  if (!eu) throw new Error("no destination");
  let tries = 0;
  const fails = async () => {
    tries += 1;
    throw new Misconfigured("no secret");
  };
  for (let batch = 1; batch <= 2; batch++) {
    const open = oncePerDestination(fails);
    await rejects(open(eu, 1), Misconfigured);
    await rejects(open(eu, 1), Misconfigured);
    equal(tries, batch);
  }
});
