import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, type TestContext, test } from "node:test";
import { catalogCommand } from "../../operator/catalog.ts";
import { type Row, readCatalog } from "../../operator/catalog-file.ts";
import { createCatalogWriter } from "../../operator/catalog-writer.ts";
import { catalogEntry, catalogPk } from "../../shared/ledger/catalog.ts";
import { createTable, type Table } from "../../shared/ledger/table.ts";
import { tableName } from "../../shared/stage/names.ts";
import { createLedgerTable, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { runOperatorCommand as run } from "../support/run-operator-command.ts";
import { THOROUGH } from "../support/thorough.ts";

const folder = mkdtempSync(join(tmpdir(), "order-relay-catalog-"));
after(() => rmSync(folder, { recursive: true, force: true }));
/** 100,000 do not fit 64 MB if the command keeps them; fewer still show that it writes while it reads. */
const ROWS = THOROUGH ? 100_000 : 20_000;
const KEPT = THOROUGH ? 10_000 : 1_000;
let files = 0;
function csv(content: string | Buffer): string {
  const path = join(folder, `${++files}.csv`);
  writeFileSync(path, content);
  return path;
}

async function rowsOf(content: string | Buffer, removing = false): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of readCatalog(csv(content), { removing })) rows.push(row);
  return rows;
}

describe("a catalog's file", () => {
  const HEADER = "sku,productId,variantId,providerSku,packSize";
  const entry = { productId: "632910392", variantId: "808950810", providerSku: "DEMO-TEE-M", packSize: 2 };

  test("is read whatever its separator, line ends, byte order mark, quotes, and order of columns", async () => {
    const wanted = [{ line: 2, sku: "SHOP-1", entry }];
    for (const content of [
      `${HEADER}\nSHOP-1,632910392,808950810,DEMO-TEE-M,2\n`,
      `\uFEFF${HEADER}\r\nSHOP-1,632910392,808950810,DEMO-TEE-M,2`,
      `${HEADER.replaceAll(",", ";")}\nSHOP-1;632910392;808950810;DEMO-TEE-M;2\n\n`,
      `${HEADER.replaceAll(",", "\t")}\nSHOP-1\t632910392\t808950810\tDEMO-TEE-M\t2\n`,
      `"SKU","ProductID","variantId","providerSku","packSize"\n"SHOP-1", "632910392" ,808950810 , DEMO-TEE-M,2,,\n`,
      "packSize,providerSku,variantId,productId,sku\n2,DEMO-TEE-M,808950810,632910392,SHOP-1\n",
    ]) {
      deepEqual(await rowsOf(content), wanted, content);
    }
  });

  test("keeps quoted values unchanged, and leaves out empty ones", async () => {
    deepEqual(await rowsOf('sku,providerSku\n" 12"" rod, long ",x\n'), [
      { line: 2, sku: ' 12" rod, long ', entry: { providerSku: "x" } },
    ]);
  });

  test("has wrong rows named by line, each with its reason, and the others read", async () => {
    const rows = await rowsOf(
      [
        HEADER,
        "A,1,,,",
        ",1,,,",
        "B,,,,",
        "C,1,,",
        "D,1,,,,x",
        "E,1,,,0",
        "F,1,,,1.5",
        'G,"1,,,',
        'H,1"x",,,',
        'I,"1"x,,,',
        "J,8.20983E+17,,,",
        `${"K".repeat(1025)},1,,,`,
        "Z,26,,,",
      ].join("\n"),
    );
    deepEqual(
      rows.map((row) => [row.line, "wrong" in row ? row.wrong : row.entry]),
      [
        [2, { productId: "1" }],
        [3, "has no sku"],
        [4, "has no value for SKU B; to remove SKUs, use --remove"],
        [5, "has 4 values, and the header names 5 columns"],
        [6, "has 6 values, and the header names 5 columns"],
        [7, 'packSize is "0", not a whole number from 1 to 1000000'],
        [8, 'packSize is "1.5", not a whole number from 1 to 1000000'],
        [9, "a quote is not closed, or a quoted value has text before or after it"],
        [10, { productId: '1"x"' }],
        [11, "a quote is not closed, or a quoted value has text before or after it"],
        [12, "a spreadsheet has shortened the number in productId (8.20983E+17): format that column as text"],
        [13, "its sku has more than 1024 bytes"],
        [14, { productId: "26" }],
      ],
    );
  });

  test("is refused whole, with what to write, when its header is none", async () => {
    for (const [content, sentence] of [
      ["", /is empty: its first line names the columns sku,productId/],
      ["SHOP-1,1,2,3,4\n", /no column is called "SHOP-1"; write sku,productId/],
      ["sku,productID,price\n", /no column is called "price"/],
      ["productId,variantId\n", /the column sku is missing/],
      ["sku\nA\n", /there is no column beside sku/],
      ["sku,sku\n", /the column sku appears twice/],
      ["sku,productId\rA,1\r", /ends its lines with CR alone/],
      [Buffer.from("\uFEFFsku,productId\nA,1\n", "utf16le"), /is not UTF-8/],
      ["x".repeat(70_000), /it is not a catalog/],
    ] as const) {
      await rejects(rowsOf(content), sentence);
    }
    await rejects(readCatalog(join(folder, "none.csv"), { removing: false }).next(), /none\.csv cannot be read/);
  });

  test("in another encoding than UTF-8 has its rows named, not garbled", async () => {
    const [row] = await rowsOf(Buffer.from("sku,productId\nGR\xd6SSE,1\n", "latin1"));
    match(row && "wrong" in row ? row.wrong : "", /is not UTF-8/);
  });

  test("needs the SKUs only, where they are to be taken out", async () => {
    deepEqual(await rowsOf("sku\nA\n", true), [{ line: 2, sku: "A", entry: {} }]);
  });
});

