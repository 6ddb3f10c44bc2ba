import type { Trace } from "../../shared/ledger/trace.ts";
import type { Sandbox } from "../simulators/sandbox.ts";
import type { Played, Scene } from "./scenes.ts";

export interface Row {
  what: string;
  answered: string;
  ledger: string;
  /** For each provider: how many orders its simulator holds, and the delivery's state. */
  providers: string[];
}

/** A scene's result. @param trace undefined if the ledger does not know the order */
export function rowOf(sandbox: Sandbox, { title, expect }: Scene, { statuses }: Played, trace: Trace | undefined): Row {
  const answered = [...new Set(statuses)].map((status) => {
    const times = statuses.filter((one) => one === status).length;
    return times > 1 ? `${status} ×${times}` : String(status);
  });
  return {
    what: `${title}: ${expect}`,
    answered: answered.join(" "),
    ledger: trace ? [trace.state, trace.reason].filter(Boolean).join(": ") : "no record",
    providers: sandbox.providers.map((provider) => {
      const delivery = trace?.deliveries.find(({ destination }) => destination.startsWith(`${provider}/`));
      if (delivery === undefined) return "-";
      const count = sandbox.orders(provider).filter(({ reference }) => reference === delivery.reference).length;
      return `${count} ${delivery.state}`;
    }),
  };
}

export function resultTable(providers: readonly string[], rows: readonly Row[]): string {
  const cells = [
    ["what happened", "answered", "ledger", ...providers],
    ...rows.map(({ what, answered, ledger, providers: states }) => [what, answered, ledger, ...states]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [lines[0], widths.map((width) => "-".repeat(width)).join("  "), ...lines.slice(1)].join("\n");
}
