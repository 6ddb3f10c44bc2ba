import type { HandshakeAnswer } from "../../../functions/channels/channel.ts";
import type { Request } from "../../../functions/receive-webhook/receive-webhook.ts";
import type { HttpAnswer, HttpRequest } from "../../../shared/connector/http.ts";

/** A request to the endpoint. */
type SampleRequest = Partial<Omit<Request, "body">> & { body: string | Uint8Array };

/** What the contract suite cannot know of a channel by itself. Each part is required if the channel has that part. */
export interface ChannelSample {
  /** Of its endpoint. */
  secret: unknown;
  settings?: Record<string, unknown>;
  /** Of its connection. Default: the shop that the webhook names. */
  shop?: string;
  /** Epoch ms. Default: the present. */
  now?: number;
  webhook?: WebhookSample;
  /** Requests that it answers itself: required if it takes GET. */
  handshakes?: readonly { request: SampleRequest; answer: HandshakeAnswer }[];
  /** A record of a connection's queue, and what it means, as it is stored. */
  queueRecord?: { body: string; attributes?: Record<string, string>; expected: unknown };
  api?: ApiSample;
}

/** A webhook of a channel. */
export interface WebhookSample {
  /** As the channel sends it, captured or from its documents; authentic under `secret` at the time `now`. */
  request: SampleRequest & { headers: Record<string, string> };
  /** Another endpoint's, of the same shape. */
  otherSecret: unknown;
  /**
   * Headers (in lower case) that hold the proof, the signature last; empty if the address holds it (`?key=`). `body` if the
   * whole body is a signed token.
   */
  proof: readonly string[] | "body";
  /** Signs as the channel does, written from its documents and not from the connector. @returns the headers of the proof */
  sign(body: Uint8Array, secret: unknown): Record<string, string>;
  /** Where the body is the proof: the same content as a token signed with another secret's key. */
  signAgain?(body: Uint8Array, secret: unknown): Uint8Array;
  /**
   * The signing keys that the channel's host answers, by URL, and other keys at the same URLs. `none`: what it answers
   * where there is no such key; a token. Default: nothing.
   */
  keys?: Readonly<Record<"right" | "wrong", Readonly<Record<string, string>>>> & {
    none?: Readonly<Record<string, string>>;
  };
  /** The registered address, if it is signed. */
  url?: string;
  /** The shop that the request names: required if one endpoint serves all shops of an app. */
  shop?: string;
  /** What the request means, as it is stored: an order to the last field. */
  expected: unknown;
}

/** The API of one shop, written from the channel's documents and not from the connector. */
export interface ApiSample {
  /** Of the shop, if the channel has credentials. */
  credentials?: unknown;
  /** The ID of an order that the API has, and that order as it is stored. */
  orderId: string;
  expected: unknown;
  /** The ID of an order that the API does not have. */
  unknownId: string;
  /** Answers every call of the client, those for a token too. Status 200 by default. */
  answer(request: HttpRequest): Partial<HttpAnswer>;
  /** Whether the request asks for an order; if not, for a token. */
  isOrderCall(request: Pick<HttpRequest, "method" | "url">): boolean;
}

/** One promise of the contract. */
export interface ContractCase {
  name: string;
  run(): Promise<void>;
}
