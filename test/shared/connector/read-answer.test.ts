import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { BaseUrl, HeaderSecret } from "../../../shared/connector/base-url.ts";
import { HttpFailure } from "../../../shared/connector/http.ts";
import { quoteAnswer } from "../../../shared/connector/quote-answer.ts";
import { answerToCreate, answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import { InDoubt, Unavailable } from "../../../shared/errors.ts";

const Id = z.object({ id: z.string() });
const answer = (text: string) => ({ text });

test("JSON of the right shape is read, with a byte order mark or without", () => {
  for (const text of ['{"id":"1"}', ' {"id":"1"}\n', '\uFEFF{"id":"1"}'])
    deepEqual(readAnswer(answer(text), Id), { id: "1" });
});

test("everything else is not read", () => {
  equal(readAnswer(answer('<html>{"id":"1"}</html>'), Id), undefined);
  equal(readAnswer(answer('\uFEFF\uFEFF{"id":"1"}'), Id), undefined);
  equal(readAnswer(answer('{"id":"1"'), Id), undefined);
  equal(readAnswer(answer('{"id":[]}'), Id), undefined);
  equal(readAnswer(answer("[".repeat(1_000_000)), Id), undefined);
  equal(readAnswer(answer(""), Id), undefined);
});

test("18 digits of a number survive", () => {
  deepEqual(readAnswer(answer('{"id":820982911946154508}'), Id), { id: "820982911946154508" });
});

test("a create that may have left is in doubt, one that surely did not is not; a read is down either way", async () => {
  const left = () => Promise.reject(new HttpFailure("reset", true));
  const stayed = () => Promise.reject(new HttpFailure("no-connection", false));
  await rejects(answerToCreate(left()), InDoubt);
  await rejects(answerToCreate(stayed()), Unavailable);
  await rejects(answerToRead(left()), Unavailable);
  await rejects(answerToRead(stayed()), Unavailable);
});

test("a quotation is one line of 500 characters at most, without secrets however they were escaped", () => {
  equal(quoteAnswer("a\r\n\t b\u0000", []), "a b");
  equal(quoteAnswer("x".repeat(900), []).length, 500);
  equal(quoteAnswer(`token=s"c/t and s\\"c/t and s%22c%2Ft`, ['s"c/t']), "token=*** and *** and ***");
});

test("a base URL is HTTPS, or on this machine, and without a slash at the end", () => {
  equal(BaseUrl.parse("https://api.example.com/v1//"), "https://api.example.com/v1");
  equal(BaseUrl.parse("http://127.0.0.1:3000/sandbox"), "http://127.0.0.1:3000/sandbox");
  for (const wrong of [
    "http://api.example.com",
    "ftp://x",
    "api.example.com",
    "https://u:p@x.example",
    "https://x/?a=1",
  ]) {
    equal(BaseUrl.safeParse(wrong).success, false, wrong);
  }
});

test("a token that cannot travel in a header is refused before any call", () => {
  equal(HeaderSecret.safeParse("abc.DEF-123").success, true);
  for (const wrong of ["", "a b", "a\n", "ü"]) equal(HeaderSecret.safeParse(wrong).success, false);
});
