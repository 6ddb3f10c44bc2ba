import type { Stage } from "../../../infra/stage-file/checked-stage.ts";
import type { Resource } from "../../../infra/template.ts";
import { dollars, sumOf, tableOf } from "./cost.ts";
import { PRICES } from "./prices.ts";
import { costsOf, metricsOf } from "./stage-costs.ts";

const MARKS = ["<!-- npm run costs: from here -->", "<!-- npm run costs: to here -->"] as const;

/** Markdown: the sums, their parts, and the prices. */
export function costReport(stage: Stage, template: ReadonlyMap<string, Resource>): string {
  const { rest, use, orders, delivery } = costsOf(stage, template);
  const { connections, destinations } = stage.config;
  const prices = Object.values(PRICES).map(
    ({ usd, per, unit, source }) =>
      `| ${per === 1 ? "" : `${per.toLocaleString("en")} `}${unit} | ${usd} | ${source} |`,
  );
  return `Stage \`${stage.name}\`: ${connections.length} connections, ${destinations.length} destinations, ${metricsOf(stage)} custom metrics. USD a month, without the free tier:

| | USD |
|---|---|
| at rest: no order at all | **${dollars(sumOf(rest))}** |
| a month in use adds, at most | ${dollars(sumOf(use))} |
| 10,000 orders with one delivery each | **${dollars(sumOf(orders))}** |
| each further delivery of 10,000 orders | ${dollars(sumOf(delivery))} |

### At rest

${tableOf(rest)}

### A month in use, however many orders

${tableOf(use)}

### 10,000 orders, one delivery each

${tableOf(orders)}

### Prices

| of | USD | AWS's page |
|---|---|---|
${prices.join("\n")}`;
}

/** @throws an error if the page has no marks */
export function withReport(page: string, report: string): string {
  const [from, to] = MARKS;
  const start = page.indexOf(from);
  const end = page.indexOf(to);
  if (start < 0 || end < start) throw new Error(`The page needs the lines ${from} and ${to}.`);
  return `${page.slice(0, start + from.length)}\n\n${report}\n\n${page.slice(end)}`;
}
