import * as z from "zod/mini";
import { isSuccess } from "../../../shared/connector/answer-table.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { Anything, looseRow, rowsOf, Shown, Total } from "../../../shared/connector/list-schema.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { answerToCreate, answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Rejected, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import { readError } from "./answers.ts";
import type { Secret, Settings } from "./settings.ts";
import { Id, ShopOrder, unwrapped } from "./shop-order.ts";

const Variant = z.object({
  id: Id,
  product_id: Id,
  sku: lenient(z.union([z.string(), z.number()])),
  price: lenient(z.union([z.string(), z.number()])),
});
export type Variant = z.infer<typeof Variant>;

/** `{"errors":["Unable to find resource"]}` */
const NotFound = z.object({ errors: z.array(z.string()) });
const OneOrder = unwrapped(z.object({ order: z.record(z.string(), z.unknown()) }));
/** Go writes an empty list as null, or as a list. */
const Page = unwrapped(
  z.object({ orders: z.nullable(z.array(z.unknown())), cursor: z.nullish(z.string()), has_more: Anything }),
);
const Counted = unwrapped(z.object({ count: Total }));
/** A search shows others, too: these may have any shape. */
const Variants = unwrapped(z.object({ variants: rowsOf(looseRow(z.object({ sku: Shown }))) }));
const OneVariant = unwrapped(z.object({ variant: Variant }));

/** The calls of one shop's API. Reads throw Throttled, Misconfigured and Unavailable; `create` gives the answer as it came. */
export function openApi({ secret, settings }: Account<Settings, Secret>, tools: Tools) {
  const { version: usual } = settings;
  const headers = { "access-token": secret.token, accept: "application/json" };
  const url = (version: string, path: string, query = {}) => {
    const text = new URLSearchParams(query).toString();
    return `${secret.baseUrl}/openapi/${version}/${path}${text && `?${text}`}`;
  };
  const post = (version: string, path: string, body: unknown) =>
    tools.http({
      method: "POST",
      url: url(version, path),
      headers: { ...headers, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const get = (version: string, path: string, query?: Record<string, string>) =>
    answerToRead(tools.http({ method: "GET", url: url(version, path, query), headers }));

  async function read<T>(schema: z.ZodMiniType<T>, version: string, path: string, query?: Record<string, string>) {
    return readable(accepted(await get(version, path, query)), schema);
  }

  /** The API's own 404 says that there is none; any other comes from a wrong address. */
  async function readIfThere<T>(schema: z.ZodMiniType<T>, path: string): Promise<T | undefined> {
    const answer = await get(usual, path);
    if (answer.status === 404 && readAnswer(answer, NotFound)) return undefined;
    return readable(accepted(answer), schema);
  }

  /** @throws Throttled, Misconfigured, Unavailable for what is not 2xx */
  function accepted(answer: HttpAnswer): HttpAnswer {
    if (isSuccess(answer)) return answer;
    throw readError(answer, tools);
  }

  function readable<T>(answer: HttpAnswer, schema: z.ZodMiniType<T>): T {
    const read = readAnswer(answer, schema);
    if (read === undefined) throw new Unavailable("Shoplazza's answer cannot be read.");
    return read;
  }

  const orderAsIs = async (id: string) => (await readIfThere(OneOrder, `orders/${encodeURIComponent(id)}`))?.order;

  return {
    create: (body: unknown) => answerToCreate(post(usual, "orders", body)),

    async order(id: string): Promise<ShopOrder | undefined> {
      const raw = await orderAsIs(id);
      return raw && readShopOrder(raw);
    },
    orderAsIs,
    /** How many orders a window has; NaN if the answer does not say. */
    count: async (query: Record<string, string>) => (await read(Counted, usual, "orders/count", query)).count,

    /** Orders are given as they came: only ours have to be readable. */
    page: (version: string, query: Record<string, string>) => read(Page, version, "orders", query),

    /** Those of exactly that SKU: several variants may have one, and a search may be looser than the SKU. */
    async variantsBySku(sku: string): Promise<Variant[]> {
      // No encoding keeps these two from being taken as path steps.
      if (sku === "." || sku === "..") return [];
      const found = await readIfThere(Variants, `products/sku/${encodeURIComponent(sku)}/variants`);
      return (found?.variants ?? [])
        .filter((row) => row.sku === sku.trim())
        .map(({ raw }) => {
          const variant = Variant.safeParse(raw);
          if (variant.success) return variant.data;
          throw new Unavailable(`Shoplazza's variant of SKU ${sku} cannot be read.`);
        });
    },

    async variant(id: string): Promise<Variant | undefined> {
      return (await readIfThere(OneVariant, `variants/${encodeURIComponent(id)}`))?.variant;
    },

    /** @throws Rejected when the shop will not, beside what reads throw; safe to repeat once the order was read */
    async pay(id: string, gateway: string | undefined): Promise<void> {
      const path = `orders/${encodeURIComponent(id)}/payment/success`;
      // 2026-01 records a test payment ("bogus") for an empty body; 2022-01 documents only a billing address.
      const answer = await answerToRead(gateway ? post("2026-01", path, { gateway }) : post(usual, path, {}));
      if (answer.status === 406 || answer.status === 422) {
        throw new Rejected(`Shoplazza does not mark order ${id} paid: ${answer.status}. Mark it in the shop's admin.`);
      }
      accepted(answer);
    },

    async check(): Promise<void> {
      await read(z.unknown(), usual, "shop");
    },
  };
}
export type Api = ReturnType<typeof openApi>;

/** @throws Unavailable for an order that is meant and cannot be read: it must not be taken for absent */
export function readShopOrder(listed: unknown): ShopOrder {
  const order = ShopOrder.safeParse(listed);
  if (order.success) return order.data;
  throw new Unavailable("Shoplazza has an order with our reference that cannot be read.");
}
