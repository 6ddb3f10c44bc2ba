import type { Answer } from "../../simulator.ts";
import type { Envelopes } from "./envelopes.ts";
import type { OrderBook } from "./order-book.ts";
import type { LingxingSwitches } from "./switches.ts";

/** What every resource works with. */
export interface Desk {
  book: OrderBook;
  switches: Readonly<LingxingSwitches>;
  envelopes: Envelopes;
  now: number;
}

/** "Parameters not valid". */
export const invalid = ({ failed }: Envelopes, detail: string): Answer => failed(102, "参数不合法", [detail], []);
