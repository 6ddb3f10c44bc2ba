import { checkBody } from "../../body-check.ts";
import { isKnownSku } from "../../simulator.ts";
import { STORES, type Store } from "./company.ts";
import { type LingxingBody, OrderBody } from "./order-body.ts";
import { regionsOf } from "./regions.ts";
import type { LingxingSwitches } from "./switches.ts";

export type Checked =
  | { ok: true; body: LingxingBody; store: Store }
  /** `type`: code 102, "parameters not valid"; `business`: code 500, "failed". */
  | { ok: false; kind: "type" | "business"; detail: string };

export function checkOrder(request: unknown, switches: Readonly<LingxingSwitches>): Checked {
  const checked = checkBody(OrderBody, request);
  if (!checked.ok) {
    const { field, what, message } = checked.complaint;
    if (what === "type" || field === "") return { ok: false, kind: "type", detail: `${field} => ${field} 类型错误` };
    return refused(`${field} ${what === "missing" ? "不能为空" : message}`);
  }
  const { body } = checked;
  const store = STORES.find(({ name, country }) => name === body.store_name && country === body.country);
  if (!store) return refused("店铺不存在");
  if (store.status !== 1) return refused("店铺状态异常");
  const complaint = aboutAddress(body, switches) ?? aboutItems(body, switches);
  return complaint === undefined ? { ok: true, body, store } : refused(`${complaint}${quote(body)}`);
}

const refused = (detail: string): Checked => ({ ok: false, kind: "business", detail });

function aboutAddress(
  body: LingxingBody,
  { britain, japaneseCity, regionByList }: LingxingSwitches,
): string | undefined {
  const city = body.city?.trim();
  if (body.country === "日本") {
    if (city && japaneseCity === "refused") return "日本市场不能填写城市";
  } else if (!city) return "city 不能为空";
  const other = { GB: "UK", UK: "GB", either: "" }[britain];
  if (body.country_code === other) return "国家简码错误";
  const regions = regionsOf(body.country_code === "GB" ? "UK" : body.country_code);
  const isListed = regions.some(({ code, state_or_province_name: name }) => `${code}-${name}` === body.region);
  return regionByList && regions.length > 0 && !isListed ? "地区不存在" : undefined;
}

function aboutItems(
  { country, item_list: items }: LingxingBody,
  { repeatedMsku }: LingxingSwitches,
): string | undefined {
  const unknown = items.find(({ msku }) => !isKnownSku(msku));
  if (unknown) return `MSKU ${unknown.msku} 不存在`;
  if (items.reduce((sum, item) => sum + item.quantity_shipped, 0) > 250) return "商品总数不能超过250";
  // A seller's item ID must be unique in an order, and Lingxing can only make it from the MSKU.
  if (repeatedMsku === "refused" && new Set(items.map(({ msku }) => msku)).size < items.length) return "MSKU 重复";
  const undeclared = items.some((item) => item.declared_value == null || item.declared_currency == null);
  return country === "印度" && undeclared ? "印度市场申报价值必填" : undefined;
}

/** Real error texts repeat the buyer's data; a test must detect a client that logs them. */
export const quote = (body: Partial<LingxingBody>): string =>
  ` (${[body.receiver, body.phone_number, body.address1, body.city, body.buyers_mailbox].filter(Boolean).join(", ")})`;
