import { randomUUID } from "node:crypto";
import * as z from "zod/mini";
import { Deferred, Misconfigured } from "../errors.ts";
import type { SecretVersion } from "../stage/versioned-secret.ts";
import type { HttpAnswer } from "./http.ts";
import type { ApiTools, Cache } from "./tools.ts";

/** What a refresh gives: an access token, and the refresh token that replaces the one that was sent. */
export interface RotatedGrant {
  access: string;
  /** Epoch ms. */
  expiresAt: number;
  refresh: string;
}

export interface RotatingTokenOptions {
  /** `squarespace/main`: the connection whose secret has the refresh token, in its field `refreshToken`. */
  connection: string;
  /** 32 bytes in base64, which seal the access token in the table. */
  key: string;
  /** How long before its end the access token is renewed, ms; never in the first half of its life. */
  early: number;
  /** Exchanges a refresh token. Each works once. */
  refresh(token: string): Promise<RotatedGrant>;
}

/** An access token as the table has it. Times in epoch ms. */
const Access = z.object({ access: z.string(), fetchedAt: z.number(), expiresAt: z.number() });
type Access = z.infer<typeof Access>;

/**
 * Written down before a refresh token is sent: the version of the secret that will have the next one, and the version
 * that had this one.
 */
const Note = z.object({ version: z.string(), from: z.string(), at: z.number() });
type Note = z.infer<typeof Note>;

const Secret = z.object({ refreshToken: z.string() });

/** A noted version that is not there after this was never written, ms. */
const ABSENT = 60_000;
/** The lease outlives the function by this, ms: an environment that died may have asked the server. */
const OUTLIVES = 60_000;
/** How long a note counts, ms; Secrets Manager's labels are right long before. */
const NOTE_KEPT = 30 * 86_400_000;

/** The names of a connection's items. The operator's command takes the same lease when it replaces the secret. */
export const rotatingTokenNames = (connection: string) => ({
  lease: `refresh ${connection}`,
  note: "refresh-token",
  access: `access ${connection}`,
});

/** A pair that the server gave and that is not saved yet. */
interface Unsaved {
  written: SecretVersion;
  from: string;
  access: Access;
}

/** What an environment knows of a connection's token. */
class Held {
  access: Access | undefined;
  /** A refused write must not lose the new refresh token. */
  unsaved: Unsaved | undefined;
}

/**
 * The access token of an authorisation whose refresh token changes at each use, and that no login replaces. One caller
 * at a time refreshes it, under a lease that outlives the caller. The new refresh token is in the connection's secret
 * before its access token is used. If it cannot be written, this environment keeps it and writes it first of all the
 * next time (design.md H6).
 *
 * A pair that is lost between the server's answer and the secret (a crash) needs a new authorisation, unless the server
 * takes the old refresh token once more.
 */
export function rotatingToken({ connection, key, early, refresh }: RotatingTokenOptions, tools: ApiTools) {
  const { secret } = tools;
  const names = rotatingTokenNames(connection);
  const sealed: Cache = tools.sealedCache(key);
  const held = heldIn(tools.memory, names.access);

  const isFresh = ({ fetchedAt, expiresAt }: Access): boolean =>
    tools.now() < expiresAt - Math.min(early, (expiresAt - fetchedAt) / 2);
  const usable = (token: Access | undefined, refused: string | undefined): Access | undefined =>
    token && token.access !== refused && isFresh(token) ? token : undefined;
  const stored = (): Promise<Access | undefined> => sealed.get(names.access, Access);

  /** The secret's version with the newest refresh token. */
  async function newest(note: Note | undefined): Promise<SecretVersion> {
    const current = await secret.read();
    if (!current) throw new Misconfigured(`The secret of the connection ${connection} has no value.`);
    // Neither noted version: the operator has replaced the secret since.
    if (!note || ![note.version, note.from].includes(current.version)) return current;
    if (current.version === note.version) return current;
    const noted = await secret.read(note.version);
    if (noted) {
      // Its writer died before it moved the label, or the answer about the label is old.
      await secret.makeCurrent(noted.version, current.version);
      return noted;
    }
    if (tools.now() < note.at + ABSENT) {
      throw new Deferred("the new refresh token is still being written", note.at + ABSENT);
    }
    return current;
  }

  async function exchange(): Promise<Access> {
    const former = await tools.cache.get(names.note, Note);
    const { version: from, value } = await newest(former);
    const parsed = z.safeParse(Secret, value);
    if (!parsed.success) throw new Misconfigured(`The secret of the connection ${connection} has no refreshToken.`);
    const note: Note = { version: randomUUID(), from, at: tools.now() };
    await tools.cache.put(names.note, note, NOTE_KEPT);
    const grant = await refresh(parsed.data.refreshToken).catch(async (error: unknown) => {
      // The noted version will not be written: the next caller need not wait for it.
      await restore(former);
      throw error;
    });
    const { access, expiresAt } = grant;
    return save({
      written: { version: note.version, value: { ...value, refreshToken: grant.refresh } },
      from,
      access: { access, expiresAt, fetchedAt: tools.now() },
    });
  }

  const restore = (note: Note | undefined): Promise<void> =>
    note ? tools.cache.put(names.note, note, NOTE_KEPT) : tools.cache.delete(names.note);

  async function save(pair: Unsaved): Promise<Access> {
    held.unsaved = pair;
    const { written, from, access } = pair;
    await secret.write(written);
    if (!(await secret.makeCurrent(written.version, from)) && (await isReplaced(written.version, from))) {
      held.unsaved = undefined;
      await tools.cache.delete(names.note);
      throw new Deferred("the secret was replaced meanwhile", tools.now());
    }
    held.unsaved = undefined;
    await sealed.put(names.access, access, access.expiresAt - tools.now());
    return access;
  }

  /** Else the label was moved before, and only the answer was lost. */
  async function isReplaced(version: string, from: string): Promise<boolean> {
    const current = await secret.read();
    return current !== undefined && ![version, from].includes(current.version);
  }

  async function renew(refused: string | undefined): Promise<Access> {
    const shared = held.unsaved ? undefined : usable(await stored(), refused);
    if (shared) return shared;
    const hold = Math.max(0, tools.deadline - tools.now()) + OUTLIVES;
    return tools.lease(names.lease, hold, async () => {
      const known = usable(held.unsaved ? await save(held.unsaved) : await stored(), refused);
      return known ?? exchange();
    });
  }

  async function obtain(refused?: string): Promise<string> {
    held.access = usable(held.unsaved ? undefined : held.access, refused) ?? (await renew(refused));
    return held.access.access;
  }

  return {
    /** Makes a call. If the server refuses the token (401), makes it once more with a newer one. */
    async call(send: (token: string) => Promise<HttpAnswer>): Promise<HttpAnswer> {
      const token = await obtain();
      const answer = await send(token);
      return answer.status === 401 ? send(await obtain(token)) : answer;
    },
  };
}

function heldIn(memory: Map<string, unknown>, name: string): Held {
  const known = memory.get(name);
  const held = known instanceof Held ? known : new Held();
  memory.set(name, held);
  return held;
}
