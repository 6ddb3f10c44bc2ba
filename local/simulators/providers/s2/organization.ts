/** S2 writes microseconds without trailing zeros, so the fraction varies: `…34.20791Z`, `…22.617577Z`, or none. */
export function timestamp(ms: number, micros = 0): string {
  const fraction = `${new Date(ms).toISOString().slice(20, 23)}${String(micros).padStart(3, "0")}`.replace(/0+$/, "");
  return `${new Date(ms).toISOString().slice(0, 19)}${fraction && `.${fraction}`}Z`;
}

export interface Organization {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

const FOUNDED = timestamp(Date.UTC(2024, 2, 5, 22, 17, 23, 520), 948);
const RENAMED = timestamp(Date.UTC(2024, 3, 9, 21, 15, 15, 615), 765);

export const toOrganization = (id: string): Organization => ({
  id,
  name: `Organization ${id.slice(0, 4)}`,
  createdAt: FOUNDED,
  updatedAt: RENAMED,
});

export const toAccount = ({ id, name }: { id: string; name: string }, organization: Organization) => ({
  id,
  organization,
  name,
  type: "MARKETPLACE_GENERIC",
  autoAssignOrdersToWarehouse: null,
  createdAt: timestamp(Date.UTC(2024, 3, 11, 2, 52, 3, 791), 286),
  updatedAt: timestamp(Date.UTC(2024, 3, 11, 2, 52, 3, 791), 286),
});
