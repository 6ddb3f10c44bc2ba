/** Timing of stages that a test deploys or replays: every wait takes seconds, as in local/stages/local.ts. */
export const QUICK_TIMING = {
  leaseSkew: "1s",
  shortWait: "1s",
  retryBase: "500ms",
  retryCap: "5s",
  giveUpAfter: "30s",
  throttleBase: "200ms",
  throttleCap: "5s",
} as const;
