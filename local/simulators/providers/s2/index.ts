import { checkBody } from "../../body-check.ts";
import {
  type Answer,
  bearerToken,
  json,
  readJson,
  type Simulator,
  type SimulatorKind,
  type SimulatorRequest,
} from "../../simulator.ts";
import { addressOf, alreadyExists, cannedAnswers, isRecord, message } from "./answers.ts";
import { bodyBySample, bodyByTable } from "./order-body.ts";
import { type S2Held, type S2Order, toBriefRow, toFulfilmentView, toNamelessRow, toOrder } from "./order-object.ts";
import { toAccount, toOrganization } from "./organization.ts";
import { page } from "./page.ts";
import { createCatalog, toProduct } from "./products.ts";
import { createSessions } from "./session.ts";
import { type S2Switches, s2Switches } from "./switches.ts";
import { toUser, USER_ID } from "./user.ts";

/**
 * S2 by Ventmere: provider-docs/s2-create-order.md, reference/providers.md 2, and the list, details, login and product
 * pages of https://doc.ventmere.io. Left out: updating orders, fulfilments, attachment upload.
 */
export const simulator: SimulatorKind<S2Switches> = {
  switches: s2Switches,
  faults: {
    "old-cancelled-2xx": { switched: { duplicates: "answer-cancelled" } },
  },
  start: ({ switches, now }) => startS2(switches, now),
};

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

