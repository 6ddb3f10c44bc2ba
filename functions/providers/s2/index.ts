import * as z from "zod/mini";
import { inPacks } from "../../../shared/connector/in-packs.ts";
import { looseRow, Shown } from "../../../shared/connector/list-schema.ts";
import { scanPages } from "../../../shared/connector/scan-pages.ts";
import { skuOf } from "../../../shared/connector/sku-of.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Rejected } from "../../../shared/errors.ts";
import { quantityToShip } from "../../../shared/order.ts";
import { type Account, type Client, defineProvider, type Outgoing, type SentLine } from "../provider.ts";
import { openApi } from "./api.ts";
import { findOrder } from "./find-order.ts";
import { accountIdOf, toOrderBody } from "./order-body.ts";
import { openProducts } from "./products.ts";
import { Secret, Settings } from "./settings.ts";

/**
 * S2 by Ventmere: login, one call, a list searched by term and then whole.
 * https://doc.ventmere.io/create-order.html; reference/providers.md 2, docs/providers/s2.md
 */
export const s2 = defineProvider({
  name: "s2",
  title: "S2",
  settings: Settings,
  secret: Secret,
  // No limit documented. (ASSUME)
  reference: { maxLength: 64, characters: /^[A-Za-z0-9._-]+$/ },
  timing: { settling: 120_000, call: 30_000 },
  open,
});

const AccountRow = looseRow(z.object({ id: Shown }));

function open(account: Account<Settings, Secret>, tools: Tools): Client {
  const { settings, secret, destination } = account;
  const api = openApi(secret, settings, tools);
  const products = openProducts(api, tools, destination);

  async function toSent(line: Outgoing["lines"][number]): Promise<SentLine> {
    const sku = skuOf(line, destination);
    const entry = await tools.catalog(sku);
    return {
      id: line.id,
      sku,
      quantity: inPacks(quantityToShip(line), entry?.packSize, sku, destination),
      product: entry?.productId ?? (await products.bySku(entry?.providerSku ?? sku)),
    };
  }

  return {
    async prepare(outgoing) {
      const lines = await Promise.all(outgoing.lines.map(toSent));
      return { request: JSON.stringify(toOrderBody(outgoing, lines, settings, account)), lines };
    },

    async create({ request, lines }, { reference }) {
      try {
        return await api.createOrder(String(request), { reference, lines });
      } catch (error) {
        if (error instanceof Rejected) products.forget(lines.map(({ product }) => product));
        throw error;
      }
    },

    find: (sent, outgoing) =>
      findOrder(sent, { api, settings, tools, accountId: accountIdOf(outgoing, settings, account) }),

    async check() {
      const { rows } = await scanPages({
        page: (_, offset) => api.list("/account", AccountRow, { offset }, "account list"),
        idOf: ({ id, raw }) => id || JSON.stringify(raw),
        wanted: () => true,
        maxPages: settings.lookUpPages,
      });
      const there = new Set(rows.map(({ id }) => id.toLowerCase()));
      const { accountId } = settings;
      const missing = (typeof accountId === "string" ? [accountId] : Object.values(accountId)).filter(
        (id) => !there.has(id.toLowerCase()),
      );
      if (missing.length > 0) throw new Misconfigured(`S2 shows this user no account ${missing.join(", ")}.`);
    },
  };
}
