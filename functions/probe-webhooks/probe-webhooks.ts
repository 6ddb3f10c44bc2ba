import { randomUUID } from "node:crypto";
import { hmacSha256 } from "../../shared/connector/hmac.ts";
import type { Http } from "../../shared/connector/http.ts";
import { defined } from "../../shared/defined.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { errorName } from "../../shared/telemetry/log.ts";

/** Of the call, ms: as long as senders wait. */
const CALL_TIMEOUT = 5_000;
/** Pause between two looks into the ledger, ms. */
const PAUSE = 1_000;

export interface Deps {
  /** Where webhooks come in: `https://hooks.example.com/webhooks/standard/probe`. */
  address: string;
  /** Of the channel `standard`: `probe`. */
  connection: string;
  /** The endpoint's keys; the first `whsec_…` signs. @throws SecretUnreadable */
  signingSecrets(): Promise<readonly string[]>;
  http: Http;
  ledger: Pick<Ledger, "order">;
  /** Epoch ms. */
  now(): number;
  sleep(ms: number): Promise<void>;
  /** By when the order must be in the ledger, epoch ms. */
  deadline: number;
}

/** `refused`: no 200. `not-recorded`: taken, and not in the ledger by the deadline. */
export interface Probed {
  outcome: "arrived" | "refused" | "not-recorded" | "failed";
  status?: number;
  /** Name of the error that made it fail. */
  error?: string;
}

/**
 * Sends a signed test order to our own address, as a shop does, and waits until the ledger has it: that proves DNS,
 * certificate, API, key, queue, route-order and the table. One order a day; each probe is an update of it. Never throws.
 */
export async function probeWebhooks(deps: Deps): Promise<Probed> {
  const sentAt = new Date(deps.now()).toISOString();
  const orderId = `probe-${sentAt.slice(0, 10)}`;
  try {
    const status = await send(JSON.stringify(testOrder(orderId, sentAt)), deps);
    if (status !== 200) return { outcome: "refused", status };
    return { outcome: (await isRecorded(orderId, sentAt, deps)) ? "arrived" : "not-recorded" };
  } catch (error) {
    return { outcome: "failed", ...defined({ error: errorName(error) }) };
  }
}

/** Three times not sent to a provider: a test order, fulfilled, of a connection without a route (check-probe.ts). */
const testOrder = (id: string, at: string) => ({
  ...{ id, placedAt: at, updatedAt: at, currency: "EUR", financialState: "paid", fulfilmentState: "fulfilled" },
  ...{ shippingAddress: null, test: true, lines: [{ id: "1", sku: "PROBE", quantity: 1, ships: false }] },
});

async function send(body: string, { address, signingSecrets, http, now }: Deps): Promise<number> {
  const key = (await signingSecrets()).find((secret) => secret.startsWith("whsec_"));
  if (key === undefined) throw new TypeError("The endpoint has no whsec_ key");
  const id = `probe_${randomUUID()}`;
  const timestamp = Math.floor(now() / 1000);
  const bytes = Buffer.from(key.slice("whsec_".length), "base64");
  const signature = hmacSha256(bytes, [`${id}.${timestamp}.`, body]).toString("base64");
  const { status } = await http({
    method: "POST",
    url: address,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": `v1,${signature}`,
    },
    body,
    timeout: CALL_TIMEOUT,
  });
  return status;
}

/** A record's freshness begins with the time that the order names. */
async function isRecorded(orderId: string, sentAt: string, { ledger, connection, now, sleep, deadline }: Deps) {
  for (;;) {
    const record = await ledger.order({ channel: "standard", connection, orderId });
    if (record?.freshness.startsWith(sentAt)) return true;
    if (now() + PAUSE > deadline) return false;
    await sleep(PAUSE);
  }
}
