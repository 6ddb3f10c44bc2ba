import type { PageModule } from "./page.ts";
import * as job from "./pages/job.ts";
import * as overview from "./pages/overview.ts";
import * as sandbox from "./pages/sandbox.ts";

/** Every page; those with a label stand in the navigation in this order. */
export const pages: readonly PageModule[] = [overview, sandbox, job];
