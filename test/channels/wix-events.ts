import { createSign, generateKeyPairSync } from "node:crypto";
import * as z from "zod/mini";
import type { Meaning, Reading } from "../../functions/channels/channel.ts";
import { wix } from "../../functions/channels/wix/index.ts";
import { Settings } from "../../functions/channels/wix/settings.ts";
import type { Order } from "../../shared/order.ts";
import { event } from "../support/deliveries.ts";

export const INSTANCE = "4a8b0c1d-2e3f-4051-8263-748596a7b8c9";
export const ORDER_ID = "5d0c3a52-6f0e-4c0b-9a86-0b7f5a4f2c11";
export const FQDN = "wix.ecom.v1.order";

/** Two apps' key pairs, as PEM. */
export const [OURS, OTHERS] = [newKey(), newKey()] as const;

function newKey() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = { type: "spki", format: "pem" } as const;
  return {
    publicKey: String(publicKey.export(pem)),
    privateKey: String(privateKey.export({ type: "pkcs8", format: "pem" })),
  };
}

export const secretOf = (...publicKeys: string[]) => ({
  publicKeys,
  appId: "0b4f6a2c-7d8e-4f10-9a3b-5c6d7e8f9012",
  appSecret: "app-secret",
  tokenKey: Buffer.alloc(32, 7).toString("base64"),
});

const part = (text: string | object): string =>
  Buffer.from(typeof text === "string" ? text : JSON.stringify(text)).toString("base64url");

interface TokenOptions {
  header?: object;
  privateKey?: string;
  /** Of the hash that is signed. */
  hash?: string;
}

/** A JWT by RFC 7515, signed by node:crypto. @param claims an object, or JSON text */
export function token(
  claims: object | string,
  { header = { alg: "RS256", typ: "JWT" }, privateKey = OURS.privateKey, hash = "sha256" }: TokenOptions = {},
): string {
  const signed = `${part(header)}.${part(claims)}`;
  return `${signed}.${createSign(hash).update(signed).sign(privateKey, "base64url")}`;
}

interface Delivery {
  eventType?: string;
  instanceId?: unknown;
  /** An object, JSON text, or undefined for none. */
  payload?: object | string | undefined;
}

/** The claims of a webhook: JSON in JSON in JSON. */
export function claims({ eventType = `${FQDN}_updated`, instanceId = INSTANCE, payload }: Delivery): object {
  const data = typeof payload === "object" ? JSON.stringify(payload) : payload;
  return { data: JSON.stringify({ data, instanceId, eventType, identity: '{"identityType":"UNKNOWN"}' }) };
}

export const money = (amount: string) => ({ amount, formattedAmount: `$${amount}` });

export const line = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: "00000000-0000-0000-0000-000000000001",
  productName: { original: "Tee" },
  catalogReference: {
    catalogItemId: "p-1",
    appId: "1380b703-ce81-ff05-f115-39571d94dfcd",
    options: { variantId: "v-1" },
  },
  quantity: 2,
  physicalProperties: { sku: "DEMO-TEE-M", shippable: true },
  itemType: { preset: "PHYSICAL" },
  refundQuantity: 0,
  price: money("10.00"),
  ...changes,
});

/** The least that Wix's paid order says, to be shipped to an address. */
export const leastOrder = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: ORDER_ID,
  number: "10042",
  createdDate: "2026-10-01T10:00:00.000Z",
  updatedDate: "2026-10-01T10:00:05.000Z",
  status: "APPROVED",
  paymentStatus: "PAID",
  fulfillmentStatus: "NOT_FULFILLED",
  currency: "USD",
  priceSummary: { subtotal: money("20.00"), totalPrice: money("20.00") },
  shippingInfo: {
    title: "Standard",
    logistics: {
      shippingDestination: {
        address: {
          country: "US",
          subdivision: "US-KY",
          city: "Louisville",
          postalCode: "40202",
          addressLine: "1 Main St",
        },
        contactDetails: { firstName: "Ada", lastName: "Byron" },
      },
    },
  },
  lineItems: [line()],
  ...changes,
});

/** What an event of an order says. */
export const payload = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  id: "520d5673-b7fb-4e7f-8e05-e6489a73d734",
  entityFqdn: FQDN,
  slug: "updated",
  entityId: ORDER_ID,
  eventTime: "2026-10-01T10:00:06.000Z",
  triggeredByAnonymizeRequest: false,
  ...changes,
});

export const updated = (order: Record<string, unknown>, changes: Record<string, unknown> = {}) =>
  payload({ entityId: order["id"], updatedEvent: { currentEntity: order }, ...changes });

/** Reads a delivery as route-order does. */
export async function read(
  delivery: Delivery,
  settings: Record<string, unknown> = {},
): Promise<Reading<Meaning["kind"]>> {
  return readBody(token(claims(delivery)), settings);
}

export async function readBody(body: string, settings: Record<string, unknown> = {}) {
  const { topic, eventTime, meaning } = (await wix.reader()).interpret(event("wix", body));
  const about = { connection: "wix/demo", shop: INSTANCE, settings: z.parse(Settings, settings) };
  return { topic, ...(eventTime !== undefined && { eventTime }), ...meaning(about) };
}

export async function orderIn(changes: Record<string, unknown> = {}, settings = {}): Promise<Order> {
  const reading = await read({ payload: updated(leastOrder(changes)) }, settings);
  if (reading.kind !== "order") throw new Error(`Not an order but ${JSON.stringify(reading)}`);
  return reading.order;
}
