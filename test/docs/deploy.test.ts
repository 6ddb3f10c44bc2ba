import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { connectors } from "../../infra/stage-file/connectors.ts";
import type { StageFile } from "../../infra/stage-file/define-stage.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { stage as shipped } from "../support/stages/prod.ts";

const page = readFileSync(new URL("../../docs/deploy.md", import.meta.url), "utf8");

test("what fits an account's concurrency is what the page's table says: one less is refused", () => {
  const [kakaclo, s2] = shipped.destinations;
  ok(kakaclo && s2);
  const smaller = (...destinations: StageFile["destinations"]): StageFile => ({
    ...shipped,
    routeConcurrency: 2,
    destinations,
    routes: [{ from: ["shopify/main"], to: destinations.map(({ provider, name }) => `${provider}/${name}`) }],
  });
  const fits = (file: StageFile, accountConcurrency: number): boolean => {
    try {
      return readStage({ ...file, accountConcurrency }, connectors).name === "prod";
    } catch {
      return false;
    }
  };
  const least = (file: StageFile) => Array.from({ length: 1000 }, (_, count) => count + 1).find((n) => fits(file, n));

  const rows = [...page.matchAll(/^\| \**(\d+)\**(?: or more|, a new account)? \| (?:the stage|`route)/gm)];
  deepEqual(
    rows.map(([, count]) => Number(count)),
    [least(shipped), least(smaller(kakaclo, s2, { ...kakaclo, name: "us" })), 10, least(smaller(s2))],
  );
  deepEqual(
    [2, 3, 4].map((routeConcurrency) => fits({ ...shipped, routeConcurrency }, 10)),
    [true, true, false],
    "a new account takes the shipped stage with two lines more",
  );
});
