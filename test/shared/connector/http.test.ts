import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from "node:net";
import { afterEach, describe, test } from "node:test";
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { HttpFailure, type HttpRequest, http, retryAfter } from "../../../shared/connector/http.ts";
import { answerToCreate, answerToRead } from "../../../shared/connector/read-answer.ts";
import { InDoubt, Unavailable } from "../../../shared/errors.ts";

const running: (() => void)[] = [];
afterEach(() => {
  for (const stop of running.splice(0)) stop();
});

/** A server whose sockets can be watched. */
async function listen(server: Server | TcpServer) {
  const sockets = new Set<Socket>();
  const opened: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    opened.push(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  running.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets, opened };
}
const serving = (answer: (request: IncomingMessage, response: ServerResponse) => void) => listen(createServer(answer));
/** Speaks as it likes once the request's head is there. */
const speaking = (answer: (socket: Socket) => void) =>
  listen(createTcpServer((socket) => socket.once("data", () => answer(socket))));

const post = (url: string, changes: Partial<HttpRequest> = {}) =>
  http({ method: "POST", url, body: "{}", timeout: 5_000, ...changes });

/** How a call failed. @throws where it did not */
async function failureOf(call: Promise<unknown>): Promise<{ kind: string; sent: boolean }> {
  const error: unknown = await call.then(
    (answer) => ok(false, `answered ${JSON.stringify(answer).slice(0, 200)}`),
    (thrown: unknown) => thrown,
  );
  ok(error instanceof HttpFailure, String(error));
  return { kind: error.kind, sent: error.sent };
}

