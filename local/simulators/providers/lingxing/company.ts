/** A store of the company whose ERP this is. */
export interface Store {
  readonly sid: number;
  readonly name: string;
  readonly country: string;
  readonly region: string;
  readonly marketplaceId: string;
  /** 0 stopped, 1 normal, 2 authorisation broken, 3 suspended. */
  readonly status: 0 | 1 | 2 | 3;
}

export const STORES: readonly Store[] = [
  store(101, "demo-US", "美国", "NA", "ATVPDKIKX0DER"),
  store(102, "demo-DE", "德国", "EU", "A1PA6795UKMFR9"),
  store(103, "demo-UK", "英国", "EU", "A1F83G8C2ARO7P"),
  store(104, "demo-JP", "日本", "JP", "A1VC38T7YXB528"),
  store(105, "demo-IN", "印度", "IN", "A21TJRUUN4KGV"),
  // The same name in another country: only name and country together identify a store.
  store(106, "demo-US", "加拿大", "NA", "A2EUQ1WTGCTBG2"),
  store(107, "demo-stopped", "美国", "NA", "ATVPDKIKX0DER", 0),
  store(108, "demo-unauthorised", "美国", "NA", "ATVPDKIKX0DER", 2),
  store(109, "demo-unpaid", "美国", "NA", "ATVPDKIKX0DER", 3),
];

function store(
  sid: number,
  name: string,
  country: string,
  region: string,
  marketplaceId: string,
  status: Store["status"] = 1,
): Store {
  return { sid, name, country, region, marketplaceId, status };
}

/** `GET /erp/sc/data/seller/lists` */
export const sellerLists = () =>
  STORES.map(({ sid, name, country, region, marketplaceId, status }) => ({
    sid,
    mid: MARKETPLACES.find((marketplace) => marketplace.country === country)?.mid ?? 0,
    name,
    seller_id: "AZTOLDEMO",
    account_name: "demo",
    seller_account_id: 2,
    region,
    country,
    has_ads_setting: 0,
    marketplace_id: marketplaceId,
    status,
  }));

/** `GET /erp/sc/data/seller/allMarketplace` */
export const MARKETPLACES = [
  { mid: 1, region: "NA", aws_region: "NA", country: "美国", code: "US", marketplace_id: "ATVPDKIKX0DER" },
  { mid: 2, region: "NA", aws_region: "NA", country: "加拿大", code: "CA", marketplace_id: "A2EUQ1WTGCTBG2" },
  { mid: 4, region: "EU", aws_region: "EU", country: "英国", code: "UK", marketplace_id: "A1F83G8C2ARO7P" },
  { mid: 5, region: "EU", aws_region: "EU", country: "德国", code: "DE", marketplace_id: "A1PA6795UKMFR9" },
  { mid: 6, region: "EU", aws_region: "EU", country: "法国", code: "FR", marketplace_id: "A13V1IB3VIYZZH" },
  { mid: 9, region: "IN", aws_region: "EU", country: "印度", code: "IN", marketplace_id: "A21TJRUUN4KGV" },
  { mid: 10, region: "JP", aws_region: "FE", country: "日本", code: "JP", marketplace_id: "A1VC38T7YXB528" },
] as const;
