import { setImmediate } from "node:timers/promises";

/** Waits until something holds. @throws Error after ten seconds */
export async function eventually(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`Never came true: ${holds}`);
    await setImmediate();
  }
}
