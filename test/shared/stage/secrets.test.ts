import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { type GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { createSecrets, SecretUnreadable } from "../../../shared/stage/secrets.ts";

const Schema = z.object({ token: z.string() });

function opened(answer: () => string) {
  const asked: (string | undefined)[] = [];
  const clock = { now: 0 };
  const client = Object.assign(new SecretsManagerClient({ region: "eu-central-1" }), {
    send: async ({ input }: GetSecretValueCommand) => {
      asked.push(input.SecretId);
      return { SecretString: answer() };
    },
  });
  return { asked, clock, secrets: createSecrets(client, "prod", { maxAge: 100, recheck: 10, now: () => clock.now }) };
}

test("read once, by its name, until it is too old", async () => {
  const { asked, clock, secrets } = opened(() => '{"token":"t","more":1}');
  deepEqual(await secrets.read("destinations", "kakaclo/demo", Schema), { token: "t" });
  clock.now = 99;
  await secrets.read("destinations", "kakaclo/demo", Schema);
  deepEqual(asked, ["order-relay/prod/destinations/kakaclo/demo"]);
  clock.now = 100;
  await secrets.read("destinations", "kakaclo/demo", Schema);
  equal(asked.length, 2);
});

test("many that ask at once share one read", async () => {
  const { asked, secrets } = opened(() => '{"token":"t"}');
  await Promise.all(Array.from({ length: 10 }, () => secrets.read("destinations", "s2/demo", Schema)));
  equal(asked.length, 1);
});

test("endpoints and connections of one name are two secrets", async () => {
  const { asked, secrets } = opened(() => '{"token":"t"}');
  await secrets.read("endpoints", "shopify/demo", Schema);
  await secrets.read("connections", "shopify/demo", Schema);
  equal(new Set(asked).size, 2);
});

test("reread: at once where it is old enough, else not at all", async () => {
  const { asked, clock, secrets } = opened(() => `{"token":"${clock.now}"}`);
  await secrets.read("endpoints", "a/b", Schema);
  equal(await secrets.reread("endpoints", "a/b", Schema), undefined);
  clock.now = 10;
  deepEqual(await secrets.reread("endpoints", "a/b", Schema), { token: "10" });
  deepEqual(await secrets.read("endpoints", "a/b", Schema), { token: "10" });
  equal(asked.length, 2);
});

test("reread by two callers at once: if the one read fails, both get the error", async () => {
  const answers = ['{"token":"t"}', "no json"];
  const { clock, secrets } = opened(() => answers.shift() ?? "");
  await secrets.read("endpoints", "a/b", Schema);
  clock.now = 10;
  const both = [secrets.reread("endpoints", "a/b", Schema), secrets.reread("endpoints", "a/b", Schema)];
  for (const { status } of await Promise.allSettled(both)) equal(status, "rejected");
});

test("a read that failed is not remembered as the secret", async () => {
  const answers = ["no json", '{"token":"t"}'];
  const { secrets } = opened(() => answers.shift() ?? "");
  await rejects(secrets.read("endpoints", "a/b", Schema), SecretUnreadable);
  deepEqual(await secrets.read("endpoints", "a/b", Schema), { token: "t" });
});

test("an unreadable secret is named, its content is not", async () => {
  for (const text of ["hunter2", '{"token":["hunter2"],"x":"hunter2"}', '{"hunter2":1}', '"hunter2"']) {
    const { secrets } = opened(() => text);
    await rejects(secrets.read("endpoints", "a/b", Schema), (error: Error) => {
      ok(error.message.includes("order-relay/prod/endpoints/a/b"));
      ok(!`${error.message}${error.stack}${String(error.cause)}`.includes("hunter2"), error.message);
      return true;
    });
  }
});
