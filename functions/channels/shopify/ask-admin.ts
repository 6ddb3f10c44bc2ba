import * as z from "zod/mini";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import { createSend, type ShopAccount } from "./access.ts";
import { refusalOfShop, throttled } from "./refusal.ts";
import { shopHost } from "./shop-host.ts";

/** What a query found. */
export interface Found<T> {
  data: T;
  /** Fields that Shopify hides, as the app may not see protected customer data: `order.shippingAddress`. They are null. */
  hidden: readonly string[];
  /** The API version that Shopify served, where it says so. */
  version: string | undefined;
}

/**
 * Sends a query to the shop's Admin API.
 * @param patient whether it waits, inside the function, for points to be free: for a query after the first
 * @throws Misconfigured, Throttled, Unavailable, MalformedEvent (an answer of another shape), Deferred
 */
export type Ask = <T>(
  query: string,
  variables: Readonly<Record<string, unknown>>,
  schema: z.ZodMiniType<T>,
  patient?: boolean,
) => Promise<Found<T>>;

/** How often a query is sent again once points should be free. */
const MOST_TRIES = 5;

const GraphqlError = z.object({
  message: lenient(z.string()),
  path: lenient(z.array(z.union([z.string(), z.number()]))),
  extensions: lenient(z.object({ code: lenient(z.string()), requiredAccess: lenient(z.string()) })),
});
type GraphqlError = z.infer<typeof GraphqlError>;

/** Points. */
const Cost = z.object({
  requestedQueryCost: z.number(),
  throttleStatus: z.object({ maximumAvailable: z.number(), currentlyAvailable: z.number(), restoreRate: z.number() }),
});

/** parseJson writes 1000.0 as text. */
const Body = z.object({
  data: z.optional(z.unknown()),
  errors: z.optional(z.array(GraphqlError)),
  extensions: lenient(z.object({ cost: lenient(z.pipe(z.transform(withNumbers), Cost)) })),
});
type Body = z.infer<typeof Body>;

function withNumbers(given: unknown): unknown {
  if (typeof given !== "object" || given === null) return typeof given === "string" ? Number(given) : given;
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, withNumbers(value)]));
}

/** https://shopify.dev/docs/api/admin-graphql */
export function createAsk(account: ShopAccount, tools: ApiTools): Ask {
  const [host] = shopHost(account.shop) ?? [];
  if (host === undefined) {
    return async () => {
      throw new Misconfigured('The stage file names no shop of the form "name.myshopify.com": its API has no address.');
    };
  }
  const { apiVersion } = account.settings;
  const url = `https://${host}/admin/api/${apiVersion}/graphql.json`;
  const send = createSend(host, account, tools);

  async function once(query: string, variables: object): Promise<{ body: Body; version: string | undefined }> {
    const answer = await send((token) =>
      answerToRead(
        tools.http({
          method: "POST",
          url,
          headers: {
            "x-shopify-access-token": token,
            "content-type": "application/json",
            accept: "application/json",
          },
          body: JSON.stringify({ query, variables }),
        }),
      ),
    );
    if (answer.status !== 200) throw refusalOf(answer, apiVersion, tools.now());
    const body = readAnswer(answer, Body);
    if (!body) throw new Unavailable("Shopify's answer is not one of GraphQL.");
    return { body, version: answer.headers["x-shopify-api-version"]?.trim() };
  }

  return async (query, variables, schema, patient = false) => {
    for (let tries = 1; ; tries++) {
      const { body, version } = await once(query, variables);
      const wait = waitOf(body);
      if (wait !== undefined) {
        if (!patient || tries === MOST_TRIES) throw new Throttled("Shopify has no points left for the query.", wait);
        tools.count("throttled");
        await tools.wait(wait);
        continue;
      }
      const hidden = hiddenFields(body, apiVersion);
      const parsed = z.safeParse(schema, body.data);
      if (parsed.success) return { data: parsed.data, hidden, version };
      throw malformed(parsed.error);
    }
  };
}

