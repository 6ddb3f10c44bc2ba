import type * as z from "zod/mini";
import type { ApiTools } from "../../shared/connector/tools.ts";
import type { ReceivedEvent } from "../../shared/messages/event.ts";
import type { Order, Progress } from "../../shared/order.ts";
import { type Connection, pathOf } from "../../shared/stage/config.ts";
import { settingsOf } from "../../shared/stage/settings-of.ts";

/**
 * A kind of place where buyers order. `index.ts` of its folder has what receive-webhook needs (schemas and the check of
 * a request) and nothing heavier; the reader and the API client are modules of their own, loaded when used. Importing a
 * channel has no side effects: its callers pass in whatever it needs from outside.
 */
export interface Channel<Secret = unknown, Settings = unknown, Credentials = unknown> {
  /** Its folder's name, and the first half of every path: `shopify` in `shopify/main`. */
  readonly name: string;
  /** As the vendor writes it: "TikTok Shop". */
  readonly title: string;
  /**
   * `connection`: one endpoint a shop. `app`: one endpoint for all shops of an app; the event's shop finds the
   * connection. `queue`: no address; events come on a queue of each connection.
   */
  readonly endpoint: "connection" | "app" | "queue";
  /**
   * What `endpoints["<channel>/<endpoint>"]` of the secrets holds: signing keys, and an app's own credentials (client
   * ID and secret, partner key), which all its shops share. Each field has a description in `z.globalRegistry`, for the
   * person who fills it in.
   */
  readonly secret: z.ZodMiniType<Secret>;
  /**
   * `settings` of its connections in the stage file, described in docs/channels/<name>.md. Parsed once, with the stage.
   */
  readonly settings: z.ZodMiniType<Settings>;
  /**
   * What `connections["<channel>/<connection>"]` of the secrets holds: the shop's own API credentials. Absent: it has
   * none.
   */
  readonly credentials?: z.ZodMiniType<Credentials>;
  /**
   * Set where the API client replaces `refreshToken` of `credentials`, which changes with each use (rotating-token.ts):
   * route-order may then write the connection's secret.
   */
  readonly rotatesCredentials?: true;
  /** How a shop lets our app in (OAuth). Absent where the shop's own admin makes the credentials. */
  authorization?(): Promise<Authorization<NoInfer<Secret>, NoInfer<Settings>>>;
  /** The only hosts its tools call, for keys and orders alike: `api.ebay.com`, `*.myshopify.com`. */
  readonly hosts: readonly string[];
  /** Hosts beside `hosts` that are a connection's own: a WooCommerce shop's address. */
  hostsOf?(connection: ConnectionFacts<NoInfer<Settings>>): readonly string[];
  /** How long it waits for the answer to a webhook, ms. Default: 5 s, as Shopify and Standard Webhooks' senders do. */
  readonly answerWithin?: number;
  /** How a request is checked. Absent where events come by queue. */
  readonly verification?: Verification<NoInfer<Secret>>;
  /**
   * Who sends to the queue that the stack makes for a connection: the queue's policy and its key let that sender in.
   * Present where events come by queue.
   */
  sender?(connection: ConnectionFacts<NoInfer<Settings>>): QueueSender;
  /**
   * The coarser of the precisions in which its webhooks and its API give an order's last-changed time, ms: 1,000 where
   * one of them gives seconds. Default: 1.
   */
  readonly timePrecision?: number;
  /** Loaded by route-order alone. */
  reader(): Promise<Reader<NoInfer<Settings>>>;
  /**
   * What a connection uses of `api`, `credentials` and `rotatesCredentials`, where its settings choose. Default: all
   * there is. A connection without the API is treated as one of a channel that has none.
   */
  uses?(connection: ConnectionFacts<NoInfer<Settings>>): Record<Chosen, boolean>;
  /** Loaded when an order has to be fetched. Absent if the channel has no API, and every webhook carries its order. */
  api?(): Promise<ChannelApi<NoInfer<Secret>, NoInfer<Settings>, NoInfer<Credentials>>>;
}

