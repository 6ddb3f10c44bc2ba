import type { Plugin } from "esbuild";

/** Loaded when an event or a body is too large for a message or an item. */
const S3 = "shared/messages/s3-texts.ts";
/**
 * A file of a channel. receive-webhook only checks signatures, so it never loads what they import late (reader, API
 * client).
 */
const OF_CHANNEL = /[\\/]functions[\\/]channels[\\/][^\\/]+[\\/][^\\/]+\.ts$/;

/**
 * Keeps code that a function loads late, or never, out of its cold start. esbuild's splitting is not enough: if entry
 * and late chunk share a module, the entry also loads the parts that only the late chunk needs (of the SDK 38 KB for
 * S3, of zod 11 KB for the readers).
 */
export function keepApart(entry: string) {
  const extra = new Map<string, string>();
  const plugin: Plugin = {
    name: "keep-apart",
    setup(build) {
      build.onResolve({ filter: /\/s3-texts\.ts$/ }, ({ kind }) => {
        if (kind !== "dynamic-import") return undefined;
        extra.set("s3-texts", S3);
        return { path: "./s3-texts.mjs", external: true };
      });
      if (!entry.startsWith("functions/receive-webhook/")) return;
      build.onResolve({ filter: /^\./ }, ({ kind, importer }) =>
        kind === "dynamic-import" && OF_CHANNEL.test(importer) ? { path: "late", namespace: "left-out" } : undefined,
      );
      build.onLoad({ filter: /^late$/, namespace: "left-out" }, () => ({
        contents: 'throw new Error("receive-webhook reads no events and calls no API");',
      }));
    },
  };
  /** `extra`: further entry points by name, known after the build with the plugin; each is built separately. */
  return { plugin, extra };
}
