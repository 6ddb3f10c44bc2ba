import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod/mini";
import { type Figures, periodsOf, type Series, type Subject, statisticOf } from "../console/figures/figures.ts";

/** What the functions counted in a minute. */
interface Minute {
  sum: number;
  count: number;
  highest: number;
}

/** Values by minute (epoch minutes) of one metric of one subject. */
type Minutes = Map<number, Minute>;

/** Older minutes are forgotten, ms: the longest range that the page shows. */
const KEPT = 7 * 86_400_000;
/** Read at a time. */
const CHUNK = 1024 * 1024;

const Line = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({ Dimensions: z.array(z.array(z.string())), Metrics: z.array(z.object({ Name: z.string() })) }),
    ),
  }),
});

const KINDS = ["endpoint", "connection", "destination"] as const;

/**
 * The metrics of the local stack's functions, from the lines in embedded metric format that they log. Each read takes
 * only what was added since the last one.
 * @param logFolder a file a function
 */
export function emfFigures(logFolder: string, now: () => number = Date.now): Figures {
  const offsets = new Map<string, { at: number; rest: string }>();
  const known = new Map<string, { minutes: Minutes; lastAt: number }>();
  let reading: Promise<void> | undefined;

  return {
    source: "the functions' metric lines",
    async read(wanted) {
      // Two pages that are open at once must not read the same bytes twice.
      reading ??= readOn().finally(() => {
        reading = undefined;
      });
      await reading;
      const times = periodsOf(wanted);
      const series = wanted.metrics.map((one): Series => {
        const found = known.get(keyOf(one.metric, one.of));
        const values = times.map((from) =>
          found === undefined ? 0 : valueIn(found.minutes, from, wanted.period, statisticOf(one.metric)),
        );
        return { ...one, values, lastAt: found?.lastAt || undefined };
      });
      return { times, series };
    },
  };

  async function readOn(): Promise<void> {
    const files = (await readdir(logFolder)).filter((name) => name.endsWith(".log"));
    for (const name of files) {
      const file = await open(join(logFolder, name));
      try {
        await readFrom(file, name);
      } finally {
        await file.close();
      }
    }
    const oldest = (now() - KEPT) / 60_000;
    for (const { minutes } of known.values())
      for (const minute of minutes.keys()) if (minute < oldest) minutes.delete(minute);
  }

  async function readFrom(file: FileHandle, name: string): Promise<void> {
    const { at, rest } = offsets.get(name) ?? { at: 0, rest: "" };
    let [position, text] = [at, rest];
    const buffer = Buffer.alloc(CHUNK);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, CHUNK, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      // Latin-1 cuts no character in two; what is counted is ASCII.
      const lines = (text + buffer.toString("latin1", 0, bytesRead)).split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) if (line.includes('"_aws"')) take(line);
    }
    offsets.set(name, { at: position, rest: text });
  }

  function take(line: string): void {
    const parsed = z.safeParse(Line, jsonOf(line));
    if (!parsed.success) return;
    const { _aws, ...fields } = parsed.data;
    for (const { Dimensions, Metrics } of _aws.CloudWatchMetrics) {
      const kind = KINDS.find((one) => Dimensions.flat().includes(one));
      const path = kind && fields[kind];
      if (kind === undefined || typeof path !== "string") continue;
      for (const { Name } of Metrics) add(keyOf(Name, { kind, path }), _aws.Timestamp, fields[Name]);
    }
  }

  function add(key: string, at: number, given: unknown): void {
    const values = z.safeParse(z.union([z.number(), z.array(z.number())]), given);
    if (!values.success) return;
    const entry = known.get(key) ?? { minutes: new Map<number, Minute>(), lastAt: 0 };
    known.set(key, entry);
    for (const value of [values.data].flat()) {
      const minute = Math.floor(at / 60_000);
      const { sum, count, highest } = entry.minutes.get(minute) ?? { sum: 0, count: 0, highest: 0 };
      entry.minutes.set(minute, { sum: sum + value, count: count + 1, highest: Math.max(highest, value) });
      if (value > 0) entry.lastAt = Math.max(entry.lastAt, at);
    }
  }
}

const keyOf = (metric: string, { kind, path }: Subject): string => `${metric} ${kind} ${path}`;

/** @param from epoch seconds @param period seconds */
function valueIn(minutes: Minutes, from: number, period: number, statistic: "Sum" | "Maximum" | "Average"): number {
  let [sum, count, highest] = [0, 0, 0];
  for (let minute = from / 60; minute < (from + period) / 60; minute += 1) {
    const found = minutes.get(minute);
    if (!found) continue;
    sum += found.sum;
    count += found.count;
    highest = Math.max(highest, found.highest);
  }
  if (statistic === "Sum") return sum;
  return statistic === "Maximum" ? highest : sum / Math.max(1, count);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