describe("a call to a provider", () => {
  test("brings status, headers and text, whatever the status is", async () => {
    const { url } = await serving((request, response) => {
      response.writeHead(503, { "x-one": "1", "set-cookie": ["a=1", "b=2"] });
      response.end(`${request.method} ${request.headers["content-length"]} ü`);
    });
    const { status, headers, text } = await post(url, { body: "ü" });
    deepEqual([status, headers["x-one"], headers["set-cookie"], text], [503, "1", "a=1, b=2", "POST 2 ü"]);
  });

  test("does not follow a redirect: credentials and order stay where they were sent", async () => {
    let asked = 0;
    const { url } = await serving((_request, response) => {
      asked += 1;
      response.writeHead(307, { location: "/elsewhere" }).end();
    });
    equal((await post(url)).status, 307);
    equal(asked, 1);
  });

  test("has a connection of its own, even where the server would keep it", async () => {
    const { url, opened } = await serving((request, response) => {
      equal(request.headers.connection, "close");
      response.writeHead(200, { connection: "keep-alive", "keep-alive": "timeout=60" }).end("ok");
    });
    for (let call = 0; call < 3; call++) await post(url);
    equal(opened.length, 3);
  });

  test("refused: surely nothing was sent", async () => {
    const { url } = await serving(() => {});
    for (const stop of running.splice(0)) stop();
    deepEqual(await failureOf(post(url)), { kind: "no-connection", sent: false });
  });

  test("to a name that does not resolve: surely nothing was sent", async () => {
    deepEqual(await failureOf(post("http://unknown.invalid/")), { kind: "no-connection", sent: false });
  });

  test("to a server that does not speak TLS: surely nothing of the request was sent", async () => {
    const received: Buffer[] = [];
    const { url } = await listen(
      createTcpServer((socket) => {
        socket.on("data", (data) => {
          received.push(data);
          socket.end("HTTP/1.1 400 Bad Request\r\n\r\n");
        });
      }),
    );
    const { sent } = await failureOf(post(url.replace("http:", "https:"), { body: "secret order" }));
    equal(sent, false);
    ok(!Buffer.concat(received).includes("secret order"));
  });

  test("to a server that never finishes the TLS handshake: timed out, surely not sent", async () => {
    const { url } = await listen(createTcpServer(() => {}));
    const call = post(url.replace("http:", "https:"), { timeout: 100 });
    deepEqual(await failureOf(call), { kind: "timeout", sent: false });
  });

  test("reset before, within and after the headers: the request may have been handled", async () => {
    const replies = [
      (socket: Socket) => socket.resetAndDestroy(),
      (socket: Socket) => socket.write("HTTP/1.1 200 OK\r\nconte", () => socket.resetAndDestroy()),
      (socket: Socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", () => socket.resetAndDestroy()),
      // A polite end in the middle is no whole answer either.
      (socket: Socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"),
      (socket: Socket) => socket.end("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{}"),
      (socket: Socket) => socket.end(),
      (socket: Socket) => socket.end("not HTTP at all\r\n\r\n"),
    ];
    for (const [index, reply] of replies.entries()) {
      const { url } = await speaking(reply);
      deepEqual(await failureOf(post(url)), { kind: "reset", sent: true }, `reply ${index}`);
    }
  });

  test("that switches protocols is no answer", async () => {
    const { url } = await speaking((socket) =>
      socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n"),
    );
    equal((await failureOf(post(url, { timeout: 500 }))).sent, true);
  });

  for (const [what, reply] of [
    ["says nothing", () => {}],
    ["stops after the headers", (socket: Socket) => socket.write("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n")],
    [
      "drips for ever",
      (socket: Socket) => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n");
        const drip = setInterval(() => socket.write("x"), 5);
        socket.on("close", () => clearInterval(drip));
      },
    ],
    [
      "drips its headers",
      (socket: Socket) => {
        socket.write("HTTP/1.1 200 OK\r\n");
        const drip = setInterval(() => socket.write("x: y\r\n"), 5);
        socket.on("close", () => clearInterval(drip));
      },
    ],
  ] as const) {
    test(`timed out where the server ${what}, and by then our end is closed`, async () => {
      const { url, opened } = await speaking(reply);
      deepEqual(await failureOf(post(url, { timeout: 150 })), { kind: "timeout", sent: true });
      const [socket] = opened;
      ok(socket);
      // The kernel reports the close to the server; the wait is for the loopback alone.
      if (!socket.closed) await once(socket, "close");
    });
  }

  test("timed out has no handle left when it settles: nothing can leave afterwards", async () => {
    const { url } = await speaking(() => {});
    const handles = () => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;
    const { opened } = await speaking(() => {});
    equal(opened.length, 0);
    const before = handles();
    await failureOf(post(url, { timeout: 100, body: "x".repeat(30_000_000) }));
    // Only the server's own end of it may still be there.
    ok(handles() - before <= 1);
  });

  test("answered with more than it reads is cut off, in doubt", async () => {
    const { url } = await serving((_request, response) => {
      response.writeHead(200);
      response.end("x".repeat(2_000));
    });
    deepEqual(await failureOf(post(url, { maxBytes: 1_999 })), { kind: "oversized", sent: true });
    equal((await post(url, { maxBytes: 2_000 })).text.length, 2_000);
  });

  test("answered without end is cut off, too", async () => {
    const { url } = await serving((_request, response) => {
      const more = () => {
        while (response.writable && response.write("x".repeat(65_536)));
      };
      response.on("drain", more);
      more();
    });
    deepEqual(await failureOf(post(url)), { kind: "oversized", sent: true });
  });

  test("answered before the request was read is answered", async () => {
    const { url } = await speaking((socket) => socket.end("HTTP/1.1 413 Too Large\r\ncontent-length: 2\r\n\r\nno"));
    const { status, text } = await post(url, { body: "x".repeat(100_000) });
    deepEqual([status, text], [413, "no"]);
  });

  test("leaves no timer behind", async () => {
    const { url } = await serving((_request, response) => response.end("ok"));
    await post(url, { timeout: 3_600_000 });
    await rejects(post("http://nobody.invalid/", { timeout: 3_600_000 }));
    ok(!process.getActiveResourcesInfo().includes("Timeout"));
  });

  test("says nothing of address or body in its error", async () => {
    const { url } = await speaking((socket) => socket.resetAndDestroy());
    await rejects(
      post(`${url}/?token=secret`, { body: "Ada Byron" }),
      (error: Error) => !/secret|Ada/.test(error.message),
    );
  });
});

describe("a GET", () => {
  const get = (url: string, changes: Partial<HttpRequest> = {}) =>
    http({ method: "GET", url, timeout: 5_000, ...changes });

  test("shares a connection with the GETs before it, and with nothing else", async () => {
    const { url, opened } = await serving((_request, response) => response.end("ok"));
    for (let call = 0; call < 3; call++) await get(url);
    equal(opened.length, 1);
    await post(url);
    equal(opened.length, 2);
    await get(url);
    equal(opened.length, 2, "and the POST did not take it");
  });

  test("has a connection of its own beside another that is under way", async () => {
    const waiting: ServerResponse[] = [];
    const { url, opened } = await serving((_request, response) => {
      waiting.push(response);
      if (waiting.length === 2) for (const one of waiting) one.end("ok");
    });
    await Promise.all([get(url), get(url)]);
    equal(opened.length, 2);
  });

  test("is sent again where the server closes the idle connection while it is on its way", async () => {
    for (const close of ["resetAndDestroy", "destroy", "end"] as const) {
      const asked: string[] = [];
      const { url, opened } = await listen(
        createTcpServer((socket) => {
          let requests = 0;
          socket.on("data", (data) => {
            requests += 1;
            asked.push(data.toString().split(" ", 2).join(" "));
            // What the server does with a request that meets its own closing of the connection.
            if (requests > 1) socket[close]();
            else socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
          });
        }),
      );
      equal((await get(`${url}/first`)).text, "ok");
      equal((await get(`${url}/second`)).text, "ok", close);
      deepEqual(asked, ["GET /first", "GET /second", "GET /second"]);
      equal(opened.length, 2);
    }
  });

  test("is sent again once, and never where a part of the answer came", async () => {
    const scripts = [
      // The new connection is reset too: that is no idle connection.
      { second: "", third: "" },
      { second: "HTTP/1.1 200 OK\r\nconte", third: undefined },
      { second: "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", third: undefined },
    ];
    for (const { second, third } of scripts) {
      const answers = ["HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", second, third];
      let requests = 0;
      const { url } = await listen(
        createTcpServer((socket) =>
          socket.on("data", () => {
            const answer = answers[requests] ?? "";
            requests += 1;
            socket.write(answer, () => requests > 1 && socket.resetAndDestroy());
          }),
        ),
      );
      await get(url);
      deepEqual(await failureOf(get(url)), { kind: "reset", sent: true });
      equal(requests, third === undefined ? 2 : 3);
    }
  });

  test("timed out on a shared connection is not sent again, and closes it", async () => {
    let requests = 0;
    const { url, opened } = await serving((_request, response) => {
      requests += 1;
      if (requests === 1) response.end("ok");
    });
    await get(url);
    deepEqual(await failureOf(get(url, { timeout: 100 })), { kind: "timeout", sent: true });
    equal(requests, 2);
    const [socket] = opened;
    ok(socket);
    if (!socket.closed) await once(socket, "close");
  });

  test("does not use a connection that was idle for long: a frozen Lambda's are dead", async (context) => {
    const { url, opened } = await serving((_request, response) => response.end("ok"));
    await get(url);
    const now = Date.now();
    context.mock.method(Date, "now", () => now + 3_900);
    await get(url);
    equal(opened.length, 1);
    context.mock.method(Date, "now", () => now + 3_900 + 4_100);
    await get(url);
    equal(opened.length, 2);
  });

  test("asks for compression, a POST does not; both say who we are", async () => {
    const { url } = await serving(({ headers }, response) =>
      response.end(JSON.stringify([headers["user-agent"], headers["accept-encoding"]])),
    );
    deepEqual(JSON.parse((await get(url)).text), ["order-relay/source", "gzip, deflate, br"]);
    deepEqual(JSON.parse((await post(url)).text), ["order-relay/source", null]);
  });
});

describe("a compressed answer", () => {
  const text = JSON.stringify({ id: "ü".repeat(2_000) });
  const answering = (body: Buffer, encoding: string, status = 200) =>
    serving((_request, response) => response.writeHead(status, { "content-encoding": encoding }).end(body));

  for (const [encoding, body] of [
    ["gzip", gzipSync(text)],
    ["X-GZIP", gzipSync(text)],
    ["deflate", deflateSync(text)],
    ["deflate", deflateRawSync(text)],
    ["br", brotliCompressSync(text)],
    ["gzip, br", brotliCompressSync(gzipSync(text))],
    ["identity", Buffer.from(text)],
  ] as const) {
    test(`in ${encoding} is read, of a GET and of a POST`, async () => {
      const { url } = await answering(body, encoding);
      equal((await http({ method: "GET", url, timeout: 5_000 })).text, text);
      equal((await post(url)).text, text);
    });
  }

  test("that is empty is empty", async () => {
    const { url } = await answering(Buffer.alloc(0), "gzip", 204);
    deepEqual([(await post(url)).status, (await post(url)).text], [204, ""]);
  });

  test("is cut off where it decompresses to more than is read: of 50 MB, 50 KB arrive", async () => {
    const zeros = Buffer.alloc(50 * 1024 * 1024);
    const twice = gzipSync(gzipSync(zeros));
    const bombs = [
      ["gzip", gzipSync(zeros)],
      ["deflate", deflateSync(zeros)],
      ["br", brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } })],
      ["gzip, gzip", twice],
    ] as const;
    for (const [encoding, bomb] of bombs) {
      ok(bomb.length < 500_000, encoding);
      const { url } = await answering(bomb, encoding);
      const before = process.memoryUsage().arrayBuffers;
      deepEqual(await failureOf(post(url)), { kind: "oversized", sent: true }, encoding);
      ok(process.memoryUsage().arrayBuffers - before < 20 * 1024 * 1024, encoding);
    }
  });

  test("may have exactly as many bytes as are read", async () => {
    const { url } = await answering(gzipSync("x".repeat(2_000)), "gzip");
    equal((await post(url, { maxBytes: 2_000 })).text.length, 2_000);
    deepEqual(await failureOf(post(url, { maxBytes: 1_999 })), { kind: "oversized", sent: true });
  });

  test("that is broken, or of an unknown encoding, is none: a create is in doubt, whatever its status says", async () => {
    const truncated = gzipSync(text).subarray(0, -10);
    const broken: [string, Buffer][] = [
      ["gzip", truncated],
      ["gzip", Buffer.from(text)],
      ["deflate", deflateSync(text).subarray(0, -10)],
      ["br", brotliCompressSync(text).subarray(0, -10)],
      ["zstd", Buffer.from(text)],
      ["gzip, gzip, gzip", gzipSync(gzipSync(gzipSync(text)))],
    ];
    for (const [encoding, body] of broken) {
      const { url } = await answering(body, encoding);
      deepEqual(await failureOf(post(url)), { kind: "undecodable", sent: true }, encoding);
      await rejects(answerToCreate(post(url)), InDoubt);
      await rejects(answerToRead(http({ method: "GET", url, timeout: 5_000 })), Unavailable);
    }
  });
});

test("Retry-After is seconds or a date; what is neither says nothing", () => {
  const now = Date.parse("2026-11-01T12:00:00.000Z");
  const read = (value: string) => retryAfter({ headers: { "retry-after": value } }, now);
  const known: [string, number | undefined][] = [
    ["120", 120_000],
    [" 0 ", 0],
    ["Sun, 01 Nov 2026 12:01:00 GMT", 60_000],
    ["Sun, 01 Nov 2026 11:59:00 GMT", 0],
    ["", undefined],
    ["soon", undefined],
    ["1.5", undefined],
    ["-5", undefined],
    ["1e3", undefined],
    ["120, 240", undefined],
    ["5 s", undefined],
    ["9".repeat(400), undefined],
  ];
  for (const [value, expected] of known) equal(read(value), expected, JSON.stringify(value));
  equal(retryAfter({ headers: {} }, now), undefined);
});
