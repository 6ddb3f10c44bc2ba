import { parseExactly } from "../../exact-json.ts";
import { type Answer, json } from "../../simulator.ts";

type Row = Readonly<Record<string, unknown>>;

/** The condition types that are simulated, of times as Commerce writes them. */
const CONDITIONS: Readonly<Record<string, (stored: string, given: string) => boolean>> = {
  eq: (stored, given) => stored === given,
  gt: (stored, given) => stored > given,
  gteq: (stored, given) => stored >= given,
  lt: (stored, given) => stored < given,
  lteq: (stored, given) => stored <= given,
};
const TIME = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const USUAL_SIZE = 20;
/** The optional limit of a shop, as Commerce presets it. */
const LARGEST_PAGE = 300;

const refused = (message: string): Answer => json(400, { message });

interface Criteria {
  filters: { field: string; value: string; condition: string }[];
  sorts: { field: string; direction: string }[];
  size: number;
  page: number;
  fields: string | null;
}

const FILTER = /^searchCriteria\[filter_groups\]\[(\d+)\]\[filters\]\[(\d+)\]\[(field|value|condition_type)\]$/;
const SORT = /^searchCriteria\[sortOrders\]\[(\d+)\]\[(field|direction)\]$/;

/** Every name must be one that the documents have; the filters of one group, which are alternatives, are not simulated. */
function criteriaOf(query: URLSearchParams): Criteria | string {
  const filters = new Map<string, Record<string, string>>();
  const sorts = new Map<string, Record<string, string>>();
  const plain: Record<string, string> = {};
  const put = (into: Map<string, Record<string, string>>, key: string, field: string, value: string) =>
    into.set(key, { ...into.get(key), [field]: value });
  for (const [name, value] of query) {
    const [, group, filter, part] = FILTER.exec(name) ?? [];
    const [, order, sortPart] = SORT.exec(name) ?? [];
    if (part !== undefined) {
      if (filter !== "0") return "alternatives are not simulated";
      put(filters, group ?? "", part, value);
    } else if (sortPart !== undefined) put(sorts, order ?? "", sortPart, value);
    else if (["searchCriteria[pageSize]", "searchCriteria[currentPage]", "fields"].includes(name)) plain[name] = value;
    else return `The parameter ${name} is not known`;
  }
  const [size, page] = [plain["searchCriteria[pageSize]"] ?? USUAL_SIZE, plain["searchCriteria[currentPage]"] ?? 1];
  if (![size, page].every((number) => /^[1-9]\d{0,5}$/.test(String(number)))) return "a page is a number";
  return {
    filters: [...filters.values()].map(({ field = "", value = "", condition_type: condition = "eq" }) => ({
      field,
      value,
      condition,
    })),
    sorts: [...sorts.values()].map(({ field = "", direction = "DESC" }) => ({ field, direction })),
    size: Number(size),
    page: Number(page),
    fields: plain["fields"] ?? null,
  };
}

/** `GET /V1/orders`. https://developer.adobe.com/commerce/webapi/rest/use-rest/performing-searches/ */
export function listOf(query: URLSearchParams, orders: ReadonlyMap<string, string>): Answer {
  const criteria = criteriaOf(query);
  if (typeof criteria === "string") return refused(criteria);
  const { filters, sorts, size, page, fields } = criteria;
  if (size > LARGEST_PAGE) return refused(`Maximum SearchCriteria pageSize is ${LARGEST_PAGE}`);
  const rows = [...orders.values()].map((text) => parseExactly(text) as Row);
  for (const { field, value, condition } of filters) {
    if (field !== "updated_at" && field !== "created_at") return refused(`Column not found: ${field}`);
    if (!TIME.test(value) || !Object.hasOwn(CONDITIONS, condition)) return refused(`Invalid condition for ${field}`);
  }
  const wanted = rows.filter((row) =>
    filters.every(({ field, value, condition }) => CONDITIONS[condition]?.(String(row[field]), value)),
  );
  if (sorts.some(({ direction }) => direction !== "ASC" && direction !== "DESC")) return refused("Invalid direction");
  const sorted = wanted.toSorted((a, b) => {
    for (const { field, direction } of sorts) {
      const order = compare(field, a, b);
      if (order !== 0) return direction === "ASC" ? order : -order;
    }
    return 0;
  });
  const pages = Math.max(1, Math.ceil(sorted.length / size));
  // Beyond the last page the last one comes again.
  const from = (Math.min(page, pages) - 1) * size;
  const shown = sorted.slice(from, from + size).map((row) => only(row, fields));
  const counted = { items: shown, total_count: sorted.length };
  return json(
    200,
    fields === null ? { ...counted, search_criteria: { page_size: size, current_page: page } } : counted,
  );
}

function compare(field: string, a: Row, b: Row): number {
  if (field === "entity_id") return Number(String(a[field])) - Number(String(b[field]));
  const [x, y] = [String(a[field]), String(b[field])];
  return x < y ? -1 : Number(x > y);
}

/** `items[entity_id,updated_at],total_count` */
function only(row: Row, fields: string | null): Row {
  const names = /items\[([\w,]+)\]/.exec(fields ?? "")?.[1]?.split(",");
  return names ? Object.fromEntries(Object.entries(row).filter(([name]) => names.includes(name))) : row;
}
