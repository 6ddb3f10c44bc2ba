import type { Config } from "../../../shared/stage/config.ts";
import { destinationPath, pathOf } from "../../../shared/stage/config.ts";
import { functionName, queueName } from "../../../shared/stage/names.ts";

/** Steps of ten minutes. */
const STEPS = 144;
const at = (hour: number, minute = 0): number => hour * 6 + Math.floor(minute / 10);

/** Events of the sample day: the last destination throttles, the first rejects, and a stranger tries a key. */
const SLOW = { from: at(13, 30), to: at(14, 30) };
const FORGED = at(3, 20);
const REJECTED = new Map([
  [at(10, 20), 1],
  [at(10, 50), 2],
  [at(15, 10), 1],
]);
const REDRIVEN = at(16);
const REJECTED_AGAIN = at(16, 10);
const LATE_CANCELLATION = at(17, 20);
const IN_DOUBT = new Set([at(11, 50), at(18, 20)]);
const HELD = { from: at(19), to: at(21) };

/** An invented day of a stage, the same in every run. */
export class SampleDay {
  readonly steps = STEPS;
  private readonly series = new Map<string, number[]>();
  private seed = 20_261_120;

  constructor({ stage, connections, destinations, routes }: Config) {
    const arriving = new Map(destinations.map((destination) => [destinationPath(destination), blank()]));
    for (const [index, connection] of connections.entries()) {
      const path = pathOf(connection);
      const routed = this.connection(path, 1 / (1 + index * 1.4), index === connections.length - 1);
      const reached = new Set(routes.filter(({ from }) => from.includes(path)).flatMap(({ to }) => to));
      for (const destination of reached) {
        const sum = arriving.get(destination);
        for (let step = 0; sum && step < STEPS; step++) sum[step] = (sum[step] ?? 0) + (routed[step] ?? 0);
      }
    }
    const paths = [...arriving.keys()];
    for (const [path, orders] of arriving) {
      this.destination(stage, path, orders, path === paths[0], path === paths.at(-1));
    }
    this.set(
      "Visible",
      queueName.intake(stage),
      each((step) => (this.dice() < 0.08 * daylight(step) ? 1 : 0)),
    );
    this.functions(stage, new Set(destinations.map(({ provider }) => provider)));
  }

  /** @param values of the metric's dimensions: one of them is a connection, destination, queue or function */
  of(metric: string, values: readonly string[], statistic = ""): readonly number[] {
    const name = metric === "ApproximateNumberOfMessagesVisible" ? "Visible" : metric;
    const keys = values.flatMap((value) => [`${name} ${value} ${statistic}`, `${name} ${value}`]);
    // A metric without events on that day is a flat line.
    return keys.map((key) => this.series.get(key)).find((series) => series !== undefined) ?? blank();
  }

  private connection(path: string, weight: number, last: boolean): number[] {
    const events = each((step) => this.about(34 * weight * daylight(step)));
    const orders = events.map((count) => Math.round(count / 3.4));
    const notRouted = orders.map((count) => (this.dice() < 0.06 * count ? 1 : 0));
    const routed = orders.map((count, step) => count - (notRouted[step] ?? 0));
    this.set("EventsReceived", path, events);
    this.set("OrdersRecorded", path, orders);
    this.set("OrdersRouted", path, routed);
    this.set("OrdersNotRouted", path, notRouted);
    this.set(
      "EventsIgnored",
      path,
      events.map((count) => (this.dice() < 0.02 * count ? 1 : 0)),
    );
    if (last) {
      this.set(
        "SignatureFailures",
        path,
        each((step) => (step === FORGED ? 14 : step === FORGED + 1 ? 9 : 0)),
      );
      this.set(
        "OrdersHeld",
        path,
        each((step) => (step >= HELD.from && step < HELD.to ? 1 : 0)),
      );
    }
    return routed;
  }

  private destination(stage: string, path: string, orders: readonly number[], first: boolean, last: boolean): void {
    let waiting = 0;
    let dead = 0;
    for (const [step, arrived] of orders.entries()) {
      const slow = last && step >= SLOW.from && step < SLOW.to;
      const rejected = first ? (REJECTED.get(step) ?? (step === REJECTED_AGAIN ? 1 : 0)) : 0;
      if (step === REDRIVEN) waiting += dead;
      dead = step === REDRIVEN && first ? 0 : dead + rejected;
      const capacity = slow ? Math.ceil(arrived * 0.4) : 40;
      const created = Math.max(0, Math.min(capacity, waiting + arrived - rejected));
      waiting = Math.max(0, waiting + arrived - rejected - created);
      const stretch = 1 + waiting * 0.12;
      this.put("DeliveriesCreated", path, step, created);
      this.put("DeliveriesRejected", path, step, rejected);
      this.put("WaitingRejected", path, step, dead);
      this.put("DeliveriesRetried", path, step, this.dice() < 0.05 ? 1 : 0);
      this.put("DeliveriesInDoubt", path, step, last && IN_DOUBT.has(step) ? 1 : 0);
      this.put("ProviderThrottled", path, step, slow ? this.about(16) : 0);
      this.put("LateCancellations", path, step, first && step === LATE_CANCELLATION ? 1 : 0);
      this.put(
        "LatencyWebhookToCreated",
        `${path} p50`,
        step,
        (first ? 1800 : 2600) * stretch * (0.9 + 0.2 * this.dice()),
      );
      this.put(
        "LatencyWebhookToCreated",
        `${path} p99`,
        step,
        (first ? 5200 : 7400) * stretch * (0.8 + 0.5 * this.dice()),
      );
      this.put("Visible", queueName.destination(stage, path), step, waiting);
      this.put("Visible", queueName.destinationDeadLetters(stage, path), step, dead);
    }
  }

  private functions(stage: string, providers: ReadonlySet<string>): void {
    const usual: Record<string, number> = { "receive-webhook": 240, "route-order": 480, "find-due": 900 };
    for (const provider of providers) usual[`create-order-${provider}`] = 5200;
    for (const [fn, longest] of Object.entries(usual)) {
      const name = functionName(stage, fn);
      this.set(
        "Duration",
        name,
        each(() => longest * (0.7 + 0.5 * this.dice() + (this.dice() < 0.06 ? 1.6 : 0))),
      );
    }
  }

  private set(metric: string, whose: string, values: number[]): void {
    this.series.set(`${metric} ${whose}`, values);
  }

  private put(metric: string, whose: string, step: number, value: number): void {
    const key = `${metric} ${whose}`;
    const values = this.series.get(key) ?? blank();
    values[step] = value;
    this.series.set(key, values);
  }

  private about = (mean: number): number => Math.max(0, Math.round(mean + (this.dice() - 0.5) * Math.sqrt(mean) * 2));

  /** Between 0 and 1, the same sequence each time. https://en.wikipedia.org/wiki/Linear_congruential_generator */
  private dice(): number {
    this.seed = (Math.imul(this.seed, 1_664_525) + 1_013_904_223) >>> 0;
    return this.seed / 2 ** 32;
  }
}

const blank = (): number[] => Array.from({ length: STEPS }, () => 0);
const each = (value: (step: number) => number): number[] => Array.from({ length: STEPS }, (_, step) => value(step));

/** Few orders at night, most in the evening. */
const daylight = (step: number): number => {
  const hour = step / 6;
  return 0.12 + 0.88 * Math.max(0, Math.sin(((hour - 6) / 18) * Math.PI)) ** 1.3;
};
