import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { missingParts } from "./missing-parts.ts";

test("for a registered provider without files, every file to write is reported", () => {
  deepEqual(missingParts({ kind: "provider", name: "acme" }), [
    "Write functions/providers/acme/handler.ts: its Lambda, as functions/providers/kakaclo/handler.ts.",
    "Write test/providers/acme.test.ts and call providerContract there, as test/providers/kakaclo.test.ts does.",
    "Call lookUpMutations in a test of test/providers/, as test/providers/kakaclo-orders.test.ts does.",
    "Write local/simulators/providers/acme/index.ts: its simulator, as local/simulators/providers/kakaclo/index.ts.",
    "Write docs/providers/acme.md: its page, as docs/providers/kakaclo.md.",
    'Add "acme/demo" under destinations in local/secrets.json: its invented secret, as "kakaclo/demo" has one.',
  ]);
});

test("for a registered channel without files, every file to write is reported", () => {
  deepEqual(missingParts({ kind: "channel", name: "acme" }), [
    "Write test/channels/acme.test.ts and call channelContract there, as test/channels/standard.test.ts does.",
    "Write local/simulators/channels/acme/index.ts: its simulator, as local/simulators/channels/standard/index.ts.",
    "Write docs/channels/acme.md: its page, as docs/channels/standard.md.",
    'Add "acme/demo" under endpoints in local/secrets.json: its invented secret, as "standard/demo" has one.',
  ]);
});

test("the demo connection of a channel with API credentials needs some that fit, beside the endpoint's secret", () => {
  const sentence =
    'Add "standard/demo" under connections in local/secrets.json: invented values that its schema credentials accepts.';
  deepEqual(missingParts({ kind: "channel", name: "standard" }), []);
  deepEqual(missingParts({ kind: "channel", name: "standard", credentials: z.object({ token: z.string() }) }), [
    sentence,
  ]);
});