/** An AWS account by its ID, or rules of EventBridge in the stack's own account and region. */
export type QueueSender = { account: string } | "eventbridge";

/**
 * How receive-webhook checks that a request comes from the channel. A scheme of schemes.ts makes it, or it is written
 * out.
 */
export interface Verification<Secret> {
  /** GET where the channel does a handshake. Default: POST only. */
  readonly methods?: readonly ("GET" | "POST")[];
  /**
   * What the proof covers. Where that is less than the body, the webhook is a hint: route-order takes no change and no
   * erasure from it, and only an order fetched from the API counts.
   */
  readonly covers: "body" | "url+body" | "event-id" | "nothing";
  /** The answer to a handshake is made of the registered address: the stage file must have it (`url`). */
  readonly needsUrl?: true;
  /**
   * Over the raw bytes, in constant time. An error that it throws counts as "forged", except KeyUnavailable.
   * @throws KeyUnavailable if a signing key cannot be fetched now: the answer is 503 and the sender retries
   */
  verify(request: SignedRequest, endpoint: EndpointContext<Secret>): Authentication | Promise<Authentication>;
}

/**
 * `unsigned`: bears no signature, or none of the channel's form: a probe, and no sign of a changed key. It is answered
 * as a forged one. `answer`: a handshake or an unsigned ping. It is answered with 200 and this body, counted, and never
 * queued.
 */
export type Authentication = "authentic" | "forged" | "unsigned" | { answer: HandshakeAnswer };

export interface HandshakeAnswer {
  body?: string;
  /** Default `text/plain`. */
  contentType?: string;
}

/**
 * A request as it was sent: `rawPath` (`/webhooks/shopify/main`) and `rawQuery` (`a=1&b=%20`, no `?`) are undecoded,
 * some schemes sign them.
 */
export type SignedRequest = Pick<ReceivedEvent, "method" | "headers" | "query" | "rawPath" | "rawQuery" | "body">;

/** The endpoint that a request came to. */
export interface EndpointContext<Secret> {
  secret: Secret;
  /** Its address as it was registered at the channel (`url` in the stage file), where the scheme signs it. */
  url: string | undefined;
  /** Epoch ms, for schemes that sign a time. */
  now: number;
  /**
   * Text of a signing key, or of the token that is needed to ask for one. From a host of `hosts` alone, over HTTPS,
   * within 1 s, at most 16 KB; cached by method and URL, a request with a body by its endpoint too.
   * @returns undefined where the host says that there is no such key (4xx but 401, 403, 408, 429): the sender invented
   * it
   * @throws KeyUnavailable
   */
  fetchKey(request: KeyRequest): Promise<string | undefined>;
}

export interface KeyRequest {
  url: string;
  /** Default GET. */
  method?: "GET" | "POST";
  /** A function is called only if the answer is not cached: it may ask for a token. @throws KeyUnavailable */
  headers?: Readonly<Record<string, string>> | (() => Promise<Readonly<Record<string, string>>>);
  body?: string;
  /** How long the answer is kept, ms. Default: 1 hour. */
  maxAge?: number;
}

/** A signing key cannot be fetched, so the request cannot be checked now. Names the host, without path or query. */
export class KeyUnavailable extends Error {
  override readonly name = "KeyUnavailable";
}

/** Reads what a channel sends. */
export interface Reader<Settings = unknown> {
  /**
   * Parses an event once, without I/O. Of source `webhook` it is a request as it was sent; of source `queue` a record
   * of the connection's queue: its body, with the message attributes as headers.
   * @throws MalformedEvent naming the field, never its value; the event then goes to the intake DLQ, raw and whole
   */
  interpret(event: ReceivedEvent): Interpretation<Settings>;
}

