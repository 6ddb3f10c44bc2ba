import { timestamp, toOrganization } from "./organization.ts";
import type { S2Switches } from "./switches.ts";

export const USER_ID = "e4affb47-1971-42bb-97a3-215d9bddd0ac";

/** The `user` of a login's answer. */
export function toUser({ email, organizations }: S2Switches) {
  const since = timestamp(Date.UTC(2024, 2, 5, 22, 17, 23, 520), 948);
  return {
    id: USER_ID,
    name: "Demo",
    email,
    active: true,
    inactiveReason: null,
    createdAt: since,
    updatedAt: since,
    organizations: organizations.map((id) => ({ organization: toOrganization(id), role: "ADMIN", permissions: [] })),
    workspaces: [],
    hostRole: "USER",
  };
}
