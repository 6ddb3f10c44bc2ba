import type * as z from "zod/mini";
import { InDoubt, Unavailable } from "../errors.ts";
import { parseJson } from "../json.ts";
import { type HttpAnswer, HttpFailure } from "./http.ts";

/**
 * The answer's body, if it is JSON of this shape; digits of long numbers survive (json.ts). Servers send JSON as text/html
 * and with a byte order mark: what counts is the content. A proxy's page of HTML is no JSON.
 */
export function readAnswer<T>({ text }: Pick<HttpAnswer, "text">, schema: z.ZodMiniType<T>): T | undefined {
  try {
    const result = schema.safeParse(parseJson(text.replace(/^\uFEFF/, "")));
    return result.success ? result.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A call that creates: without a whole answer it is in doubt as soon as any of it may have left. @throws InDoubt, Unavailable */
export async function answerToCreate(call: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.sent) throw new InDoubt(`No whole answer: ${error.message}.`, { cause: error });
    throw new Unavailable(`No connection: ${error.message}.`, { cause: error });
  }
}

/** A call that may be repeated: without a whole answer the provider is down. @throws Unavailable */
export async function answerToRead(call: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new Unavailable(`No whole answer: ${error.message}.`, { cause: error });
  }
}
