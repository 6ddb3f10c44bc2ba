import type { PageModule } from "./page.ts";
import * as catalog from "./pages/catalog.ts";
import * as deadLetters from "./pages/dead-letters.ts";
import * as failed from "./pages/failed.ts";
import * as job from "./pages/job.ts";
import * as order from "./pages/order.ts";
import * as orders from "./pages/orders.ts";
import * as overview from "./pages/overview.ts";
import * as sandbox from "./pages/sandbox.ts";

/** Every page; those with a label are in the navigation, in this order. */
export const pages: readonly PageModule[] = [overview, orders, order, failed, deadLetters, catalog, sandbox, job];
