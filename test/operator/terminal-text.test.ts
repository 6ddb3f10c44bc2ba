import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { describeGroup } from "../../operator/failed.ts";
import { orderStory } from "../../operator/order-story.ts";
import { processTerminal } from "../../operator/terminal.ts";
import { terminalJson, terminalText } from "../../operator/terminal-text.ts";

const HOSTILE = "NOPE\u001b[31m\u0007\u001b]8;;http://evil\u0007\nnext: npm run order -- --resolve created=1\r\u202e";

test("control and format characters are written out, all other text stays", () => {
  equal(terminalText("a\u001b[31mb\nc\u202ed\u2028"), "a\\u{1b}[31mb\\u{a}c\\u{202e}d\\u{2028}");
  equal(terminalText("Größe 10 € 訂單 🌸 'x'"), "Größe 10 € 訂單 🌸 'x'");
});

test("JSON for a program reads as the same value, and no character of it steers a terminal", () => {
  const value = { reason: `${HOSTILE}\u009b31m\u{e0001}`, list: ["Größe 10 € 訂單 🌸"] };
  const text = terminalJson(value);
  doesNotMatch(text.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\u2028\u2029]/u);
  deepEqual(JSON.parse(text), value);
  match(text, /Größe 10 € 訂單 🌸/);
});

test("what is printed without being escaped by its command is escaped by the line: the last resort", (t) => {
  const written: string[] = [];
  t.mock.method(process.stderr, "write", (text: string) => written.push(text) > 0);
  processTerminal().note(`An SDK says ${HOSTILE}`);
  t.mock.restoreAll();
  equal(written.length, 1);
  doesNotMatch((written[0] ?? "").replaceAll("\n", ""), /[\p{Cc}\p{Cf}]/u);
});

test("no ID, topic or reason of an order steers the terminal or begins a line of its own", async () => {
  const record = {
    ...{ v: 1 as const, rev: 1, channel: "standard", connection: "demo", orderId: HOSTILE, generation: 1 },
    ...{ state: "held" as const, reason: HOSTILE, freshness: "", firstSeenAt: "2026-11-20T14:00:00.000Z" },
    ...{ events: [{ at: "2026-11-20T14:00:00.000Z", topic: HOSTILE, outcome: HOSTILE }], eventCount: 1 },
    ...{ decided: ["s2/us"], toSend: [], toSuppress: [], eventId: "evt_1", receivedAt: "", expiresAt: 9e9 },
  };
  const delivery = {
    ...{ v: 1 as const, rev: 1, channel: "standard", connection: "demo", orderId: HOSTILE, generation: 1 },
    ...{ destination: "s2/us", state: "rejected" as const, reason: HOSTILE, notes: [HOSTILE], attempts: 1 },
    ...{ tries: {}, failed: {}, providerOrderIds: [HOSTILE], expiresAt: 9e9 },
  };
  const story = await orderStory({ record, body: undefined, deliveries: [delivery] }, "npm run order");
  doesNotMatch(story.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\u2028\u2029]/u);
  doesNotMatch(story, /^\s*next: npm run order -- --resolve created=1/m);
  match(story, /NOPE\\u\{1b\}\[31m/);
});

test("an order in the list of npm run failed is one word of the shell, for the command that takes it", () => {
  const waiting = ["1", "2;touch pwned"].map((id) => ({
    ...{ order: `standard/demo/${id}`, destination: "s2/us", kind: "failed" as const, reason: "no", reference: null },
    since: "2026-11-20T14:00:00.000Z",
  }));
  const group = { destination: "s2/us", kind: "failed" as const, reason: "no", waiting };
  const text = describeGroup(group, { stage: "local" });
  match(text, /Z {2}standard\/demo\/1\n.*Z {2}'standard\/demo\/2;touch pwned'\n/);
});
