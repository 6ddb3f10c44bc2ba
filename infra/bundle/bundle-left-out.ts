import type { Plugin } from "esbuild";

/** Of the SDK, by file: what stands in for it. */
const STAND_INS: readonly (readonly [file: RegExp, contents: string])[] = [
  // For a Node that was built without SHA-256; the signatures of channels could not be checked there either.
  [
    /[\\/]@smithy[\\/]core[\\/].+[\\/]Sha256Js\.js$/,
    'export class Sha256Js { constructor() { throw new Error("Node has no SHA-256") } }',
  ],
  // EC2's way to find the region, asked where Lambda's AWS_EXECUTION_ENV is missing. Undefined is its own answer elsewhere.
  [
    /[\\/]@smithy[\\/]core[\\/].+[\\/]getInstanceMetadataRegion\.js$/,
    "export const getInstanceMetadataRegion = async () => undefined;",
  ],
];

/** Leaves out of every bundle what a Lambda on Node 24 cannot reach, 5 KB of each start: docs/decisions/receive-webhook-start.md. */
export const leftOut: Plugin = {
  name: "left-out",
  setup({ onLoad }) {
    for (const [filter, contents] of STAND_INS) onLoad({ filter }, () => ({ contents }));
  },
};
