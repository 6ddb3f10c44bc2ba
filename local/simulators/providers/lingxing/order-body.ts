import * as z from "zod/mini";
import { requiredTextUpTo, textUpTo } from "../../body-check.ts";

const optional = <Schema extends z.ZodMiniType>(schema: Schema) => z.nullish(schema);
const anyLength = Number.MAX_SAFE_INTEGER;
const required = requiredTextUpTo(anyLength);
const text = textUpTo(anyLength);
const YesNo = z.enum(["是", "否"], "只能是“是”或“否”");

const Item = z.object({
  msku: requiredTextUpTo(50),
  quantity_shipped: z.int("必须是整数").check(z.positive("必须大于0")),
  declared_value: optional(z.number()),
  declared_currency: optional(z.string().check(z.regex(/^[A-Z]{3}$/, "币种错误"))),
});
export type LingxingItem = z.infer<typeof Item>;

/** `POST /order/amzod/api/createOrder`: the document's table, with the limits of Amazon's createFulfillmentOrder. */
export const OrderBody = z.object({
  store_name: required,
  country: required,
  order_id: requiredTextUpTo(40),
  is_blank_box: optional(YesNo),
  is_block_amzl: optional(YesNo),
  receiver: required,
  country_code: z.string().check(z.regex(/^[A-Z]{2}$/, "国家简码错误")),
  region: required,
  city: optional(text),
  address1: required,
  address2: optional(text),
  postcode: required,
  phone_number: optional(text),
  buyers_mailbox: requiredTextUpTo(64).check(z.regex(/^[^@\s]+@[^@\s]+$/, "邮箱格式错误")),
  order_id_for_packing: z.string().check(
    z.regex(/^[\x20-\x7e\xa0-\xff]{1,40}$/, "必须是1到40个ISO 8859-1字符"),
    z.refine((id) => !id.includes("  "), "不能有连续空格"),
  ),
  date_for_packing: z.string().check(z.regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?$/, "日期格式错误")),
  remark_for_packing: optional(textUpTo(750)),
  delivery_operation: optional(z.enum(["立即配送", "保留订单"], "枚举值错误")),
  delivery_service: optional(z.enum(["标准配送", "加急配送", "优先配送"], "枚举值错误")),
  remark: optional(text),
  item_list: z.array(Item).check(z.minLength(1, "不能为空"), z.maxLength(100, "不能超过100个")),
});
export type LingxingBody = z.infer<typeof OrderBody>;
