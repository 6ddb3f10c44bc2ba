import { equal } from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pointerTo } from "../../shared/ledger/outbox.ts";
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

test("the command in a dead letter's note can be pasted, whatever the order's ID is", () => {
  for (const orderId of HOSTILE) {
    const record = {
      ...{ v: 1 as const, rev: 1, channel: "standard", connection: "demo", orderId, generation: 1 },
      ...{ state: "recorded" as const, freshness: "", firstSeenAt: "", events: [], eventCount: 0 },
      ...{ decided: [], toSend: [], toSuppress: [], eventId: "evt_1", receivedAt: "", expiresAt: 1 },
    };
    const [, command = ""] = pointerTo(record, "s2/us", "prod").note.split("its trace: npm run order -- ");
    equal(
      execFileSync("sh", ["-c", `printf '%s|' ${command}`], { cwd, encoding: "utf8" }),
      `--stage|prod|standard/demo/${orderId}|`,
    );
  }
});
