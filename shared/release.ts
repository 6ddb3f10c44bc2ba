/** Set by the bundler (infra/bundle/bundle.ts) from package.json; absent where the sources run as they are. */
declare const ORDER_RELAY_VERSION: string | undefined;

/** Sent with every call to another system. */
export const USER_AGENT: string =
  typeof ORDER_RELAY_VERSION === "undefined" ? "order-relay/source" : `order-relay/${ORDER_RELAY_VERSION}`;

/** `v` of every item of the table and of every message between the functions (docs/decisions/versions.md). */
export const ITEM_VERSION = 1;

/** A value without `v` is not newer. */
export const isNewer = (thing: unknown): boolean =>
  typeof thing === "object" && thing !== null && "v" in thing && typeof thing.v === "number" && thing.v > ITEM_VERSION;

/** The item or message is fine, but this function is too old for it and leaves it for the newer one. */
export class NewerRelease extends Error {
  override readonly name = "NewerRelease";

  constructor(what: string) {
    super(`${what} was written by a newer release: deploy that release`);
  }
}
