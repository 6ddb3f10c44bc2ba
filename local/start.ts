import { parseArgs } from "node:util";
import { StageRefused } from "./assembly/synthesise.ts";
import { MissingSecret } from "./secret-values.ts";
import { MissingSimulator } from "./simulators/load-simulator.ts";
import { type LocalStack, PortBusy, startStack } from "./stack.ts";

/** Errors whose message says what to do. */
const FIXABLE = [PortBusy, StageRefused, MissingSecret, MissingSimulator];

const { values } = parseArgs({
  options: {
    stage: { type: "string", default: "local" },
    dynamo: { type: "string", default: "dynalite" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(`npm start [-- --stage <stage>] [-- --dynamo dynalite|dynamodb-local]
Hosts the stage local, or one of infra/stages/, on 127.0.0.1:$PORT (default 3000, 0 takes a free port).`);
} else await start();

async function start(): Promise<void> {
  const port = Number(process.env["PORT"] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) return fail(`PORT is ${process.env["PORT"]}, not a port.`);
  const { stage, dynamo } = values;
  if (dynamo !== "dynalite" && dynamo !== "dynamodb-local") return fail("--dynamo is dynalite or dynamodb-local.");
  console.log(`Synthesising the stage ${stage} …`);
  try {
    const stack = await startStack({ port, stage, dynamo });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => void stack.stop().then(() => process.exit(0)));
    }
    console.log(offer(stack));
  } catch (error) {
    // What a person can fix is one sentence, not a stack trace.
    if (FIXABLE.some((kind) => error instanceof kind)) return fail((error as Error).message);
    throw error;
  }
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}

function offer({ url, aws, assembly, sandbox, logFolder }: LocalStack): string {
  return `Order Relay is ready at ${url}

${assembly.routes.map(({ key }) => `  ${key}`).join("\n")}
  GET  /orders/{channel}/{connection}/{orderId}   what became of an order
  GET  /sandbox/{provider}/orders                 what a provider holds: ${sandbox.providers.join(", ")}
  POST /sandbox/{provider}/faults                 {"fault": "…", "times": n}; GET lists them
  GET  /dead-letters                              what failed
  POST /dead-letters/redrive                      moves it back, as the console does
  GET  /health

  AWS endpoint  ${aws.url}
  Logs          ${logFolder}
`;
}
