import type { Plugin } from "esbuild";

/** Files of the SDK, and the source that replaces each. */
const REPLACEMENTS: readonly (readonly [file: RegExp, contents: string])[] = [
  // For a Node.js built without SHA-256, which could not verify signatures either.
  [
    /[\\/]@smithy[\\/]core[\\/].+[\\/]Sha256Js\.js$/,
    'export class Sha256Js { constructor() { throw new Error("Node has no SHA-256") } }',
  ],
  // The SDK asks EC2 for the region if AWS_EXECUTION_ENV is missing. Outside EC2 the original returns undefined too.
  [
    /[\\/]@smithy[\\/]core[\\/].+[\\/]getInstanceMetadataRegion\.js$/,
    "export const getInstanceMetadataRegion = async () => undefined;",
  ],
  // A Lambda has no ~/.aws: its settings are in the environment. The original would look for both files.
  [
    /[\\/]@smithy[\\/]core[\\/].+[\\/]loadSharedConfigFiles\.js$/,
    `export const CONFIG_PREFIX_SEPARATOR = ".";
     export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
  ],
];

/**
 * Leaves out code that a Lambda on Node.js 24 never runs, 5 KB of each cold start:
 * docs/decisions/receive-webhook-start.md.
 */
export const leftOut: Plugin = {
  name: "left-out",
  setup({ onLoad }) {
    for (const [filter, contents] of REPLACEMENTS) onLoad({ filter }, () => ({ contents }));
  },
};