function startS2(switches: Readonly<S2Switches>, now: () => number): Simulator {
  const sessions = createSessions(USER_ID, now);
  const catalog = createCatalog();
  const orders: S2Held[] = [];
  const organization = () => toOrganization(switches.organizations[0] ?? "");

  const answers = cannedAnswers(switches);
  const invalid = (text: string) => message(switches.invalidStatus, text);

  /** "must be one of the user's organizations, otherwise an unauthorized error" */
  function refuse(request: SimulatorRequest): Answer | undefined {
    if (request.path === "/login") return undefined;
    if (!sessions.isValid(bearerToken(request))) return answers.unauthorized();
    const given = request.headers["x-s2-organization"];
    const isOurs = typeof given === "string" && switches.organizations.includes(given);
    return isOurs || (given === undefined && switches.organizations.length === 1) ? undefined : answers.unauthorized();
  }

  function login(request: SimulatorRequest): Answer {
    const body = readJson(request);
    const { email, password } = isRecord(body) ? body : {};
    // `type: "SUCCESS"` suggests other values, but the document has none. (ASSUME)
    if (email !== switches.email || password !== switches.password) return message(401, "Invalid email or password");
    const accessToken = sessions.issue(switches.tokenLifetimeSeconds);
    return json(200, { type: "SUCCESS", accessToken, user: toUser(switches) });
  }

  /** @returns the order as it is stored, or the answer that refuses it */
  function read(request: unknown, createdAt: number): { order: S2Order } | { refused: Answer } {
    const checked = switches.strictTable ? checkBody(bodyByTable, request) : checkBody(bodyBySample, request);
    if (!checked.ok) {
      const { field, what, message: why } = checked.complaint;
      const said = { missing: "is required", type: "is of the wrong type", value: why, unknown: why }[what];
      return { refused: invalid(`${field || "The body"} ${said} (${addressOf(request)})`) };
    }
    const { body } = checked;
    const account = switches.accounts.find(({ id }) => id === body.accountId);
    if (!account) return { refused: invalid(`Account ${body.accountId} does not exist`) };
    const items = "items" in body ? body.items : body.item;
    const unknown = items.find(({ productId }) => catalog.skuOf(productId) === undefined);
    if (unknown) return { refused: invalid(`Product ${unknown.productId} does not exist`) };
    const origin = { organization: organization(), account, skuOf: catalog.skuOf, createdAt };
    return { order: toOrder(body, items, origin) };
  }

  function keep(order: S2Order, request: unknown, createdAt: number): S2Held {
    const { id, channelOrderId: reference } = order;
    const entry: S2Held = { id, reference, request, createdAt: new Date(createdAt).toISOString(), order };
    orders.push(entry);
    return entry;
  }

  function cancelEntry(entry: S2Held): S2Held {
    entry.order.status = "CANCELLED";
    entry.cancelled = true;
    return entry;
  }

  function create(request: unknown): Answer {
    const result = read(request, now());
    if ("refused" in result) return result.refused;
    const { channelOrderId, account } = result.order;
    const isSame = ({ order }: S2Held) => order.channelOrderId === channelOrderId && order.account.id === account.id;
    if (switches.duplicates === "refuse" && orders.some(isSame)) return alreadyExists(channelOrderId);
    if (switches.duplicates === "answer-cancelled") {
      const old = read(request, now() - YEAR_MS);
      if ("refused" in old) return old.refused;
      return made(cancelEntry(keep(old.order, request, now() - YEAR_MS)));
    }
    return made(keep(result.order, request, now()));
  }

  const made = ({ order, request }: S2Held): Answer =>
    json(switches.successStatus, {
      ...order,
      ...(switches.complaints && { warnings: [`The phone looks odd (${addressOf(request)})`] }),
    });

  function isFound(order: S2Order, term: string): boolean {
    const { id, channelOrderId, channelOrderIdAlt, channelOrderIdAlt2 } = order;
    const searched = {
      channelOrderId: [channelOrderId],
      alt: [channelOrderIdAlt, channelOrderIdAlt2],
      "own-id": [id],
      nothing: [],
    }[switches.term];
    return searched.some((value) => (switches.termMatches === "whole" ? value === term : value?.includes(term)));
  }

  function listOrders(query: URLSearchParams): Answer {
    const term = query.get("term");
    const found = orders.map(({ order }) => order).filter((order) => !term || isFound(order, term));
    found.sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
    if (switches.sort === "newest") found.reverse();
    const show = { whole: (order: S2Order) => order, brief: toBriefRow, nameless: toNamelessRow }[switches.listRows];
    return page(found, query, show, switches) ?? badPage();
  }

  const badPage = () => invalid("limit must be 1 to 100, offset 0 or more");

  return {
    answers,
    refuse,
    kindOf({ method, path }) {
      if (path === "/order" && method === "POST") return "create";
      return method === "GET" && /^\/order(\/|$)/.test(path) ? "look-up" : "other";
    },
    handle(request) {
      const { method, path, query } = request;
      if (method === "POST" && !/^application\/json\b/i.test(request.headers["content-type"] ?? "")) {
        return message(415, "Unsupported Media Type");
      }
      const route = `${method} ${path}`;
      const term = query.get("term") ?? "";
      if (route === "POST /login") return login(request);
      if (route === "POST /order") return create(readJson(request));
      if (route === "GET /order") return listOrders(query);
      if (route === "GET /account") {
        const accounts = switches.accounts.filter(({ name }) => name.includes(term));
        return page(accounts, query, (account) => toAccount(account, organization()), switches) ?? badPage();
      }
      if (route === "GET /product") {
        const skus = term ? catalog.search(term, switches.productNeighbours) : catalog.all();
        return page(skus, query, (sku) => toProduct(sku, organization()), switches) ?? badPage();
      }
      const [, id] = /^GET \/order\/([^/]+)$/.exec(route) ?? [];
      const entry = orders.find((order) => order.id === id);
      return entry ? json(200, toFulfilmentView(entry.order)) : answers.notFound();
    },
    orders: () => orders,
    cancel(id) {
      const entry = orders.find((order) => order.id === id);
      if (!entry) throw new RangeError(`S2 has no order ${id}.`);
      cancelEntry(entry);
    },
    plant(request, createdAt) {
      const result = read(request, createdAt);
      if ("refused" in result) throw new RangeError(`S2 would refuse that body: ${result.refused.body.toString()}`);
      return keep(result.order, request, createdAt).id;
    },
    expireTokens: sessions.expireAll,
    forget() {
      orders.length = 0;
    },
  };
}