/** What an event says before its connection is known. */
export interface Interpretation<Settings = unknown> {
  /** The channel's own word for what happened, for the trace. */
  topic: string;
  /** When the sender says that it happened, UTC ISO 8601. */
  eventTime?: string | undefined;
  /** The channel's shop or seller ID. It finds the connection if several share the endpoint. */
  shop?: string | undefined;
  /**
   * It is about all shops of the endpoint: a buyer of the whole marketplace is to be erased. `meaning` is asked for the
   * endpoint's first connection, and is an erasure or "ignored".
   */
  everyShop?: boolean | undefined;
  /**
   * The order that the event carries, as far as it can be read before the rest: its ID, and when it last changed (UTC ISO
   * 8601). If `meaning` then throws, the order is recorded as held, with the field's name.
   */
  order?: { id: string; changedAt?: string | undefined } | undefined;
  /** @throws MalformedEvent */
  meaning(connection: ConnectionFacts<Settings>): Meaning;
}

/** What an event means for a connection. */
export type Meaning =
  /** It carries the whole order. */
  | { kind: "order"; order: Order }
  /** It names an order, which has to be fetched from the channel's API. */
  | { kind: "fetch"; orderId: string }
  /** It does not carry the whole order: it may change an order's state, but never creates or replaces an order. */
  | { kind: "change"; orderId: string; change: "touched" | "cancelled" }
  /** A request to erase personal data: of a buyer (the channel's IDs of it), of orders, or of the whole shop. */
  | { kind: "erase"; subject: ErasureSubject }
  /** A buyer asks for a copy of their data: a ticket, which names the command that exports it. */
  | { kind: "export"; subject: ErasureSubject }
  /** The app's own state at this shop changed. */
  | { kind: "lifecycle"; event: LifecycleEvent }
  /** Authentic, but of no interest to us. */
  | { kind: "ignored"; reason: string };

/** `authorization-expiring`: the app still has access, and loses it unless the shop consents again. */
type LifecycleEvent = "uninstalled" | "authorization-revoked" | "authorization-expiring" | "subscription-disabled";

export type ErasureSubject =
  | "shop"
  | { buyerId: string }
  /** All are of one buyer: its orders show one of them. */
  | { buyerIds: readonly string[] }
  | { orderIds: readonly string[] };

/** An event with its meaning, as route-order records it. */
export type Reading<Kind extends Meaning["kind"] = "order" | "change" | "ignored"> = Pick<
  Interpretation,
  "topic" | "eventTime"
> &
  Extract<Meaning, { kind: Kind }>;

/** A connection as the reader and `hostsOf` know it: no credentials. */
export interface ConnectionFacts<Settings = unknown> {
  /** `shopify/main` */
  connection: string;
  /** The channel's shop or seller ID, where the stage file names it. */
  shop: string | undefined;
  settings: Settings;
}

/** A connection with its settings parsed. @throws MalformedEvent that names the field */
export const connectionFacts = (channel: Pick<Channel, "settings">, connection: Connection): ConnectionFacts => ({
  connection: pathOf(connection),
  shop: connection.shop,
  settings: settingsOf(connection, channel),
});

type Chosen = "api" | "credentials" | "rotatesCredentials";

/** The channel as a connection uses it. @throws MalformedEvent that names the setting */
export function asUsedBy<C extends Pick<Channel, Chosen | "settings" | "uses">>(
  connection: Connection,
  channel: C,
): Omit<C, Chosen> & Pick<Channel, Chosen> {
  if (!channel.uses) return channel;
  const { api, credentials, rotatesCredentials, ...rest } = channel;
  const used = channel.uses(connectionFacts(channel, connection));
  return {
    ...rest,
    ...(used.api && api && { api }),
    ...(used.credentials && credentials && { credentials }),
    ...(used.rotatesCredentials && rotatesCredentials && { rotatesCredentials }),
  };
}

/** A connection with the secrets of its endpoint (the app's) and its own (the shop's). */
export interface Account<Secret, Settings, Credentials> extends ConnectionFacts<Settings> {
  app: Secret;
  credentials: Credentials;
}

/** Opens a connection's API. Does no I/O by itself. */
export interface ChannelApi<Secret = unknown, Settings = unknown, Credentials = unknown> {
  open(account: Account<Secret, Settings, Credentials>, tools: ApiTools): ChannelClient;
}

