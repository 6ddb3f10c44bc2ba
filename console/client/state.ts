import { computed, signal } from "@preact/signals";
import type { Sheet } from "../shell.ts";

/** What the page shows. */
export const sheet = signal<Sheet | undefined>(undefined);
/** What the server sent last, where showing it would move rows. */
export const latest = signal<Sheet | undefined>(undefined);
/** Rows of `latest` that are not shown. */
export const news = signal(0);
/** A load takes longer than 200 ms. */
export const busy = signal(false);
/** The reader has the page in front. */
export const inFront = signal(true);
/** The address whose changes the server sends; undefined for a page that is not live, or that is not in front. */
export const live = computed(() => {
  const { liveEvery, address } = sheet.value?.shell ?? {};
  return liveEvery === undefined || !inFront.value ? undefined : address;
});

/** Shows another address of ours. The client sets `to` when it starts. */
export const navigate: { to: (address: string) => void } = { to: () => {} };
