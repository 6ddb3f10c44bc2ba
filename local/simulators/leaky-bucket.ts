/** A leaky bucket: each call adds one drop, drops leak at a steady rate, and a full bucket refuses the call. */
export interface LeakyBucket {
  /** @returns false if the bucket is full. A refused call adds nothing. */
  take(): boolean;
}

/** Reads the limits at each call, so that they can change while it runs. `now` is in milliseconds. */
export function createLeakyBucket(
  limits: () => { size: number; leakPerSecond: number },
  now: () => number,
): LeakyBucket {
  let level = 0;
  let at = now();
  return {
    take() {
      const { size, leakPerSecond } = limits();
      level = Math.max(0, level - ((now() - at) / 1000) * leakPerSecond);
      at = now();
      if (level + 1 > size) return false;
      level += 1;
      return true;
    },
  };
}
