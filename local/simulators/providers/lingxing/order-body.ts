import * as z from "zod/mini";
import { requiredTextUpTo, textUpTo } from "../../body-check.ts";
import { isCalendarDay, isCurrency } from "../../iso-codes.ts";
import type { LingxingSwitches } from "./switches.ts";

const anyLength = Number.MAX_SAFE_INTEGER;
const required = requiredTextUpTo(anyLength);
const text = textUpTo(anyLength);
const YesNo = z.enum(["是", "否"], "只能是“是”或“否”");

const Day = z.string().check(
  z.regex(/^\d{4}-\d\d-\d\d(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d)?$/, "日期格式错误"),
  z.refine((date) => isCalendarDay(date.slice(0, 10)), "日期不存在"),
);

const ITEM = {
  msku: requiredTextUpTo(50),
  quantity_shipped: z.int("必须是整数").check(z.positive("必须大于0")),
  declared_value: z.optional(z.number().check(z.minimum(0, "不能小于0"))),
  declared_currency: z.optional(z.string().check(z.refine(isCurrency, "币种错误"))),
};
const ORDER = {
  store_name: required,
  country: required,
  order_id: requiredTextUpTo(40),
  is_blank_box: z.optional(YesNo),
  is_block_amzl: z.optional(YesNo),
  receiver: required,
  country_code: z.string().check(z.regex(/^[A-Z]{2}$/, "国家简码错误")),
  region: required,
  city: z.optional(text),
  address1: required,
  address2: z.optional(text),
  postcode: required,
  phone_number: z.optional(text),
  buyers_mailbox: requiredTextUpTo(64).check(z.regex(/^[^@\s]+@[^@\s]+$/, "邮箱格式错误")),
  order_id_for_packing: z.string().check(
    z.regex(/^[\x20-\x7e\xa0-\xff]{1,40}$/, "必须是1到40个ISO 8859-1字符"),
    z.refine((id) => !id.includes("  "), "不能有连续空格"),
  ),
  date_for_packing: Day,
  remark_for_packing: z.optional(textUpTo(750)),
  delivery_operation: z.optional(z.enum(["立即配送", "保留订单"], "枚举值错误")),
  delivery_service: z.optional(z.enum(["标准配送", "加急配送", "优先配送"], "枚举值错误")),
  remark: z.optional(text),
};
const itemsOf = <Item extends z.ZodMiniType>(item: Item) =>
  z.array(item).check(z.minLength(1, "不能为空"), z.maxLength(100, "不能超过100个"));

const Strict = z.strictObject({ ...ORDER, item_list: itemsOf(z.strictObject(ITEM)) });
const Loose = z.object({ ...ORDER, item_list: itemsOf(z.object(ITEM)) });
export type LingxingBody = z.infer<typeof Loose>;

/** `POST /order/amzod/api/createOrder`: the document's table, with the limits of Amazon's createFulfillmentOrder. */
export const orderBody = ({ unknownFields }: Pick<LingxingSwitches, "unknownFields">) =>
  unknownFields === "refused" ? Strict : Loose;
