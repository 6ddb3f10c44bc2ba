import { randomBytes } from "node:crypto";
import type { SimulatorRequest } from "../../simulator.ts";
import type { AkinonSwitches } from "./switches.ts";

/** Keys as Django REST framework's token authentication makes them: 40 hex digits. */
export function createTokens(switches: Readonly<AkinonSwitches>, now: () => number) {
  const issued = new Map<string, number>();
  const isGood = (until: number | undefined) => until !== undefined && now() < until;

  return {
    issue(): string {
      const known = [...issued].find(([, until]) => isGood(until))?.[0];
      if (known !== undefined && switches.tokenPerLogin === "same") return known;
      const key = randomBytes(20).toString("hex");
      const { tokenLifetimeSeconds } = switches;
      issued.set(
        key,
        tokenLifetimeSeconds === undefined ? Number.POSITIVE_INFINITY : now() + tokenLifetimeSeconds * 1000,
      );
      return key;
    },
    /** @returns the key of an authorised request */
    keyOf({ headers }: SimulatorRequest): string | undefined {
      const given = headers.authorization ?? "";
      if (given === switches.apiKey) return given;
      const [, key] = (switches.authorization === "token" ? /^Token (\S+)$/ : /^(\S+)$/).exec(given) ?? [];
      return key !== undefined && isGood(issued.get(key)) ? key : undefined;
    },
    expireAll: () => issued.clear(),
  };
}
