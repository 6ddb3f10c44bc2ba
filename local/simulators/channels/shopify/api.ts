import { executeSync, Kind, type OperationDefinitionNode, parse, validate } from "graphql";
import * as z from "zod/mini";
import type { ApiBook, ApiRequest, ChannelApi } from "../../channel-api.ts";
import { type Answer, bare, json } from "../../simulator.ts";
import { ArgumentError, fieldOf, rootOf } from "./admin-data.ts";
import { adminOrder } from "./admin-order.ts";
import { schema } from "./admin-schema.ts";
import { keepPoints, pointsLeft, throttleStatus } from "./points.ts";
import { CostError, costOf, MOST_POINTS } from "./query-cost.ts";
import { endToken, isAuthorised, jsonOf, tokenAnswer } from "./tokens.ts";

/** The newest version. One that has ended is answered by the oldest that is served: here, by this one. */
const VERSION = "2026-10";
const TOKENS = "/admin/oauth/access_token";
const GRAPHQL = /^\/admin\/api\/(\d{4}-\d\d|unstable)\/graphql\.json$/;

const Body = z.strictObject({
  query: z.string(),
  variables: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  operationName: z.optional(z.nullable(z.string())),
});

interface Failure {
  message: string;
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

/** GraphQL answers 200 whatever happened. */
const failed = (errors: Failure[], more: object = {}): Answer =>
  withVersion(
    json(200, { errors: errors.map((error) => ({ locations: [{ line: 1, column: 1 }], ...error })), ...more }),
  );
const failedBy = (code: string, message: string, more: object = {}): Answer =>
  failed([{ message, extensions: { code } }], more);

const withVersion = (answer: Answer): Answer => ({
  ...answer,
  headers: { ...answer.headers, "x-shopify-api-version": VERSION },
});

const unauthorised = (): Answer =>
  json(401, { errors: "[API] Invalid API key or access token (unrecognized login or wrong password)" });

const queryIn = ({ body }: ApiRequest): string => Body.safeParse(jsonOf(body)).data?.query ?? "";

/**
 * The GraphQL Admin API of one shop, and its tokens. https://shopify.dev/docs/api/admin-graphql
 * Only queries, without fragments.
 */
export const api: ChannelApi = {
  resource: adminOrder,
  kindOf(request) {
    if (request.path === TOKENS) return "token";
    const [, name = ""] = /^\s*query\s+(\w+)/.exec(queryIn(request)) ?? [];
    if (name === "Check") return "other";
    return /\borders\s*\(/.test(queryIn(request)) ? "list" : "fetch";
  },
  handle(request, book) {
    if (request.path === TOKENS) return tokenAnswer(request, book);
    if (!GRAPHQL.test(request.path)) return json(404, { errors: "Not Found" });
    if (request.method !== "POST") return bare(405);
    if (!isAuthorised(request, book)) return unauthorised();
    if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) return bare(406);
    const body = Body.safeParse(jsonOf(request.body));
    return body.success
      ? answerTo(body.data, book)
      : json(400, { errors: { query: "Required parameter missing or invalid" } });
  },
  faults: {
    throttle: (_, book) =>
      failedBy("THROTTLED", "Throttled", {
        extensions: {
          cost: {
            requestedQueryCost: 400,
            throttleStatus: { ...throttleStatus(book), currentlyAvailable: 300 },
          },
        },
      }),
    "too-many-requests": () => ({ ...bare(429), headers: { "retry-after": "2.0" } }),
    "not-found-yet": () => withVersion(json(200, { data: { order: null } })),
    "token-expired": (request, book) => {
      endToken(request, book);
      return unauthorised();
    },
    "internal-error": () =>
      failedBy("INTERNAL_SERVER_ERROR", "Internal error. Looks like something went wrong on our end."),
    "scope-missing": () =>
      failed(
        [
          {
            message: "Access denied for order field. Required access: `read_orders` access scope.",
            path: ["order"],
            extensions: { code: "ACCESS_DENIED", requiredAccess: "`read_orders` access scope." },
          },
        ],
        { data: { order: null } },
      ),
    "order-hidden": () =>
      failed(
        [
          {
            message:
              "This app is not approved to access the Order object. See https://shopify.dev/docs/apps/launch/protected-customer-data for more details.",
            path: ["order"],
            extensions: { code: "ACCESS_DENIED" },
          },
        ],
        { data: { order: null } },
      ),
    "shop-frozen": () => json(402, { errors: "Unavailable Shop" }),
    "shop-locked": () => json(423, { errors: "Locked" }),
  },
};

function answerTo({ query, variables, operationName }: z.infer<typeof Body>, book: ApiBook): Answer {
  const given = variables ?? {};
  let document: ReturnType<typeof parse>;
  try {
    document = parse(query);
  } catch (error) {
    return failedBy("parseError", error instanceof Error ? error.message : "parse error");
  }
  const wrong = validate(schema, document);
  if (wrong.length > 0) {
    return failed(wrong.map(({ message }) => ({ message, extensions: { code: codeOf(message) } })));
  }
  const operations = document.definitions.filter(
    (one): one is OperationDefinitionNode => one.kind === Kind.OPERATION_DEFINITION,
  );
  const [operation, ...others] = operations;
  if (!operation || others.length > 0) return failedBy("invalidOperation", "One operation is simulated.");
  // graphql-js takes values that the query does not declare; Shopify does not.
  const declared = new Set(operation.variableDefinitions?.map(({ variable }) => variable.name.value));
  const unknown = Object.keys(given).find((name) => !declared.has(name));
  if (unknown !== undefined) return failedBy("variableNotUsed", `Variable $${unknown} is not declared`);
  return charged(operation, given, book, () =>
    executeSync({
      schema,
      document,
      rootValue: rootOf(book),
      variableValues: given,
      fieldResolver: fieldOf,
      ...(operationName && { operationName }),
    }),
  );
}

/** Codes of Shopify's for a query that its schema does not have. */
const codeOf = (message: string): string =>
  message.startsWith("Cannot query field") ? "undefinedField" : "invalidQuery";

/** The requested cost must be free; what the answer did not need comes back. */
function charged(
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
  book: ApiBook,
  run: () => ReturnType<typeof executeSync>,
): Answer {
  let requestedQueryCost: number;
  try {
    requestedQueryCost = costOf(operation, variables);
  } catch (error) {
    if (error instanceof CostError) return failedBy("argumentLiteralsIncompatible", error.message);
    throw error;
  }
  if (requestedQueryCost > MOST_POINTS) {
    const message = `Query cost is ${requestedQueryCost}, which exceeds the single query max cost limit (${MOST_POINTS}).`;
    return failed([
      { message, extensions: { code: "MAX_COST_EXCEEDED", cost: requestedQueryCost, maxCost: MOST_POINTS } },
    ]);
  }
  const cost = (actualQueryCost: number | null) => ({
    extensions: { cost: { requestedQueryCost, actualQueryCost, throttleStatus: throttleStatus(book) } },
  });
  const left = pointsLeft(book);
  if (left < requestedQueryCost) return failedBy("THROTTLED", "Throttled", cost(null));
  const { data, errors = [] } = run();
  const refused = errors.find(({ originalError }) => originalError instanceof ArgumentError);
  if (refused) return failedBy("argumentLiteralsIncompatible", refused.message);
  const used = Math.min(requestedQueryCost, objectsIn(data));
  keepPoints(left - used, book);
  return withVersion(
    json(200, {
      ...(errors.length > 0 && { errors: errors.map(({ message, path }) => ({ message, path })) }),
      data: data ?? null,
      ...cost(used),
    }),
  );
}

const objectsIn = (data: unknown): number => {
  if (typeof data !== "object" || data === null) return 0;
  const inside = Object.values(data).reduce<number>((sum, value) => sum + objectsIn(value), 0);
  return inside + (Array.isArray(data) ? 0 : 1);
};
