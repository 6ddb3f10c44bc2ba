import type { SimulatorRequest } from "../../simulator.ts";
import type { LingxingSwitches } from "./switches.ts";

/**
 * The "improved token bucket": every request takes a token of its URL. The token returns with the answer or, if the
 * client hung up, two minutes after the request began.
 */
export interface InFlight {
  /** @returns false if the limit is reached */
  enter(request: SimulatorRequest): boolean;
  forget(): void;
}

export function createInFlight(
  switches: Readonly<Pick<LingxingSwitches, "capacity" | "abandonedMs">>,
  now: () => number,
): InFlight {
  const taken = new Map<string, Set<{ since: number }>>();
  return {
    enter({ path, ended }) {
      const places = taken.get(path) ?? new Set();
      taken.set(path, places);
      for (const place of places) if (now() - place.since >= switches.abandonedMs) places.delete(place);
      if (places.size >= switches.capacity) return false;
      const place = { since: now() };
      places.add(place);
      void ended.then((how) => {
        if (how === "answered") places.delete(place);
      });
      return true;
    },
    forget: () => taken.clear(),
  };
}
