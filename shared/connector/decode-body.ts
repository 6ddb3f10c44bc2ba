/**
 * An answer's body as it was before the server compressed it.
 * @param encodings the header `content-encoding`, applied by the server from left to right
 * @param maxBytes of the result: a small answer may decompress to gigabytes
 * @returns "undecodable" for a truncated or broken body, and for an encoding that is neither gzip, deflate nor br
 */
export function decodeBody(
  body: Buffer,
  encodings: string | undefined,
  maxBytes: number,
): Buffer | "oversized" | "undecodable" {
  // 204 and 304 have no body, whatever their headers say.
  if (encodings === undefined || body.length === 0) return body;
  const steps = encodings.split(",").map((name) => name.trim().toLowerCase());
  // No real server compresses more than twice; each step may cost `maxBytes`.
  if (steps.length > 2) return "undecodable";
  let decoded = body;
  try {
    for (const name of steps.reverse()) decoded = decode(decoded, name, maxBytes);
    return decoded;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ERR_BUFFER_TOO_LARGE" ? "oversized" : "undecodable";
  }
}

function decode(body: Buffer, encoding: string, maxOutputLength: number): Buffer {
  // Loaded only when a server compresses.
  const zlib = process.getBuiltinModule("node:zlib");
  switch (encoding) {
    case "gzip":
    case "x-gzip":
      return zlib.gunzipSync(body, { maxOutputLength });
    case "deflate":
      // RFC 9110 8.4.1.2: some servers leave out the zlib wrapper, whose first byte has method 8 in its lower half.
      return ((body[0] ?? 0) & 0x0f) === 8
        ? zlib.inflateSync(body, { maxOutputLength })
        : zlib.inflateRawSync(body, { maxOutputLength });
    case "br":
      return zlib.brotliDecompressSync(body, { maxOutputLength });
    case "identity":
    case "":
      return body;
    default:
      throw new TypeError("unknown content-encoding");
  }
}
