/** The set-up of the demo's only sales channel. */
export const PRICE_LIST = 21;
export const STOCK_LIST = 31;
export const CATALOG = 11;

export const PAYMENT_OPTIONS = [
  { pk: 1, name: "Credit card", slug: "credit_card", payment_type: "credit_card" },
  { pk: 2, name: "Pay on delivery", slug: "pay_on_delivery", payment_type: "pay_on_delivery" },
];

const CARGOS = [
  { pk: 1, name: "Yurtici Kargo", erp_code: "yurtici-kargo", shipping_company: "yurtici" },
  { pk: 2, name: "Aras Kargo", erp_code: "aras-kargo", shipping_company: "aras" },
  { pk: 3, name: "MNG Kargo", erp_code: "mng-kargo", shipping_company: "mng" },
];

export const cargosOf = ({ cargos }: { cargos: "one" | "several" }) =>
  CARGOS.slice(0, cargos === "one" ? 1 : undefined);

export const CHANNEL_ROW = { name: "Demo channel", catalog: CATALOG, category_tree: null, conf: {}, is_active: true };
export const CATALOG_ROW = { name: "Demo catalog", price_list: PRICE_LIST, stock_list: STOCK_LIST };
