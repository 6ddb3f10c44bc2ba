import { type Client, defineProvider } from "../provider.ts";
import { openApi } from "./api.ts";
import { findOrder } from "./find-order.ts";
import { itemsOf } from "./items.ts";
import { addressCountry, type OrderBody, shippingAddress, toOrderBody } from "./order-body.ts";
import { checkProducts } from "./products.ts";
import { regionOf } from "./regions.ts";
import { Secret, Settings } from "./settings.ts";
import { openStores } from "./stores.ts";

/**
 * Lingxing (领星) ERP OpenAPI: orders that Amazon fulfils for other shops. docs/providers/lingxing.md;
 * https://apidoc.lingxing.com/#/docs/Sale/FbaCreateOrder
 */
export const lingxing = defineProvider<Settings, Secret>({
  name: "lingxing",
  title: "Lingxing",
  settings: Settings,
  secret: Secret,
  // Amazon's limit; other characters are in no channel's order IDs, and would be hashed.
  reference: { maxLength: 40, characters: /^[A-Za-z0-9._-]+$/ },
  timing: { settling: 120_000, call: 60_000, function: 150_000 },
  oneInFlight: true,

  open(account, tools): Client {
    const api = openApi(account, tools);
    const stores = openStores(account, tools, api);
    return {
      async prepare(outgoing) {
        const address = shippingAddress(outgoing, account.destination);
        const country = addressCountry(address, account);
        const { items, lines } = await itemsOf(outgoing, account, tools);
        // What the order lacks is said before anything is asked of Lingxing.
        toOrderBody(outgoing, address, "", items, account);
        const store = await stores.ours("working");
        if (account.settings.checkMsku) await checkProducts(lines, store, account, api);
        const region = await regionOf(address, country, account, tools, api);
        return { request: toOrderBody(outgoing, address, region, items, account), lines };
      },

      async create(prepared, { reference }) {
        const mskus = prepared.lines.map(({ product }) => product);
        const said = await api.create("/order/amzod/api/createOrder", prepared.request as OrderBody, mskus);
        // Lingxing answers without an ID: it knows the order by our number.
        return { providerOrderIds: [reference], ...said };
      },

      find: (sent) => findOrder(sent, account, stores, api),

      async check() {
        await stores.fresh();
      },
    };
  },
});
