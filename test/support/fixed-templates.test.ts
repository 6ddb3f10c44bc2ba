import { deepEqual, equal, notEqual, throws } from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { FIXED_STAGES, fixedTemplates } from "./fixed-templates.ts";
import { bazaar, stageFile, synthesisedTemplate, templateOf } from "./synthesised.ts";
import { WRITTEN_TEMPLATES, writeTemplate } from "./written-template.ts";

const given = process.env[WRITTEN_TEMPLATES];
let folder = "";
before(() => {
  folder = fixedTemplates();
});
after(() => {
  rmSync(folder, { recursive: true });
  if (given === undefined) delete process.env[WRITTEN_TEMPLATES];
  else process.env[WRITTEN_TEMPLATES] = given;
});

test("each fixed stage has a file of its own, which is what a synth gives", () => {
  equal(readdirSync(folder).length, FIXED_STAGES.length);
  for (const [file, known] of FIXED_STAGES) {
    deepEqual(templateOf(file, known).json, JSON.parse(JSON.stringify(synthesisedTemplate(file, known))), file.stage);
  }
});

test("a test reads the template that was written, and synthesises nothing", () => {
  const file = stageFile({ stage: "written" });
  const marked = { Resources: { Marked: { Type: "AWS::SQS::Queue" } } };
  writeTemplate(folder, file, bazaar, marked);
  deepEqual(templateOf(file).json, marked);
  deepEqual(templateOf(file).all("AWS::SQS::Queue"), [{ id: "Marked", Properties: {}, Type: "AWS::SQS::Queue" }]);
});

test("other connectors, another stage file and a run without the global setup get a synth of their own", () => {
  const file = stageFile({ stage: "other" });
  writeTemplate(folder, file, bazaar, { Resources: {} });
  notEqual(templateOf(file, { ...bazaar }).all("AWS::SQS::Queue").length, 0);
  notEqual(templateOf({ ...file, stage: "third" }).all("AWS::SQS::Queue").length, 0);
  delete process.env[WRITTEN_TEMPLATES];
  notEqual(templateOf(file).all("AWS::SQS::Queue").length, 0);
  throws(() => writeTemplate(folder, file, { ...bazaar }, {}), /no fixed name/);
});
