import type { Plugin } from "esbuild";

/** Loaded late by whoever meets something oversized. */
const S3 = "shared/messages/s3-texts.ts";
/** A file of a channel. What one loads late (reader, API client) receive-webhook never loads: it checks signatures. */
const OF_CHANNEL = /[\\/]functions[\\/]channels[\\/][^\\/]+[\\/][^\\/]+\.ts$/;

/**
 * Keeps what a function loads late, or never, out of what it loads at its start. Splitting alone does not: of a module that
 * entry and late chunk share, the parts that only the late one needs are loaded at the start too (of the SDK 38 KB for S3,
 * of zod 11 KB for the readers).
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
  /** `extra`: further entry points, by name, known when the build with the plugin is over; each is built by itself. */
  return { plugin, extra };
}
