import { deepEqual, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { withoutSecrets } from "../../operator/check-account.ts";
import { secretsCommand } from "../../operator/secrets.ts";
import { secretName } from "../../shared/stage/names.ts";
import { localAssembly } from "../support/local-assembly.ts";
import { runOperatorCommand as run } from "../support/run-operator-command.ts";

type Values = Record<string, Record<string, Record<string, unknown>>>;

describe("npm run secrets at the local stack", () => {
  let stack: LocalStack;
  let values: Values;
  const folder = mkdtempSync(join(tmpdir(), "order-relay-secrets-"));
  before(async () => {
    stack = await startStack({ assembly: await localAssembly() });
    const file = readFileSync(new URL("../../local/secrets.json", import.meta.url), "utf8");
    values = JSON.parse(file.replaceAll("{sandbox}", stack.sandbox.url)) as Values;
  });
  after(async () => {
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const [kind, secrets] of Object.entries(values)) {
      for (const [path, value] of Object.entries(secrets)) put(kind, path, JSON.stringify(value));
    }
  });

  const nameOf = (kind: string, path: string) => secretName("local", kind as "endpoints", path);
  const put = (kind: string, path: string, text: string) => stack.secrets.put(nameOf(kind, path), text);
  const empty = (kind: string, path: string) => stack.secrets.create(nameOf(kind, path), "");
  const storedValue = (kind: string, path: string): unknown => {
    const { body } = stack.secrets.answer("GetSecretValue", { SecretId: nameOf(kind, path) });
    return "SecretString" in body ? JSON.parse(String(body.SecretString)) : undefined;
  };
  const secrets = (words: string[], typed?: string[]) =>
    run(secretsCommand, ["--stage", "local", ...words], { ...stack, ...(typed && { typed }) });
  function file(content: unknown): string {
    const path = join(folder, "values.json");
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }
  /** Every text of a secret that must never be shown. */
  function nothingShown(said: { out: string; notes: string }, ...more: string[]): void {
    const all = JSON.stringify(said);
    const texts = Object.values(values).flatMap((kind) =>
      Object.values(kind).flatMap((value) => Object.values(value).flat()),
    );
    for (const text of [...texts.map(String), ...more].filter((one) => one.length > 3 && !one.startsWith("http"))) {
      ok(!all.includes(text), text);
    }
  }

  test("all filled: says so, and that each provider takes them", async () => {
    const said = await secrets(["--check"]);
    equal(said.exit, 0, said.notes);
    match(said.out, /filled +endpoints\/shopify\/demo/);
    for (const provider of stack.sandbox.providers) match(said.out, new RegExp(`${provider}/demo: (good|no check)`));
    nothingShown(said);
  });

  test("missing, wrong and unread fields are named, their values are not", async () => {
    empty("destinations", "kakaclo/demo");
    put("destinations", "s2/demo", JSON.stringify({ ...values["destinations"]?.["s2/demo"], password: 4711_4711 }));
    put("destinations", "shoplazza/demo", '{"token": "spz-broken-json');
    put(
      "destinations",
      "lingxing/demo",
      JSON.stringify({ ...values["destinations"]?.["lingxing/demo"], appID: "typing-error" }),
    );
    put(
      "destinations",
      "akinon/demo",
      JSON.stringify({ ...values["destinations"]?.["akinon/demo"], baseUrl: "http://user:spill@example.com" }),
    );
    const said = await secrets(["--list"]);
    equal(said.exit, 1);
    match(said.out, /missing +destinations\/kakaclo\/demo +needs baseUrl, token/);
    match(said.out, /wrong +destinations\/s2\/demo +password: .*expected string/);
    match(said.out, /wrong +destinations\/shoplazza\/demo +is not valid JSON/);
    match(said.out, /filled +destinations\/lingxing\/demo +unknown field appID/);
    match(said.out, /wrong +destinations\/akinon\/demo +baseUrl: an https:\/\/ address/);
    const count = Object.values(values).flatMap((kind) => Object.keys(kind)).length;
    ok(said.notes.includes(`4 of ${count} secrets are missing or wrong`), said.notes);
    nothingShown(said, "47114711", "spz-broken-json", "typing-error", "spill");
  });

  test("a file fills them: it says which before, writes only what differs, and leaves out what was not asked for", async () => {
    empty("destinations", "kakaclo/demo");
    const path = file(values);
    const unconfirmed = await secrets(["--from", path]);
    deepEqual([unconfirmed.exit, storedValue("destinations", "kakaclo/demo")], [1, undefined]);
    const other = await secrets(["s2/demo", "--from", path, "--yes"]);
    match(
      other.notes,
      /Skipped: .*destinations\/kakaclo\/demo \(not the secret you named\).*\nAll other values of the file are/,
    );
    equal(storedValue("destinations", "kakaclo/demo"), undefined);
    const said = await secrets(["--from", path, "--yes"]);
    equal(said.exit, 0, said.notes);
    deepEqual(said.out.match(/ - write \S+/g), [" - write destinations/kakaclo/demo"]);
    deepEqual(storedValue("destinations", "kakaclo/demo"), values["destinations"]?.["kakaclo/demo"]);
    nothingShown(said);
    equal((await secrets(["--from", path, "--yes"])).notes, "All values of the file are in Secrets Manager already.");
  });

  test("a file that names a secret the stage does not have writes nothing, and names the nearest one", async () => {
    empty("destinations", "kakaclo/demo");
    const path = file({
      ...values,
      destinations: { ...values["destinations"], "kakaclo/dmeo": { token: "misspelt-path" } },
      endpoint: { "shopify/demo": { signingSecrets: ["misspelt-kind"] } },
    });
    const said = await secrets(["--from", path, "--yes"]);
    deepEqual([said.exit, storedValue("destinations", "kakaclo/demo")], [1, undefined]);
    match(said.notes, /values\.json has mistakes, so nothing was written:\n/);
    match(said.notes, /destinations\/kakaclo\/dmeo: .* no such secret; did you mean destinations\/kakaclo\/demo\?$/m);
    match(said.notes, /endpoint\/shopify\/demo: .* no such secret; did you mean endpoints\/shopify\/demo\?$/m);
    nothingShown(said, "misspelt-path", "misspelt-kind");
  });

  test("a file with anything wrong in it writes nothing, and is not quoted", async () => {
    empty("destinations", "kakaclo/demo");
    const wrong = { ...values, endpoints: { "shopify/demo": { signingSecrets: "not-a-list" } } };
    const said = await secrets(["--from", file(wrong), "--yes"]);
    deepEqual([said.exit, storedValue("destinations", "kakaclo/demo")], [1, undefined]);
    match(said.notes, /nothing was written:\nendpoints\/shopify\/demo: signingSecrets: .*expected array/);
    const broken = await secrets(["--from", file('{"destinations": {"kakaclo/demo": {"token": "half-a-to'), "--yes"]);
    match(broken.notes, /must have the shape of local\/secrets\.json/);
    nothingShown(broken, "half-a-to");
    match((await secrets(["--from", join(folder, "none.json")])).notes, /none\.json cannot be read/);
  });

  test("a signing key that can be guessed is refused, and not shown", async () => {
    const guessable = {
      "shopify/demo": { signingSecrets: ["a-short-key"] },
      "standard/demo": { signingSecrets: ["whsec_QQ=="] },
    };
    const said = await secrets(["--from", file({ endpoints: guessable }), "--yes"]);
    deepEqual([said.exit, storedValue("endpoints", "shopify/demo")], [1, values["endpoints"]?.["shopify/demo"]]);
    match(said.notes, /endpoints\/shopify\/demo: signingSecrets\.0: is shorter than 16 characters/);
    match(said.notes, /endpoints\/standard\/demo: signingSecrets\.0: .*the base64 of 24 bytes or more/);
    nothingShown(said, "a-short-key", "QQ==");
  });

  test("a person is asked for what is missing, field by field; Enter keeps what is good, a mistake is asked again", async () => {
    const kakaclo = values["destinations"]?.["kakaclo/demo"];
    put("destinations", "kakaclo/demo", JSON.stringify({ baseUrl: kakaclo?.["baseUrl"], token: "with a space" }));
    empty("endpoints", "shopify/demo");
    const typed = [
      // endpoints/shopify/demo: a list, and three fields that may be left out
      ...["first-key-of-the-shop, second-key-of-the-shop", "", "", ""],
      // destinations/kakaclo/demo: its address stays; the token is wrong, then right
      ...["", "still wrong", "y", "", "typed-token"],
      "y",
    ];
    const said = await secrets([], typed);
    equal(said.exit, 0, said.notes);
    deepEqual(storedValue("endpoints", "shopify/demo"), {
      signingSecrets: ["first-key-of-the-shop", "second-key-of-the-shop"],
    });
    deepEqual(storedValue("destinations", "kakaclo/demo"), { baseUrl: kakaclo?.["baseUrl"], token: "typed-token" });
    nothingShown(said, "first-key-of", "second-key-of", "still wrong", "typed-token");
  });

  test("a filled secret is asked for again when it is named: rotation", async () => {
    const said = await secrets(["akinon/demo"], ["", "7", "", "new-user", "new-password", "", "y"]);
    equal(said.exit, 0, said.notes);
    const { channelId, username, password } = storedValue("destinations", "akinon/demo") as Record<string, unknown>;
    deepEqual([channelId, username, password].map(String), ["7", "new-user", "new-password"]);
    deepEqual((await secrets(["unknown/demo"])).notes.split(";")[0], "The stage has no secret unknown/demo");
  });

  test("credentials that a provider does not take are said, without showing them", async () => {
    const other = { ...values["destinations"]?.["kakaclo/demo"], token: "kk-revoked-token" };
    put("destinations", "kakaclo/demo", JSON.stringify(other));
    const said = await secrets(["--check"]);
    equal(said.exit, 1);
    match(said.out, /kakaclo\/demo: bad: /);
    match(said.notes, /1 check failed/);
    nothingShown(said, "kk-revoked-token");
  });
});

test("what a provider echoes of a secret is not shown, in any spelling", () => {
  const secret = { baseUrl: "https://example.com", token: "a+b/c==", keys: ["abcd", "abcdef"] };
  equal(
    withoutSecrets("no a+b/c== nor a%2Bb%2Fc%3D%3D, abcdef at https://example.com", secret),
    "no … nor …, … at https://example.com",
  );
  equal(withoutSecrets("fine", undefined), "fine");
});
