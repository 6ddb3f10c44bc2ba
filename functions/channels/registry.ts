import type { Channel } from "./channel.ts";

export type { Channel };

/**
 * Every channel by its folder's name, one line each. A channel is loaded at its first use, so that the number of
 * channels does not slow a function's start.
 */
export const channels = {
  "adobe-commerce": async () => (await import("./adobe-commerce/index.ts")).adobeCommerce,
  amazon: async () => (await import("./amazon/index.ts")).amazon,
  bigcommerce: async () => (await import("./bigcommerce/index.ts")).bigcommerce,
  ebay: async () => (await import("./ebay/index.ts")).ebay,
  ecwid: async () => (await import("./ecwid/index.ts")).ecwid,
  etsy: async () => (await import("./etsy/index.ts")).etsy,
  shopify: async () => (await import("./shopify/index.ts")).shopify,
  shoplazza: async () => (await import("./shoplazza/index.ts")).shoplazza,
  square: async () => (await import("./square/index.ts")).square,
  squarespace: async () => (await import("./squarespace/index.ts")).squarespace,
  standard: async () => (await import("./standard/index.ts")).standard,
  "tiktok-shop": async () => (await import("./tiktok-shop/index.ts")).tiktokShop,
  wix: async () => (await import("./wix/index.ts")).wix,
  woocommerce: async () => (await import("./woocommerce/index.ts")).woocommerce,
} satisfies Record<string, () => Promise<Channel>>;

/** @returns undefined for a channel that is not registered */
export const loadChannel = (name: string): Promise<Channel> | undefined =>
  Object.hasOwn(channels, name) ? channels[name as keyof typeof channels]() : undefined;

/** All of them, for what is not a function: infra, operator, tests. */
export const loadChannels = (): Promise<Channel[]> => Promise.all(Object.values(channels).map((load) => load()));
