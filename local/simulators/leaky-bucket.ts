/** A leaky bucket: every call adds one drop, drops leak at a steady rate, a drop over the rim is refused. */
export interface LeakyBucket {
  /** @returns false where the bucket is full. A refused call adds nothing. */
  take(): boolean;
}

/** Limits are read at each call, so that they can be switched while it runs. `now` is in milliseconds. */
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
