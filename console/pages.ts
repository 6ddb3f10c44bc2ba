import type { PageModule } from "./page.ts";
import * as job from "./pages/job.ts";
import * as overview from "./pages/overview.ts";

/** Every page; those with a label stand in the navigation in this order. */
export const pages: readonly PageModule[] = [overview, job];
