import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { type Channel, connectionFacts, type Meaning, type Reading } from "../../functions/channels/channel.ts";
import { channels } from "../../functions/channels/registry.ts";
import type { ReceivedEvent } from "../../shared/messages/event.ts";
import type { Order } from "../../shared/order.ts";
import type { Connection } from "../../shared/stage/config.ts";

const folder = new URL("../../functions/channels/", import.meta.url);
export const fixture = (path: string): Buffer => readFileSync(new URL(path, folder));

export const jsonFixture = (path: string) => JSON.parse(fixture(path).toString());

export const hmac = (secret: string | Buffer, body: string | Uint8Array, encoding: "base64" | "hex" = "base64") =>
  createHmac("sha256", secret).update(body).digest(encoding);

export function connection(channel: string, overrides: Partial<Connection> = {}): Connection {
  const times = { maxOrderAge: "none", silentAfter: 3_600_000, heldTooLong: 86_400_000 } as const;
  const polls = { reconcileEvery: "off", reconcileMost: 500 } as const;
  return { channel, name: "demo", key: "D", ...times, ...polls, settings: {}, ...overrides };
}

export function event(channel: string, body: string | Uint8Array, headers: Record<string, string> = {}): ReceivedEvent {
  return {
    source: "webhook",
    eventId: "evt_test",
    channel,
    endpoint: "demo",
    receivedAt: "2026-10-02T06:00:02.000Z",
    method: "POST",
    rawPath: `/webhooks/${channel}/demo`,
    rawQuery: "",
    headers,
    query: {},
    body: Buffer.from(body),
  };
}

interface Signed {
  headers: Record<string, string>;
  body: string | Uint8Array;
}

/** Checks a request as receive-webhook does. @param now epoch ms */
export const verify = (channel: Channel, { headers, body }: Signed, secret: unknown, now = 0) =>
  channel.verification?.verify(
    {
      method: "POST",
      rawPath: `/webhooks/${channel.name}/demo`,
      rawQuery: "",
      query: {},
      headers,
      body: Buffer.from(body),
    },
    {
      secret,
      url: undefined,
      now,
      fetchKey: async () => {
        throw new Error("this channel fetches no key");
      },
    },
  );

/** Reads a delivery as route-order does. */
export async function read(
  channel: "shopify" | "standard",
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  overrides: Partial<Connection> = {},
): Promise<Reading<Meaning["kind"]>> {
  const loaded: Channel = await channels[channel]();
  const { topic, eventTime, meaning } = (await loaded.reader()).interpret(event(channel, body, headers));
  return {
    topic,
    ...(eventTime !== undefined && { eventTime }),
    ...meaning(connectionFacts(loaded, connection(channel, overrides))),
  };
}

export function orderOf(reading: Reading<Meaning["kind"]>): Order {
  if (reading.kind !== "order") throw new Error(`Not an order but ${JSON.stringify(reading)}`);
  return reading.order;
}

export const topic = (name: string): Record<string, string> => ({ "x-shopify-topic": name });

/** The least that Shopify's order says, with an ID of 18 digits; further fields as JSON text. */
export const leastOrder = (more: string[] = []): string =>
  `{${[
    '"id":820982911946154508',
    '"created_at":"2026-10-01T12:00:00+02:00"',
    '"updated_at":"2026-10-01T12:00:00+02:00"',
    '"currency":"EUR"',
    '"financial_status":"paid"',
    ...(more.some((field) => field.startsWith('"line_items"'))
      ? []
      : ['"line_items":[{"id":866550311766439020,"sku":"DEMO-1","quantity":2}]']),
    ...more,
  ].join(",")}}`;
