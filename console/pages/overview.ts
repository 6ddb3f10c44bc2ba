import { html } from "htm/preact";
import * as z from "zod/mini";
import { grouped, waitingOnes } from "../../operator/waiting.ts";
import type { ServerPage, View } from "../page.ts";
import { Empty } from "../parts/empty.ts";
import { Rows } from "../parts/rows.ts";
import { Ago } from "../parts/time.ts";

export const Data = z.object({
  waiting: z.array(
    z.object({
      destination: z.nullable(z.string()),
      kind: z.string(),
      reason: z.string(),
      count: z.number(),
      since: z.string(),
    }),
  ),
});
type Data = z.infer<typeof Data>;

export const page = {
  name: "overview",
  path: "/",
  nav: "Overview",
  title: () => "Overview",
  liveEvery: 2000,
  async load({ stage, now }) {
    const groups = grouped(await waitingOnes(stage.ledger, stage.config, now));
    return {
      waiting: groups.map(({ destination, kind, reason, waiting }) => ({
        destination,
        kind,
        reason,
        count: waiting.length,
        since: waiting[0]?.since ?? "",
      })),
    };
  },
} satisfies ServerPage<typeof Data>;

export const view: View<Data> = ({ data: { waiting } }) => html`<section>
  <h2>What needs a person first</h2>
  ${
    waiting.length === 0
      ? html`<${Empty}>Nothing waits for you<//>`
      : html`<${Rows}
          caption="What needs a person, longest waiting first"
          columns=${["Waiting", "Where", "What", "Orders", "Reason"]}
          rows=${waiting.map(({ destination, kind, reason, count, since }) => ({
            key: `${destination} ${kind} ${reason}`,
            cells: [
              html`<${Ago} at=${since} />`,
              destination ?? "orders",
              html`<a href="/console/failed">${kind}</a>`,
              count,
              reason,
            ],
          }))}
        />`
  }
</section>`;
