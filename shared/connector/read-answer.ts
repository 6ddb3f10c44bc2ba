import type * as z from "zod/mini";
import { InDoubt, Unavailable } from "../errors.ts";
import { parseJson } from "../json.ts";
import { type HttpAnswer, HttpFailure } from "./http.ts";

/**
 * The answer's body, if it is JSON of this shape; long numbers keep their digits (json.ts). The content decides, not
 * the header: servers send JSON as text/html, and with a byte order mark.
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

/**
 * A call that creates: without a complete answer it is in doubt if any byte may have left.
 * @throws InDoubt, Unavailable
 */
export async function answerToCreate(call: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    if (error.sent) throw new InDoubt(`No whole answer: ${error.message}.`, { cause: error });
    throw new Unavailable(`No connection: ${error.message}.`, { cause: error });
  }
}

/** A call that may be repeated: without a complete answer the provider is unavailable. @throws Unavailable */
export async function answerToRead(call: Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    throw new Unavailable(`No whole answer: ${error.message}.`, { cause: error });
  }
}
