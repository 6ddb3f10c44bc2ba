import * as z from "zod/mini";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { retryAfter } from "../../../shared/connector/http.ts";
import { Id } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Account, ChangedOrder, ChannelApi } from "../channel.ts";
import type { SigningSecrets } from "../schemes.ts";
import { isAnonymised, mapOrder } from "./map-order.ts";
import { isDraft, isOver } from "./order-state.ts";
import { type LineItem, RestOrder, RestRefund } from "./payload.ts";
import type { Credentials, Settings } from "./settings.ts";
import { mayBeDigital } from "./ship-to-of.ts";
import { timeOf } from "./time-of.ts";

/** The largest page. https://woocommerce.github.io/woocommerce-rest-api-docs/#pagination */
const PAGE = 100;
/** `status` of a list. `any` leaves out the bin. */
const LISTS = ["any", "trash"] as const;

const Row = z.object({
  id: Id,
  status: z.string(),
  date_modified: z.optional(z.string()),
  date_modified_gmt: z.string(),
});
const ErrorBody = z.object({ code: z.string() });

type OurAccount = Account<SigningSecrets, Settings, Credentials>;
type Query = Readonly<Record<string, string | number>>;

/** The REST API wc/v3 of one shop. https://woocommerce.github.io/woocommerce-rest-api-docs/ */
export const api: ChannelApi<SigningSecrets, Settings, Credentials> = {
  open(account, tools) {
    const { settings } = account;
    const get = getter(account, tools);
    return {
      async order(id) {
        // Its IDs are numbers; the address of any other is unknown to it.
        if (!/^\d{1,20}$/.test(id)) return "gone";
        const found = await get(`/orders/${id}`, {}, RestOrder);
        if (found === "gone") return "gone";
        if (found.id !== id) throw new MalformedEvent({ field: "id", problem: "is not that of the order asked for" });
        if (isOver(found, settings) || isAnonymised(found)) {
          return { order: mapOrder(found, { refunds: [], virtualLines: new Set() }, settings) };
        }
        const refunds = found.refunds.length > 0 ? await refundsOf(id) : [];
        const virtualLines = mayBeDigital(found) ? await virtualLinesOf(found.line_items) : new Set<string>();
        return { order: mapOrder(found, { refunds, virtualLines }, settings) };
      },
      async *changedSince(time) {
        const from = new Date(Date.parse(time) - settings.listOverlap).toISOString();
        for (const status of LISTS) yield* changed(status, from);
      },
      async check() {
        await get("/orders", { per_page: 1, _fields: "id" }, z.array(z.unknown()));
      },
    };

    async function refundsOf(id: string): Promise<RestRefund[]> {
      const all: RestRefund[] = [];
      for (let page = 1; ; page += 1) {
        const rows = await get(`/orders/${id}/refunds`, { per_page: PAGE, page }, z.array(RestRefund));
        if (rows === "gone") throw new Unavailable("the shop has the order and not its refunds");
        all.push(...rows);
        if (rows.length < PAGE) return all;
      }
    }

    async function virtualLinesOf(lines: readonly LineItem[]): Promise<Set<string>> {
      const known = new Map<string, boolean>();
      for (const path of new Set(lines.flatMap(productPath))) {
        const product = await get(path, { _fields: "virtual" }, z.object({ virtual: z.boolean() }));
        known.set(path, product !== "gone" && product.virtual);
      }
      return new Set(lines.flatMap((line) => (productPath(line).some((path) => known.get(path)) ? line.id : [])));
    }

    /**
     * A page number names another page once an order changes: it moves to the end, and all behind it move up. So each
     * page is asked for by the time of the last order of the one before. Only where a whole page has one time does the
     * page number count on; then its pages are read once more, from the last to the first, for what moved up meanwhile.
     */
    async function* changed(status: string, time: string): AsyncIterable<ChangedOrder> {
      const seen = new Set<string>();
      const unseen = (rows: readonly z.infer<typeof Row>[]): ChangedOrder[] => {
        const fresh = rows.filter((row) => !seen.has(keyOf(row)));
        for (const row of fresh) seen.add(keyOf(row));
        return fresh.filter((row) => !isDraft(row)).map(changedOrder);
      };
      let after = secondBefore(time);
      for (let page = 1; ; ) {
        const rows = await list(status, after, page);
        yield* unseen(rows);
        const last = rows.at(-1);
        const next = last ? secondBefore(timeOfRow(last) ?? time) : after;
        const isLast = rows.length < PAGE;
        if (!isLast && next <= after) {
          page += 1;
          continue;
        }
        for (let before = page - 1; before > 0; before -= 1) yield* unseen(await list(status, after, before));
        if (isLast) return;
        [after, page] = [next, 1];
      }
    }

    async function list(status: string, after: string, page: number): Promise<z.infer<typeof Row>[]> {
      const rows = await get(
        "/orders",
        {
          // Without `dates_are_gmt` the shop takes the bound for its own time. Bounds are exclusive, to the second.
          ...{ modified_after: after, dates_are_gmt: "true", orderby: "modified", order: "asc", status },
          ...{ per_page: PAGE, page, _fields: "id,status,date_modified_gmt" },
        },
        z.array(Row),
      );
      return rows === "gone" ? [] : rows;
    }

    function timeOfRow(row: z.infer<typeof Row>): string | undefined {
      return timeOf(row, "date_modified", settings);
    }

    function changedOrder(row: z.infer<typeof Row>): ChangedOrder {
      return { id: row.id, changedAt: timeOfRow(row), state: row.status };
    }
  },
};