/**
 * How long to wait for the points of a refused query, ms; undefined if it was not refused for them.
 * https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
 */
function waitOf({ errors = [], extensions }: Body): number | undefined {
  if (!errors.some((error) => error.extensions?.code === "THROTTLED")) return undefined;
  const { requestedQueryCost, throttleStatus } = extensions?.cost ?? {};
  if (requestedQueryCost === undefined || throttleStatus === undefined) return DEFAULT_WAIT;
  const { maximumAvailable, currentlyAvailable, restoreRate } = throttleStatus;
  if (requestedQueryCost > maximumAvailable) throw tooExpensive();
  const missing = requestedQueryCost - currentlyAvailable;
  return restoreRate > 0 && missing > 0 ? Math.ceil((missing / restoreRate) * 1000) : DEFAULT_WAIT;
}

/** If the answer does not say how many points are missing, ms. */
const DEFAULT_WAIT = 1_000;

const tooExpensive = () =>
  new Misconfigured("Shopify refuses the query, which costs too many points: lower the setting pageSize.");

/** https://shopify.dev/docs/apps/launch/protected-customer-data */
const isProtected = ({ message = "" }: GraphqlError): boolean =>
  /not approved to (?:access|use)|protected.customer.data/i.test(message);

/** @throws the error that the answer's errors mean, unless all they say is that fields of an order are hidden */
function hiddenFields({ data, errors = [] }: Body, apiVersion: string): string[] {
  for (const error of errors) {
    const isField = isProtected(error) && (error.path?.length ?? 0) > 1;
    if (!isField || data === null || data === undefined) throw errorOf(error, apiVersion);
  }
  return errors.map(({ path = [] }) => path.join("."));
}

/** Its message may quote what was sent: only known words of it are kept. */
function errorOf(error: GraphqlError, apiVersion: string): Error {
  const { code, requiredAccess = "" } = error.extensions ?? {};
  if (isProtected(error)) {
    return new Misconfigured(
      "The token works, but the app has no access to protected customer data: request it (Partner Dashboard > API access).",
    );
  }
  switch (code) {
    case "ACCESS_DENIED": {
      const scope = /\bread_\w{1,60}/.exec(`${requiredAccess} ${error.message ?? ""}`)?.[0];
      return new Misconfigured(`The token works, but lacks a scope: ${scope ?? "Shopify does not say which"}.`);
    }
    case "MAX_COST_EXCEEDED":
      return tooExpensive();
    case "SHOP_INACTIVE":
      return new Misconfigured("Shopify refuses the query: the shop is not active.");
    case "INTERNAL_SERVER_ERROR":
    case "TIMEOUT":
    case undefined:
      return new Unavailable("Shopify failed to answer the query.");
    default:
      return new Misconfigured(
        `Shopify refuses the query: API version ${apiVersion} may have ended. Check the setting apiVersion.`,
      );
  }
}

/** The error that a status means: the body may quote the buyer. */
function refusalOf(answer: HttpAnswer, apiVersion: string, now: number): Error {
  const { status } = answer;
  const ofShop = refusalOfShop(status);
  if (ofShop) return ofShop;
  switch (status) {
    case 401:
      return new Misconfigured(
        "Shopify refuses the access token (401): the app was uninstalled, or the token was revoked.",
      );
    case 403:
      return new Misconfigured(
        isProtected({ message: answer.text, path: undefined, extensions: undefined })
          ? "Shopify refuses the call (403): the app has no access to protected customer data."
          : "Shopify refuses the call (403): the token works, but lacks a scope, or the app may not call the shop.",
      );
    case 404:
      return new Misconfigured(`Shopify has no such shop, or no API version ${apiVersion} (404).`);
    case 400:
    case 406:
    case 422:
      return new Misconfigured(`Shopify refuses the request (${status}). Check the setting apiVersion.`);
    case 429:
      return throttled(answer, now);
    // Shopify's own guard against suspicious requests.
    case 430:
      return new Throttled("Shopify refuses the request for now (430).");
    default:
      return new Unavailable(`Shopify answered ${status}.`);
  }
}
