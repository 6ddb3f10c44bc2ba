/** Set by the bundler (infra/bundle/bundle.ts) from package.json; absent where the sources run as they are. */
declare const ORDER_RELAY_VERSION: string | undefined;

/** What every call to another system says of us. */
export const USER_AGENT: string =
  typeof ORDER_RELAY_VERSION === "undefined" ? "order-relay/source" : `order-relay/${ORDER_RELAY_VERSION}`;

/** `v` of every item of the table and of every message between the functions (docs/decisions/versions.md). */
export const ITEM_VERSION = 1;

/** What has no `v` is as old as can be. */
export const isNewer = (thing: unknown): boolean =>
  typeof thing === "object" && thing !== null && "v" in thing && typeof thing.v === "number" && thing.v > ITEM_VERSION;

/** Nothing is wrong with what was read: this function is too old for it, and leaves it as it is for the newer one. */
export class NewerRelease extends Error {
  override readonly name = "NewerRelease";

  constructor(what: string) {
    super(`${what} was written by a newer release: deploy that release`);
  }
}
