import { deepEqual, equal } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pointerTo } from "../../shared/ledger/outbox.ts";
import { asciiJson } from "../../shared/messages/ascii-json.ts";
import { shellWord } from "../../shared/shell-word.ts";

/** A failing test runs what it quotes wrongly: in a folder that goes with it. */
const cwd = mkdtempSync(join(tmpdir(), "order-relay-shell-"));
after(() => rmSync(cwd, { recursive: true, force: true }));

const HOSTILE = [
  `1;touch$${"{IFS}"}./pwned;#`,
  "$(id)",
  "`id`",
  "it's",
  "a b",
  'a"b',
  "a\nb",
  "!!",
  "*",
  "~root",
  "",
  "\\",
  "&& id",
];

for (const text of HOSTILE) {
  test(`a shell reads ${JSON.stringify(text)} as one word, unchanged`, () => {
    equal(execFileSync("sh", ["-c", `printf %s ${shellWord(text)}`], { cwd, encoding: "utf8" }), text);
  });
}

const recordOf = (orderId: string) => ({
  ...{ v: 1 as const, rev: 1, channel: "standard", connection: "demo", orderId, generation: 1 },
  ...{ state: "recorded" as const, freshness: "", firstSeenAt: "", events: [], eventCount: 0 },
  ...{ decided: [], toSend: [], toSuppress: [], eventId: "evt_1", receivedAt: "", expiresAt: 1 },
});

test("the command in a dead letter's note can be pasted, out of the note and out of the message's JSON", () => {
  for (const orderId of [...HOSTILE, `1';touch$${"{IFS}"}./pwned;#`, `1"';touch$${"{IFS}"}./pwned;#`, "é'; id; '"]) {
    const pointer = pointerTo(recordOf(orderId), "s2/us", "prod");
    const inJson = asciiJson(pointer).replace(/"\}$/, "");
    for (const text of [pointer.note, inJson]) {
      const [, words = ""] = text.split("its trace: npm run ");
      const isNamed = words.startsWith("order ");
      equal(isNamed, !/['"\\\n]|[^\x20-\x7e]/.test(orderId), orderId);
      const output = execFileSync("sh", ["-c", `printf '%s|' ${words}`], { cwd, encoding: "utf8" });
      if (isNamed) equal(output, `order|--|--stage|prod|standard/demo/${orderId}|`);
      else equal(output, "failed|--|--stage|prod,|which|has|the|command|for|such|an|ID|");
    }
  }
  deepEqual(readdirSync(cwd), []);
});
