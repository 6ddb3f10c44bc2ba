import * as z from "zod/mini";
import { ok, type Route, readJson } from "./route.ts";

const Pause = z.strictObject({ paused: z.boolean() });

/** Stops reconcile, so that a fault meant for a fetch is not used up by a poll, and lets it run again. */
export const reconcileRoutes = (pause: (isPaused: boolean) => Promise<void>): Route[] => [
  {
    key: "POST /sandbox/reconcile",
    async handle(_parts, request) {
      const { paused } = await readJson(request, Pause);
      await pause(paused);
      return ok({ paused });
    },
  },
];