const keyOf = ({ id, date_modified_gmt }: z.infer<typeof Row>): string => `${id} ${date_modified_gmt}`;

/** `2026-11-02T09:59:59`, as the shop writes it. */
const secondBefore = (time: string): string => new Date(Date.parse(time) - 1000).toISOString().slice(0, 19);

/** Where its product is; a product that was deleted from the shop may leave no ID. */
function productPath({ product_id: product, variation_id: variation }: LineItem): string[] {
  if (product === undefined) return [];
  return [variation === undefined ? `/products/${product}` : `/products/${product}/variations/${variation}`];
}

/** Makes a GET call. @returns "gone" if the shop says that it has no such thing */
function getter({ settings, credentials }: OurAccount, tools: ApiTools) {
  const keys = { consumer_key: credentials.consumerKey, consumer_secret: credentials.consumerSecret };
  const basic = Buffer.from(`${credentials.consumerKey}:${credentials.consumerSecret}`).toString("base64");
  const inHeader = settings.keysIn === "header";

  return async function get<T>(path: string, query: Query, schema: z.ZodMiniType<T>): Promise<T | "gone"> {
    const answer = await answerToRead(
      tools.http({
        method: "GET",
        url: urlOf(path, inHeader ? query : { ...query, ...keys }, settings),
        headers: { accept: "application/json", ...(inHeader && { authorization: `Basic ${basic}` }) },
      }),
    );
    if (answer.status !== 200) return failure(answer, tools.now());
    const json = readAnswer(answer, z.unknown());
    // Firewalls and pages of maintenance answer HTML with 200.
    if (json === undefined) throw new Unavailable("the shop answered 200 and no JSON: a page before its API?");
    const parsed = z.safeParse(schema, json);
    if (parsed.success) return parsed.data;
    throw malformed(parsed.error);
  };
}

function urlOf(path: string, query: Query, { url, permalinks }: Settings): string {
  const isPretty = permalinks === "pretty";
  const target = new URL(isPretty ? `${url}/wp-json/wc/v3${path}` : `${url}/`);
  if (!isPretty) target.searchParams.set("rest_route", `/wc/v3${path}`);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, String(value));
  return target.href;
}

/** An answer that is no success. Which code WordPress gives says what happens next. */
function failure(answer: HttpAnswer, now: number): "gone" {
  const { status } = answer;
  const code = readAnswer(answer, ErrorBody)?.code ?? "";
  const said = /^\w{1,80}$/.test(code) ? ` (${code})` : "";
  if (status === 404 && /_invalid_id$/.test(code)) return "gone";
  if (status === 429) throw new Throttled("the shop's host limits the calls", retryAfter(answer, now));
  if (status >= 500) throw new Unavailable(`the shop answered ${status}${said}`);
  throw status === 400 ? new Rejected(`the shop answered 400${said}`) : new Misconfigured(whyRefused(status, said));
}

function whyRefused(status: number, said: string): string {
  const why: Record<number, string> = {
    401: "the API key is wrong or was revoked, or the shop's host drops the header Authorization (setting keysIn)",
    403: said
      ? "the API key's user may not read orders; the key itself is valid"
      : "a firewall before the shop refuses the call",
    404: "there is no REST API at this address: check the settings url and permalinks",
  };
  const isRedirect = status >= 300 && status < 400;
  const redirected = "it redirects: the setting url is not the shop's own address";
  return `the shop answered ${status}${said}: ${why[status] ?? (isRedirect ? redirected : "the call is not allowed")}`;
}
