import * as z from "zod/mini";
import { Text } from "../../../shared/connector/loose-schema.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import type { ApiTools } from "../../../shared/connector/tools.ts";
import { get } from "./access.ts";
import { hostsOf } from "./hosts-of.ts";
import type { Secret } from "./settings.ts";

export const userUrl = (app: Secret): string => `${hostsOf(app).identity}/commerce/identity/v1/user/`;

/** `userId` never changes, `username` may. */
export const User = z.object({ userId: Text, username: Text });

/**
 * The ID of the seller that a token is of.
 * @returns undefined if the token lacks the scope for it @throws Unavailable
 */
export async function sellerOf(access: string, app: Secret, tools: ApiTools): Promise<string | undefined> {
  const answer = await get(userUrl(app), access, tools);
  return answer.status === 200 ? readAnswer(answer, User)?.userId : undefined;
}
