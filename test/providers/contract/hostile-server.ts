import { equal, notEqual, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { inspect } from "node:util";
import { outgoingSample } from "../../support/order-sample.ts";
import { type Passed, TRAP, TRICKS } from "../hostile-proxy.ts";
import { attempt, outcomeOf, type ProviderContext } from "../provider-context.ts";
import { HANGING, patienceFor, type Suite } from "./suite.ts";

/** A server, or something before it, that answers badly: it never holds us, never has us create twice, never makes us talk. */
export function hostileServer({ name, contract, start, settle, creates, isCreate, isLookUp }: Suite): void {
  describe("a hostile server", { concurrency: 2 }, () => {
    for (const trick of TRICKS) {
      for (const reaches of [false, true]) {
        const when = reaches ? "after creating" : "without creating";
        test(`${trick} ${when}: in doubt, in time, one call, no secret in the error`, HANGING, async (context) => {
          const fixture = await start(context);
          fixture.proxy.strike(isCreate, trick, { reaches });
          const { outcome, error, sent } = await attempt(fixture, outgoingSample(), patienceFor(trick));
          equal(outcome, "in-doubt", inspect(error));
          equal(creates(fixture.proxy), 1);
          const trapped = fixture.proxy.passed.some(({ target }) => target.endsWith(TRAP));
          equal(trapped, false, "it followed a redirect");
          holdsNoSecret(error, fixture);
          settle(fixture);
          equal((await fixture.client.find(sent, outgoingSample())).found, reaches ? "same" : "nothing");
        });
      }

      test(`${trick} to a look-up: proves nothing, in time`, HANGING, async (context) => {
        const fixture = await start(context);
        const { sent } = await attempt(fixture, outgoingSample());
        fixture.proxy.strike(isLookUp, trick, { times: 20 });
        fixture.setTimeout(patienceFor(trick));
        settle(fixture);
        const said = await fixture.client.find(sent, outgoingSample()).catch((error: unknown) => error);
        ok(said instanceof Error, inspect(said));
        notEqual(outcomeOf(said), "rejected");
        holdsNoSecret(said, fixture);
      });
    }

    for (const status of [200, 201, 202, 301, 400, 401, 403, 404, 406, 409, 418, 422, 429, 500, 502]) {
      test(`an answer ${status} that repeats our request puts no secret into the error`, async (context) => {
        const fixture = await start(context);
        const echo = ({ target, headers, body }: Passed) =>
          JSON.stringify({ code: 20_001, error: target, errors: [headers], message: JSON.stringify(headers) + body });
        fixture.proxy.strike(isCreate, { status, body: echo }, { times: 5 });
        const { outcome, error, sent } = await attempt(fixture, outgoingSample());
        notEqual(outcome, "created");
        holdsNoSecret(error, fixture);
        fixture.proxy.strike(isLookUp, { status, body: echo }, { times: 20 });
        const said = await fixture.client.find(sent, outgoingSample()).catch((failure: unknown) => failure);
        // Some say "there is none" with a 404.
        ok(said instanceof Error || status === 404, inspect(said));
        holdsNoSecret(said, fixture);
      });
    }
  });

  /** An error holds no credential, and no token that was ever sent. */
  function holdsNoSecret(error: unknown, { proxy }: ProviderContext): void {
    const text = inspect(error, { depth: 12, maxStringLength: null, showHidden: true });
    const inSecret = Object.entries(contract.secret)
      .filter(([field]) => !(contract.open ?? []).includes(field))
      .map(([, value]) => String(value));
    const inHeaders = proxy.passed.flatMap(({ headers }) =>
      ["authorization", "access-token", "x-access-token"].flatMap((header) => headers[header] ?? []),
    );
    const inQueries = proxy.passed.flatMap(({ target }) => {
      const query = new URLSearchParams(target.split("?")[1]);
      return [query.get("access_token") ?? [], query.get("appSecret") ?? []].flat();
    });
    const secrets = [...inSecret, ...inHeaders.map((value) => value.replace(/^\w+ /, "")), ...inQueries];
    for (const secret of new Set(secrets)) {
      equal(text.includes(secret), false, `an error of ${name} holds a secret: ${text}`);
    }
  }
}
