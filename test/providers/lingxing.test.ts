import { lingxing } from "../../functions/providers/lingxing/index.ts";
import { MISCONFIGURED_ONCE, NOT_MADE_UNSEEN, REPEATED } from "./contract/fault-cases.ts";
import { providerContract } from "./contract.ts";

/** A gateway's envelope: text code, `msg`. */
const gateway = (code: unknown, msg: string, data: unknown = null) => JSON.stringify({ code, msg, data });
/** A business service's: number code, `message`, `error_details`. */
const business = (code: unknown, message: string, error_details: unknown = [], data: unknown = null) =>
  JSON.stringify({
    code,
    message,
    error_details,
    request_id: "1",
    response_time: "2023-04-27 09:36:32",
    data,
    total: 0,
  });
const nginx = (status: string) => `<html>\n<head><title>${status}</title></head>\n<body>nginx</body>\n</html>`;
const html = { "content-type": "text/html" };

const store = { name: "demo-US", country: "US" };

providerContract(lingxing, {
  settings: { store },
  secret: {
    appId: "ak_0123456789abc",
    appSecret: "lx+demo/secret%2B==&more",
    tokenKey: "bG9jYWwtZGVtby10b2tlbi1rZXktMzItYnl0ZXMhISE=",
  },
  create: /^POST \/order\/amzod\/api\/createOrder$/,
  lookUp: /^POST \/order\/amzod\/api\/orderDetails\/productInformation$/,
  sample: {
    store_name: "demo-US",
    country: "美国",
    order_id: "SHO1-820982911946154508",
    receiver: "Zoé Lefèvre",
    country_code: "FR",
    region: "CVL-Centre-Val de Loire",
    city: "Orléans",
    address1: "7 rue Rabelais",
    address2: "Bâtiment B, Atelier Lefèvre, Centre",
    postcode: "45000",
    phone_number: "07 82 24 67 93",
    buyers_mailbox: "zoe@example.invalid",
    order_id_for_packing: "#1001",
    date_for_packing: "2026-03-01",
    remark_for_packing: "Joyeux anniversaire",
    delivery_operation: "立即配送",
    delivery_service: "标准配送",
    remark:
      "VAT FR12345678901\nIOSS IM2760000742\nDEMO-TEE-M engraving: À Zoé ♥\nDEMO-TEE-M colour: black\nPlease wrap it.\nCode 12A4, ring twice",
    item_list: [
      { msku: "DEMO-TEE-M", quantity_shipped: 2, declared_value: 8, declared_currency: "EUR" },
      { msku: "DEMO-MUG", quantity_shipped: 1 },
    ],
  },
  foreign: (request) => ({ ...Object(request), item_list: [{ msku: "DEMO-CAP", quantity_shipped: 7 }] }),
  faults: {
    // Not executed, says Lingxing: made again with another token, or another timestamp.
    "401-once": REPEATED,
    "token-missing": REPEATED,
    "signature-expired": REPEATED,
    "throttle-103": { outcome: "throttled", state: "created", creates: 2 },
    "error-500-envelope": NOT_MADE_UNSEEN,
    "service-missing": MISCONFIGURED_ONCE,
  },
  answers: [
    { status: 200, body: business(0, "操作成功", [], []), outcome: "created" },
    { status: 200, body: business("0", "操作成功", [], []), outcome: "created" },
    { status: 200, body: business(500, "失败", ["订单号已经存在"]), outcome: "already-exists" },
    { status: 200, body: business("500", "失败", ["订单号已经存在"]), outcome: "already-exists" },
    { status: 500, body: business(500, "失败", ["订单号已经存在"]), outcome: "already-exists" },
    // The same in other words.
    { status: 200, body: business(500, "失败", ["订单号已存在"]), outcome: "already-exists" },
    { status: 200, body: business(500, "失败", ["订单号重复，请修改"]), outcome: "already-exists" },
    { status: 200, body: business(500, "Failure", ["Order number Already Exists"]), outcome: "already-exists" },
    // A text alone, where the document shows a list.
    { status: 200, body: business(500, "失败", "订单号已经存在"), outcome: "already-exists" },
    { status: 200, body: business(500, "失败", "MSKU 不存在"), outcome: "rejected" },
    { status: 200, body: business(500, "失败", [{ msku: "DEMO-MUG", error: "库存不足" }]), outcome: "rejected" },
    { status: 200, body: business(500, "失败", " "), outcome: "in-doubt" },
    { status: 200, body: business(0, "操作成功", "收件人电话格式不正确", []), outcome: "created" },
    // Nothing is wrong with the order.
    { status: 200, body: business(500, "失败", ["系统繁忙,请稍后再试"]), outcome: "down" },
    { status: 200, body: business(500, "失败", "操作频繁"), outcome: "down" },
    // Something may have been made.
    { status: 200, body: business(500, "失败", ["调用亚马逊接口超时"]), outcome: "in-doubt" },
    { status: 200, body: business(500, "失败", ["库存不足"], [{ id: "S01-1" }]), outcome: "in-doubt" },
    { status: 200, body: business(500, "失败", ["系统繁忙", "调用亚马逊接口超时"]), outcome: "in-doubt" },
    { status: 200, body: business(500, "Failure", ["Request to Amazon Timed Out"]), outcome: "in-doubt" },
    {
      status: 200,
      body: business(500, "失败", ["收件人错误"], [{ amazon_order_id: "S01-6274054-1946049" }]),
      outcome: "in-doubt",
    },
    { status: 200, body: business(102, "参数不合法", [], { order: { orderNo: 1946049 } }), outcome: "in-doubt" },
    {
      status: 200,
      body: gateway("3001008", "requests too frequently", { amazon_order_id: "S01-1" }),
      outcome: "in-doubt",
    },
    { status: 200, body: business(500, "失败", ["收件人错误"], { amazon_order_id: "" }), outcome: "rejected" },
    { status: 200, body: business(500, "失败", ["MSKU 不存在"]), outcome: "rejected" },
    { status: 400, body: business(500, "失败", ["MSKU 不存在"]), outcome: "rejected" },
    // The words in the message are not the words in the details.
    { status: 200, body: business(500, "订单号已经存在", []), outcome: "in-doubt" },
    { status: 200, body: business(500, "失败", []), outcome: "in-doubt" },
    { status: 200, body: business(500, "失败", null), outcome: "in-doubt" },
    { status: 200, body: gateway("500", "Internal Server Error"), outcome: "in-doubt" },
    { status: 200, body: gateway("500", "404 NOT_FOUND"), outcome: "failed" },
    { status: 200, body: business(400, "服务不存在", [], []), outcome: "failed" },
    { status: 200, body: gateway("3001008", "requests too frequently. please request later."), outcome: "throttled" },
    { status: 200, body: gateway(3001008, "requests too frequently. please request later."), outcome: "throttled" },
    { status: 200, body: business(103, "请求过于频繁,请稍后再试 [C0C1B855]", [], []), outcome: "throttled" },
    { status: 200, body: business(102, "参数不合法", ["item_list => 错误"], []), outcome: "rejected" },
    { status: 200, body: gateway("102", "参数不合法"), outcome: "rejected" },
    // A new token or signature repairs one such answer; these come five times in a row.
    { status: 200, body: gateway("2001003", "access token is missing or expire"), outcome: "failed" },
    { status: 200, body: gateway("2001005", " access token not match"), outcome: "failed" },
    { status: 200, body: gateway("2001007", "api sign has expired"), outcome: "failed" },
    { status: 200, body: gateway("2001001", "app not exist"), outcome: "failed" },
    { status: 200, body: gateway("2001002", "app secret not correct"), outcome: "failed" },
    { status: 200, body: gateway("2001004", "the api not authorized, please grant first"), outcome: "failed" },
    { status: 200, body: gateway("2001006", " api sign not correct"), outcome: "failed" },
    {
      status: 200,
      body: gateway("3001001", "missing query param(access_token,sign,timestamp,app_key)"),
      outcome: "failed",
    },
    { status: 200, body: gateway("3001002", "ip not permit, please add ip to white list first."), outcome: "failed" },
    { status: 200, body: gateway("0001001", "rsa private decrypt error"), outcome: "failed" },
    { status: 200, body: gateway("401", "授权被禁用，请检查授权状态"), outcome: "failed" },
    { status: 200, body: gateway("403", "授权失效，请更新授权有效期"), outcome: "failed" },
    { status: 403, body: gateway("3001002", "ip not permit, please add ip to white list first."), outcome: "failed" },
    { status: 405, headers: html, body: nginx("405 Not Allowed"), outcome: "failed" },
    // Nothing of this is in the table.
    { status: 200, body: gateway("200", "OK"), outcome: "in-doubt" },
    { status: 200, body: gateway("1", "?"), outcome: "in-doubt" },
    { status: 200, body: JSON.stringify({ message: "操作成功" }), outcome: "in-doubt" },
    { status: 200, body: "", outcome: "in-doubt" },
    { status: 200, headers: html, body: nginx("Maintenance"), outcome: "in-doubt" },
    { status: 302, headers: { location: "/elsewhere" }, outcome: "in-doubt" },
    { status: 429, outcome: "in-doubt" },
    { status: 500, headers: html, body: nginx("500 Internal Server Error"), outcome: "in-doubt" },
    { status: 500, body: business(0, "操作成功", [], []), outcome: "in-doubt" },
    { status: 502, headers: html, body: nginx("502 Bad Gateway"), outcome: "in-doubt" },
    { status: 503, outcome: "in-doubt" },
    { status: 504, headers: html, body: nginx("504 Gateway Time-out"), outcome: "in-doubt" },
  ],
  positions: [
    { name: "business codes as text", switches: { businessCode: "string" } },
    { name: "gateway codes as numbers", switches: { gatewayCode: "number" } },
    { name: "errors with HTTP 400", switches: { errorStatus: 400 } },
    { name: "nested values signed sorted", switches: { signedNested: "sorted" } },
    { name: "nested values signed as sent", switches: { signedNested: "as-sent" } },
    { name: "old tokens stay good", switches: { newTokenDisplaces: false } },
    { name: "token by query", settings: { tokenForm: "query" } },
    { name: "token urlencoded", settings: { tokenForm: "urlencoded" } },
    { name: "numbers unique in the company", switches: { uniqueness: "company" }, settings: { uniqueness: "company" } },
    { name: "look-ups a minute late", switches: { readDelayMs: 60_000 } },
    { name: "empty lists as null", switches: { emptyLists: "null" } },
    { name: "rows with the least they can have", switches: { rows: "brief" } },
    { name: "errors as one text", switches: { detailsForm: "text" } },
    { name: "complaints beside a success", switches: { complaint: "beside-success" } },
    { name: "unknown fields ignored", switches: { unknownFields: "ignored" } },
    { name: "limits unchecked", switches: { amazonLimits: "ignored", packingCharacters: "any" } },
    { name: "cities of 30", switches: { cityCharacters: 30 }, settings: { limits: { city: 30 } } },
    { name: "unknown orders as an error", switches: { unknownOrder: "error" } },
    { name: "statuses in capitals", switches: { statusCase: "UPPER" } },
    { name: "cancelled orders without quantities", switches: { cancelledQuantity: "zero" } },
    { name: "any region", switches: { region: "any" } },
    { name: "MSKUs checked first", settings: { checkMsku: true } },
    { name: "order held there", settings: { deliveryOperation: "hold", blankBox: true, blockAmazonLogistics: false } },
    { name: "packing date with time", settings: { packingDate: "date-time", timeZone: "America/Los_Angeles" } },
    { name: "another throttle code", switches: { throttleCode: "103" } },
    { name: "other failures in doubt", settings: { otherFailures: "in-doubt" } },
    { name: "region by name", settings: { region: "name" }, switches: { region: "name" } },
    { name: "region by code", settings: { region: "code" }, switches: { region: "code" } },
    {
      name: "a Japanese store",
      settings: { store: { name: "demo-JP", country: "日本" } },
      switches: { japaneseCity: "refused" },
    },
    {
      name: "a Japanese store, city left out",
      settings: { store: { name: "demo-JP", country: "JP" }, japaneseCity: "none" },
    },
    {
      name: "a Japanese store, city sent as such",
      settings: { store: { name: "demo-JP", country: "JP" }, japaneseCity: "city" },
      switches: { japaneseCity: "accepted" },
    },
    {
      name: "an Indian store",
      settings: { store: { name: "demo-IN", country: "IN" }, declaredValue: "or-unit-price" },
    },
  ],
});
