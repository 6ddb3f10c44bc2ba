import { wholeText } from "../../../shared/connector/fit-text.ts";
import { inPacks } from "../../../shared/connector/in-packs.ts";
import { answerToCreate, answerToRead } from "../../../shared/connector/read-answer.ts";
import { skuOf } from "../../../shared/connector/sku-of.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { quantityToShip } from "../../../shared/order.ts";
import { type Account, type Client, defineProvider, type Outgoing, type SentLine } from "../provider.ts";
import { readCreated, readData } from "./answers.ts";
import { findOrder, listSchema, PAGE_SIZE } from "./find-order.ts";
import { toOrderBody } from "./order-body.ts";
import { Secret, Settings } from "./settings.ts";

const ORDERS = "/openapi/v2/order/orders";

/**
 * KakaClo open API, Order V2: one call, a static token, a list without a filter by our number.
 * https://docs.kakaclo.com/admin-api/order-1/order; reference/providers.md 1, docs/providers/kakaclo.md
 */
export const kakaclo = defineProvider({
  name: "kakaclo",
  title: "KakaClo",
  settings: Settings,
  secret: Secret,
  // The document names no limit: 64 as for its SKU. (ASSUME)
  reference: { maxLength: 64, characters: /^[A-Za-z0-9._-]+$/ },
  // The list runs on Elasticsearch and lags up to 5 minutes; the documents advise to ask for what is 10 minutes old.
  timing: { settling: 600_000, call: 30_000 },
  open,
});

function open(account: Account<Settings, Secret>, tools: Tools): Client {
  const { settings, secret, destination } = account;
  const { token, baseUrl } = secret;
  const headers = { authorization: `Bearer ${token}`, accept: "application/json" };

  async function list(query: Record<string, string>) {
    const url = `${baseUrl}${ORDERS}?${new URLSearchParams(query)}`;
    const answer = await answerToRead(tools.http({ method: "GET", url, headers }));
    const { total, list: rows } = readData(answer, listSchema(settings), { settings, token, tools });
    return { total, rows };
  }

  async function toSent(line: Outgoing["lines"][number]): Promise<SentLine> {
    const sku = skuOf(line, destination);
    const entry = await tools.catalog(sku);
    return {
      id: line.id,
      sku,
      product: wholeText(entry?.providerSku ?? sku, 64, "SKU", destination),
      quantity: inPacks(quantityToShip(line), entry?.packSize, sku, destination),
    };
  }

  return {
    async prepare(outgoing) {
      const lines = await Promise.all(outgoing.lines.map(toSent));
      return { request: JSON.stringify(toOrderBody(outgoing, lines, settings, account)), lines };
    },

    async create({ request, lines }, { reference }) {
      const answer = await answerToCreate(
        tools.http({
          method: "POST",
          url: `${baseUrl}${ORDERS}`,
          headers: { ...headers, "content-type": "application/json" },
          body: String(request),
        }),
      );
      const skus = lines.map(({ product }) => product);
      return readCreated(answer, { reference, destination, skus, settings, token, tools });
    },

    find: (sent) =>
      findOrder(sent, settings, tools, (createStartTime, pageNumber) =>
        list({ createStartTime, pageNumber: String(pageNumber), pageSize: String(PAGE_SIZE) }),
      ),

    async check() {
      await list({ pageNumber: "1", pageSize: "1" });
    },
  };
}