/**
 * One shop's API. Errors by what happens next (shared/errors.ts): Rejected (the API refuses this request for good),
 * Misconfigured (credentials, permissions), Unavailable, Throttled, Deferred; MalformedEvent where an answer cannot be
 * mapped. Any other error counts as Unavailable.
 */
export interface ChannelClient {
  /**
   * `id` is what a `fetch` meaning, `changedSince` or an order we know names. "gone": the API says that it has no such
   * order.
   */
  order(id: string): Promise<FetchedOrder | "gone">;
  /**
   * IDs of the orders that changed at `time` (UTC ISO 8601) or later, for reconcile; never mapped orders: lists lag,
   * lack fields and hide states. Ends early by its consumer's choice.
   */
  changedSince?(time: string): AsyncIterable<ChangedOrder>;
  subscriptions?: Subscriptions;
  /** A call that changes nothing and proves the credentials: `npm run secrets`. */
  check?(): Promise<void>;
  /** A step that the channel requires once an order is recorded (Walmart's acknowledgement). Safe to repeat. */
  afterRecording?(id: string): Promise<void>;
}

/**
 * An order as the API has it. An object, so that Square can add the order's version
 * (docs/decisions/channel-contract.md).
 */
export interface FetchedOrder {
  order: Order;
}

export interface ChangedOrder {
  id: string;
  /** When it last changed, UTC ISO 8601; absent where the list does not say. */
  changedAt?: string | undefined;
  /** The channel's own word for its state. */
  state?: string | undefined;
  /**
   * What that word means, where it says so: an order that is recorded as less far on counts as changed, though its time
   * is the same.
   */
  progress?: Progress | undefined;
}

/** The webhooks that a shop sends us. */
export interface Subscriptions {
  /** Topics that `url` needs and does not have, in the channel's own words. */
  missing(url: string): Promise<string[]>;
  /** @returns the new signing secret, where the channel makes one a subscription */
  subscribe(topic: string, url: string): Promise<{ signingSecret?: string | undefined }>;
}

/**
 * How a shop lets our app in, for `npm run authorize`: the operator opens the consent page, the channel sends their
 * browser back with a code, and the code is exchanged for the connection's credentials.
 */
export interface Authorization<Secret = unknown, Settings = unknown> {
  /** The address of the channel's consent page. @throws Misconfigured if the app's secret or a setting lacks something */
  consentPage(request: ConsentRequest<Secret, Settings>): string;
  /**
   * Exchanges the code. It works once.
   * @throws Misconfigured if the channel refuses it; as ChannelClient else
   */
  exchange(consent: Consent<Secret, Settings>, tools: ApiTools): Promise<Authorized>;
}

export interface ConsentRequest<Secret, Settings> extends ConnectionFacts<Settings> {
  app: Secret;
  /** Where the channel sends the browser back to, as it is registered there. */
  redirectUri: string;
  /** Comes back with the code, and proves that it answers this request. */
  state: string;
  /** PKCE: SHA-256 of the verifier in base64url, for channels that take it. https://www.rfc-editor.org/rfc/rfc7636 */
  challenge: string;
}

/** What the consent page sent back; its state is checked. */
export interface Consent<Secret, Settings> extends ConnectionFacts<Settings> {
  app: Secret;
  redirectUri: string;
  /** PKCE. */
  verifier: string;
  /** The query of the address that the browser was sent to. */
  query: URLSearchParams;
}

export interface Authorized {
  /** Fields of the connection's secret; the others stay as they are. */
  credentials: Record<string, unknown>;
  /** The shop that let the app in, where the channel names it: it has to be the connection's. */
  shop?: string | undefined;
}

/** Checks a channel's types where it is declared, and gives it the type of all channels in the registry. */
export const defineChannel = <Secret, Settings, Credentials>(
  channel: Channel<Secret, Settings, Credentials>,
): Channel<Secret, Settings, Credentials> => channel;
