import type { SecretVersion, VersionedSecret } from "../../shared/stage/versioned-secret.ts";

/** A secret of Secrets Manager in memory, and what a test does to it. */
export interface MemorySecret extends VersionedSecret {
  /** As the operator does: a new version becomes the current one. */
  put(value: Record<string, unknown>): void;
  current(): SecretVersion | undefined;
  versions(): readonly SecretVersion[];
}

export function memorySecret(value?: Record<string, unknown>): MemorySecret {
  const versions = new Map<string, SecretVersion>();
  let current: string | undefined;
  let count = 0;
  const put = (next: Record<string, unknown>): void => {
    current = `v${++count}`;
    versions.set(current, { version: current, value: next });
  };
  if (value) put(value);
  return {
    put,
    current: () => (current === undefined ? undefined : versions.get(current)),
    versions: () => [...versions.values()],
    read: async (version = current) => (version === undefined ? undefined : versions.get(version)),
    async write(written) {
      versions.set(written.version, structuredClone(written));
    },
    async makeCurrent(version, from) {
      if (current !== from) return false;
      current = version;
      return true;
    },
  };
}
