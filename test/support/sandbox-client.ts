/** The answer to one call. */
export interface Came {
  status: number;
  headers: Headers;
  text: string;
  /** undefined if the body is not JSON. */
  json: unknown;
}

/** Calls a simulator; objects go as JSON. Redirects are not followed. */
export async function call(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: unknown; signal?: AbortSignal } = {},
): Promise<Came> {
  const { method = init.body === undefined ? "GET" : "POST", headers = {}, body, signal } = init;
  const response = await fetch(url, {
    method,
    redirect: "manual",
    headers: { "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: rawOf(body) }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: parsed(text) };
}

function rawOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? Uint8Array.from(body) : JSON.stringify(body);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
