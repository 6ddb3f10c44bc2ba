import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { retryDelay, waitsUntil } from "../../functions/route-order/retry-delay.ts";
import { MAX_RECEIVES } from "../../shared/messages/max-receives.ts";
import { Retention, Timing } from "../../shared/stage/config.ts";

const SENT_AT = Date.parse("2026-11-01T12:00:00.000Z");
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const configOf = (queues = "4d") => ({
  timing: z.parse(Timing, {}),
  retention: z.parse(Retention, { queues }),
});

/** The delays of a message whose API never answers, receive by receive, and when its last receive is over. */
function delays(queues: string, random: () => number, backoff = 0): { each: number[]; lasted: number } {
  const config = configOf(queues);
  const each: number[] = [];
  let now = SENT_AT;
  for (let receives = 1; receives <= MAX_RECEIVES; receives++) {
    if (now >= waitsUntil({ sentAt: SENT_AT, receives }, config)) break;
    const delay = retryDelay({ sentAt: SENT_AT, receives }, now + backoff, { config, now, random });
    each.push(delay);
    now += delay;
  }
  return { each, lasted: now - SENT_AT };
}

for (const [dice, random] of [
  ["lowest", () => 0],
  ["highest", () => 0.999_999],
] as const) {
  for (const [queues, days] of [
    ["1d", 1],
    ["4d", 4],
    ["14d", 14],
  ] as const) {
    test(`at the ${dice} dice 25 receives last half of ${queues}`, () => {
      const { each, lasted } = delays(queues, random);
      ok(lasted >= (days * DAY) / 2, `${lasted / HOUR} h`);
      ok(each.length <= MAX_RECEIVES);
      ok(each.every((delay) => delay > 0 && delay <= 11 * HOUR));
    });
  }

  test(`at the ${dice} dice no delay of the shipped retention is longer than 3 hours`, () => {
    const { each } = delays("4d", random);
    ok(each.every((delay) => delay <= 3 * HOUR));
    ok((each[0] ?? 0) >= 30_000 && (each[0] ?? 0) <= 33_000, "the first comes back soon");
  });
}

test("a delay grows with each receive, until its cap", () => {
  const { each } = delays("4d", () => 0);
  const growing = each.slice(0, 9);
  ok(growing.every((delay, index) => index === 0 || delay === 2 * (growing[index - 1] ?? 0)));
});

test("a message never returns before its connection's backoff ends", () => {
  const config = configOf();
  for (const receives of [1, 5, 24, 25]) {
    const message = { sentAt: SENT_AT, receives };
    const now = SENT_AT + HOUR;
    ok(retryDelay(message, now + 4 * HOUR, { config, now, random: () => 0 }) >= 4 * HOUR);
  }
});

test("a message is given up when half the queue's retention has passed", () => {
  equal(waitsUntil({ sentAt: SENT_AT, receives: 1 }, configOf("4d")), SENT_AT + 2 * DAY);
});
