import { checkBody } from "../../body-check.ts";
import { isCountry } from "../../iso-codes.ts";
import { isKnownSku } from "../../simulator.ts";
import { STORES, type Store } from "./company.ts";
import { type LingxingBody, orderBody } from "./order-body.ts";
import { regionsOf } from "./regions.ts";
import type { LingxingSwitches } from "./switches.ts";

export type Checked =
  | { ok: true; body: LingxingBody; store: Store }
  /** `type`: code 102, "parameters not valid"; `business`: code 500, "failed". */
  | { ok: false; kind: "type" | "business"; detail: string };

export function checkOrder(request: unknown, switches: Readonly<LingxingSwitches>): Checked {
  const checked = checkBody(orderBody(switches), request);
  if (!checked.ok) {
    const { field, what, message } = checked.complaint;
    if (what === "unknown") return { ok: false, kind: "type", detail: `${field} => ${field} 未知参数` };
    if (what === "type" || field === "") return { ok: false, kind: "type", detail: `${field} => ${field} 类型错误` };
    return refused(`${field} ${what === "missing" ? "不能为空" : message}`);
  }
  const { body } = checked;
  const store = STORES.find(({ name, country }) => name === body.store_name && country === body.country);
  if (!store) return refused("店铺不存在");
  if (store.status !== 1) return refused("店铺状态异常");
  const complaint = aboutAddress(body, switches) ?? aboutTexts(body, switches) ?? aboutItems(body);
  return complaint === undefined ? { ok: true, body, store } : refused(`${complaint}${quote(body)}`);
}

const refused = (detail: string): Checked => ({ ok: false, kind: "business", detail });

function aboutAddress(body: LingxingBody, { britain, japaneseCity, region }: LingxingSwitches): string | undefined {
  const city = body.city?.trim();
  if (body.country === "日本") {
    if (city && japaneseCity === "refused") return "日本市场不能填写城市";
  } else if (!city) return "city 不能为空";
  const other = { GB: "UK", UK: "GB", either: "" }[britain];
  if (body.country_code === other || (body.country_code !== "UK" && !isCountry(body.country_code))) {
    return "国家简码错误";
  }
  const regions = regionsOf(body.country_code === "GB" ? "UK" : body.country_code);
  const written = (code: string, name: string) => ({ code, name, "code-name": `${code}-${name}`, any: body.region });
  const isListed = regions.some((one) => written(one.code, one.state_or_province_name)[region] === body.region);
  return regions.length > 0 && !isListed ? "地区不存在" : undefined;
}

/** What Amazon takes; it would refuse later, when Lingxing has long said "created". */
function aboutTexts(body: LingxingBody, switches: LingxingSwitches): string | undefined {
  const { amazonLimits, cityCharacters, packingCharacters } = switches;
  const limits = {
    receiver: 50,
    address1: 180,
    address2: 60,
    city: cityCharacters,
    phone_number: 20,
    remark: 750,
  } as const;
  const long = Object.entries(limits).find(([field, max]) => [...textOf(body, field)].length > max);
  if (long && amazonLimits === "refused") return `${long[0]} 长度不能超过${long[1]}`;
  const isPrinted = /^[\t\n\r\x20-\x7e\xa0-\xff]*$/.test(body.remark_for_packing ?? "");
  const anything = packingCharacters === "any" || body.country === "日本";
  return isPrinted || anything ? undefined : "remark_for_packing 只能包含ISO 8859-1字符";
}

const textOf = (body: LingxingBody, field: string): string => String(Reflect.get(body, field) ?? "");

function aboutItems({ country, item_list: items }: LingxingBody): string | undefined {
  const unknown = items.find(({ msku }) => !isKnownSku(msku));
  if (unknown) return `MSKU ${unknown.msku} 不存在`;
  if (items.reduce((sum, item) => sum + item.quantity_shipped, 0) > 250) return "商品总数不能超过250";
  // A seller's item ID must be unique in an order, and Lingxing can only make it from the MSKU.
  if (new Set(items.map(({ msku }) => msku)).size < items.length) return "MSKU 重复";
  const undeclared = items.some((item) => item.declared_value === undefined);
  const half = items.some((item) => (item.declared_value === undefined) !== (item.declared_currency === undefined));
  if (half) return "申报价值和申报货币必须同时填写";
  return country === "印度" && undeclared ? "印度市场申报价值必填" : undefined;
}

/** Real error texts repeat the buyer's data; a test must detect a client that logs them. */
export const quote = (body: Partial<LingxingBody>): string =>
  ` (${[body.receiver, body.phone_number, body.address1, body.city, body.buyers_mailbox].filter(Boolean).join(", ")})`;
