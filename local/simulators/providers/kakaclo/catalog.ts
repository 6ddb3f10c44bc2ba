import type { Answer } from "../../simulator.ts";
import { invalidRequest, ok } from "./envelope.ts";
import { countriesOf, UNIT_PRICE } from "./order-book.ts";

/** From the countryAndWarehouse page, which writes China by region. */
const WAREHOUSES = {
  CN: { warehouseId: 1, warehouseCode: "G007", warehouseName: "Warehouse 7 in South China", countryCode: "CN_S" },
  US: { warehouseId: 13, warehouseCode: "G004", warehouseName: "Warehouse in the United States", countryCode: "US" },
} as const;

const STOCK = 1_000;

/** "each time a maximum of 30"; other filters (spus, category, dates) find nothing here. */
function skusOf(query: URLSearchParams): string[] | undefined {
  const skus = query.get("skus")?.split(",").filter(Boolean);
  if (skus) return skus.length > 30 ? undefined : skus;
  return ["spus", "categoryId", "dateStartTime", "dateEndTime"].some((name) => query.has(name)) ? [] : undefined;
}

const page = (list: readonly unknown[]) => ({ total: list.length, pageNumber: 1, pageSize: 30, list });

/** `GET /openapi/v1/product/products?skus=`. An unknown SKU is simply not in the list. (ASSUME) */
export function productOf(query: URLSearchParams): Answer {
  const skus = skusOf(query);
  if (!skus) return invalidRequest();
  const known = skus.filter((sku) => countriesOf(sku).length > 0);
  return ok(
    page(
      known.map((sku) => ({
        spu: sku,
        productName: sku,
        skuDetails: [{ sku, price: UNIT_PRICE, stock: STOCK, skuStatus: 1 }],
      })),
    ),
  );
}

/** `GET /openapi/v1/product/stocks?skus=` */
export function stocksOf(query: URLSearchParams): Answer {
  const skus = skusOf(query);
  if (!skus) return invalidRequest();
  const list = skus
    .map((sku) => ({ sku, countries: countriesOf(sku) }))
    .filter(({ countries }) => countries.length > 0)
    .map(({ sku, countries }) => ({
      warehouseStockList: countries.map((country) => {
        const { countryCode, warehouseCode } = WAREHOUSES[country];
        return { countryCode, qty: STOCK / countries.length, warehouseCode };
      }),
      sku,
    }));
  return ok(page(list), "Success！");
}

/** `GET /openapi/v1/product/countryAndWarehouse` */
export const warehouses = (): Answer =>
  ok(
    {
      list: Object.values(WAREHOUSES).map((warehouse) => ({
        ...warehouse,
        warehouseNameExt: warehouse.warehouseName,
        countryCn: warehouse.countryCode === "US" ? "United States" : "South China",
      })),
    },
    "kk.api.200",
  );