describe("writing a catalog", () => {
  /** A table that leaves as many requests of a batch unprocessed as the test says. */
  function tableThat(answers: (requests: number) => Promise<number>) {
    const batches: string[][] = [];
    const writer = createCatalogWriter(async (requests) => {
      batches.push(requests.map(({ PutRequest }) => String(PutRequest?.Item?.["sk"]?.S)));
      const undone = await answers(requests.length);
      return undone > 0 ? requests.slice(-undone) : [];
    }, "kakaclo/eu");
    return { batches, writer };
  }
  const value = { productId: "1" };

  test("sends again what DynamoDB left undone, until all is written", async () => {
    let calls = 0;
    const { writer, batches } = tableThat(async (requests) => (++calls % 2 === 1 ? Math.ceil(requests / 2) : 0));
    for (let n = 0; n < 60; n++) await writer.write(`S-${n}`, value);
    await writer.end();
    equal(writer.written, 60);
    equal(new Set(batches.flat()).size, 60);
    ok(batches.flat().length > 60);
  });

  test("waits for a slow table instead of filling the memory", async () => {
    const waiting: (() => void)[] = [];
    const { writer, batches } = tableThat(() => new Promise((resolve) => waiting.push(() => resolve(0))));
    let taken = 0;
    const all = (async () => {
      for (; taken < 1000; taken++) await writer.write(`S-${taken}`, value);
      await writer.end();
    })();
    await new Promise((resolve) => setImmediate(resolve));
    deepEqual([batches.length, taken], [8, 224]);
    while (writer.written < 1000) {
      waiting.splice(0).forEach((go) => void go());
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
  });

  test("a SKU's later row is written after its earlier one, never beside it", async () => {
    const waiting: (() => void)[] = [];
    const { writer, batches } = tableThat(() => new Promise((resolve) => waiting.push(() => resolve(0))));
    const all = (async () => {
      for (const sku of ["A", "B", "A"]) await writer.write(sku, value);
      for (let n = 0; n < 23; n++) await writer.write(`S-${n}`, value);
      await writer.write("A", value);
      await writer.end();
    })();
    await new Promise((resolve) => setImmediate(resolve));
    equal(batches.length, 1);
    for (const batch of batches) equal(new Set(batch).size, batch.length);
    for (const go of waiting.splice(0)) go();
    await new Promise((resolve) => setImmediate(resolve));
    deepEqual(batches[1], ["A"]);
    for (const go of waiting.splice(0)) go();
    await all;
  });

  test("a failure ends it", async () => {
    const { writer } = tableThat(async () => {
      throw new Error("AccessDenied");
    });
    await rejects(async () => {
      for (let n = 0; n < 1000; n++) await writer.write(`S-${n}`, value);
      await writer.end();
    }, /AccessDenied/);
  });
});

describe("npm run catalog", () => {
  let started: TestLedger;
  let table: Table;
  let health: Server;
  let url: string;
  before(async () => {
    started = await startLedger("dynalite");
    await createLedgerTable(started.client, tableName("local"));
    table = createTable(started.client, tableName("local"));
    const endpoint = await started.client.config.endpoint?.();
    ({ server: health, url } = await serve((_, response) =>
      response.end(JSON.stringify(healthy(`http://127.0.0.1:${endpoint?.port}`))),
    ));
  });
  after(async () => {
    health.closeAllConnections();
    health.close();
    await started.stop();
  });

  const imports = (path: string, ...words: string[]) =>
    run(catalogCommand, ["--stage", "local", "--destination", "kakaclo/demo", path, "--yes", ...words], { url });
  const entryOf = (sku: string) => catalogEntry(table, "kakaclo/demo", sku);

  test("names wrong rows by line, changes nothing for them, imports the others and says so", async () => {
    await imports(csv("sku,providerSku\nKEEP,old\n"));
    const said = await imports(csv('sku,providerSku\nA,1\nKEEP,"x\n,2\nB,3\n'));
    equal(said.exit, 1);
    match(said.notes, /^line 3: a quote is not closed.*\nline 4: has no sku$/m);
    match(said.out, /2 rows imported; 2 rows were invalid and changed nothing/);
    deepEqual(
      [await entryOf("A"), await entryOf("B"), await entryOf("KEEP")],
      [{ providerSku: "1" }, { providerSku: "3" }, { providerSku: "old" }],
    );
  });

  test("says before what it will do, and where; without a yes nothing is written", async () => {
    const words = ["--stage", "local", "--destination", "kakaclo/demo", csv("sku,providerSku\nNO,1\n")];
    const said = await run(catalogCommand, words, { url, typed: ["no"] });
    match(
      said.out,
      /import .*csv into the catalog of kakaclo\/demo, in order-relay-local-ledger \(account 000000000000/,
    );
    deepEqual([said.exit, await entryOf("NO")], [1, undefined]);
    const dry = await run(catalogCommand, [...words, "--dry-run"], { url });
    deepEqual([dry.exit, /1 rows are valid/.test(dry.out), await entryOf("NO")], [0, true, undefined]);
  });

  test("a file that cannot be read, or has no header, is refused before anything is asked", async () => {
    for (const [file, sentence] of [
      [join(folder, "nonexistent.csv"), /nonexistent\.csv cannot be read/],
      [csv("product,price\nA,1\n"), /no column is called "product"/],
    ] as const) {
      const words = ["--stage", "local", "--destination", "kakaclo/demo", file];
      const said = await run(catalogCommand, words, { url, typed: ["y"] });
      deepEqual([said.exit, said.out], [1, ""]);
      match(said.notes, sentence);
    }
  });

  test("a SKU that appears twice takes its later line, and both lines are named", async () => {
    const said = await imports(csv("sku,providerSku\nTWICE,1\nother,2\nTWICE,3\n"));
    match(said.notes, /line 4: SKU TWICE is on line 2 too; this line counts/);
    deepEqual([said.exit, await entryOf("TWICE")], [0, { providerSku: "3" }]);
  });

  test("replaces a SKU's former entry whole, again and again; --remove takes it; who did it is recorded", async () => {
    await imports(csv("sku,productId,packSize\nR,1,12\n"));
    const file = csv("sku,providerSku\nR,new\n");
    await imports(file);
    await imports(file);
    deepEqual(await entryOf("R"), { providerSku: "new" });
    equal((await imports(file, "--remove")).exit, 0);
    equal(await entryOf("R"), undefined);
    const log = await table.partition("catalog-import#kakaclo/demo");
    const last = log.at(-1);
    deepEqual([last?.["removing"], last?.["taken"], String(last?.["by"]).startsWith("local:")], [true, 1, true]);
  });

  test(`${ROWS} rows stream into the table with progress, and never 64 MB alive`, async (t) => {
    const path = join(folder, "streamed.csv");
    await writeRows(path, (n) => `SHOP-${n},${632910392 + n},,DEMO-${n},${(n % 5) + 1}`, ROWS);
    // dynalite would take them all, too: 3,000 a second.
    const quick = await quickTable(t);
    const { code, stdout, stderr } = await child([WATCH], await healthOf(t, quick.endpoint), path);
    equal(code, 0, stderr);
    ok(stdout.includes(`${ROWS} rows imported`), stdout);
    equal(quick.rows(), ROWS);
    const alive = Number(/^alive (\d+) MB$/m.exec(stderr)?.[1]);
    ok(alive < 64, `${alive} MB alive`);
    const progress = stderr.match(/^\d+ rows read, \d+ written$/gm) ?? [];
    equal(progress.length, ROWS / 10_000);
    // Written while it is read, not afterwards.
    for (const line of progress) {
      const [read = 0, written = 0] = line.match(/\d+/g)?.map(Number) ?? [];
      ok(read - written <= 9 * 25, line);
    }
  });

  test(`${KEPT} rows are in the table as they are in the file`, async () => {
    const path = join(folder, "kept.csv");
    await writeRows(path, (n) => `SHOP-${n},${632910392 + n},,DEMO-${n},${(n % 5) + 1}`, KEPT);
    equal((await imports(path)).exit, 0);
    for (const n of [0, 471, KEPT - 1]) {
      const { productId, providerSku, packSize } = (await entryOf(`SHOP-${n}`)) ?? {};
      deepEqual([productId, providerSku, packSize], [`${632910392 + n}`, `DEMO-${n}`, (n % 5) + 1]);
    }
  });

  test("a file of 80 MB is read in a heap of 64 MB", async () => {
    const path = join(folder, "wide.csv");
    await writeRows(path, (n) => `SHOP-${n}-${"x".repeat(780)},${n},,,`);
    const { code, stdout, stderr } = await child(["--max-old-space-size=64"], url, path, "--dry-run");
    equal(code, 0, stderr);
    match(stdout, /100000 rows are valid/);
  });

  test("its items lie apart from the orders' and carry a version", async () => {
    await imports(csv("sku,productId\nV,1\n"));
    deepEqual(await table.get({ pk: catalogPk("kakaclo/demo"), sk: "V" }), {
      ...{ pk: "catalog#kakaclo/demo", sk: "V", v: 1, productId: "1" },
    });
  });
});

const healthy = (endpoint: string) => ({
  ...{ status: "ready", stage: "local" },
  aws: { endpoint, region: "eu-central-1", account: "000000000000" },
  channelSimulators: "http://127.0.0.1:9",
});

async function serve(listener: RequestListener): Promise<{ server: Server; url: string }> {
  const server = createServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = server.address();
  return { server, url: `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}` };
}

async function servedFor(t: TestContext, listener: RequestListener): Promise<string> {
  const { server, url } = await serve(listener);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return url;
}

/** What the local stack says of itself, with another AWS behind it. */
const healthOf = (t: TestContext, endpoint: string): Promise<string> =>
  servedFor(t, (_, response) => response.end(JSON.stringify(healthy(endpoint))));

/** A table that takes every batch at once and only counts. */
async function quickTable(t: TestContext): Promise<{ endpoint: string; rows: () => number }> {
  let rows = 0;
  const endpoint = await servedFor(t, async (request, response) => {
    const body = (await request.toArray()).join("");
    rows += body.split('"PutRequest"').length - 1;
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
  return { endpoint, rows: () => rows };
}

async function writeRows(path: string, row: (n: number) => string, count = 100_000): Promise<void> {
  const file = createWriteStream(path);
  file.write("sku,productId,variantId,providerSku,packSize\n");
  for (let n = 0; n < count; n++) if (!file.write(`${row(n)}\n`)) await once(file, "drain");
  file.end();
  await once(file, "close");
}

/** Collects garbage every half second, and says at the end how much was left of the heap at the worst time. */
const WATCH = `--import=data:text/javascript,${encodeURIComponent(`
  import v8 from "node:v8"; import vm from "node:vm";
  v8.setFlagsFromString("--expose-gc");
  const collect = vm.runInNewContext("gc");
  let alive = 0;
  const look = () => { collect(); alive = Math.max(alive, process.memoryUsage().heapUsed); };
  setInterval(look, 500).unref();
  process.on("exit", () => console.error("alive " + Math.round(alive / 1e6) + " MB"));
`)}`;

/** The command in a process of its own. */
async function child(flags: string[], url: string, ...words: string[]) {
  const entry = new URL("../../operator/catalog.ts", import.meta.url).pathname;
  const args = [...flags, entry, "--stage", "local", "--destination", "kakaclo/demo", "--yes", ...words];
  const started = spawn(process.execPath, args, { env: { ...process.env, PORT: new URL(url).port } });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  started.stdout.on("data", (chunk: Buffer) => out.push(chunk));
  started.stderr.on("data", (chunk: Buffer) => err.push(chunk));
  const [code] = (await once(started, "close")) as [number | null];
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
}
