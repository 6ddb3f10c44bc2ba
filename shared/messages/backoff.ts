/**
 * Exponential backoff with full jitter: anywhere between 0 and `base * 2^(failures - 1)`, at most `cap`. All in ms.
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoff(
  failures: number,
  { base, cap, random }: { base: number; cap: number; random: () => number },
): number {
  const ceiling = Math.min(cap, base * 2 ** Math.min(30, Math.max(0, failures - 1)));
  // Never close to 0: an immediate retry would not be a backoff.
  return Math.max(Math.min(base, ceiling) / 4, random() * ceiling);
}
