import { Command, Option } from "commander";
import { StageRefused } from "./assembly/synthesise.ts";
import type { TableEmulatorKind } from "./aws/table-emulator.ts";
import { MissingSecret } from "./secret-values.ts";
import { MissingSimulator } from "./simulators/load-simulator.ts";
import { type LocalStack, PortBusy, startStack } from "./stack.ts";

/** Errors whose message says what to do. */
const FIXABLE = [PortBusy, StageRefused, MissingSecret, MissingSimulator];

const command = new Command("npm start --")
  .description("Hosts a stage on 127.0.0.1:$PORT (default 3000; 0 takes a free port).")
  .option("--stage <stage>", "local, or the name of infra/stages/<stage>.ts", "local")
  .addOption(
    new Option("--dynamo <emulator>", "DynamoDB emulator")
      .choices(["dynalite", "dynamodb-local"] as const)
      .default("dynalite" as const),
  );
await start(command.parse().opts());

async function start({ stage, dynamo }: { stage: string; dynamo: TableEmulatorKind }): Promise<void> {
  const port = Number(process.env["PORT"] ?? 3000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    return fail(`PORT is ${process.env["PORT"]}: set it to a number from 0 to 65535.`);
  console.log(`Synthesising the stage ${stage} …`);
  try {
    const stack = await startStack({ port, stage, dynamo, reconcile: "runs" });
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.once(signal, () => void stack.stop().then(() => process.exit(0)));
    }
    console.log(offer(stack));
  } catch (error) {
    // For a mistake that the user can fix, print one sentence, not a stack trace.
    if (FIXABLE.some((kind) => error instanceof kind)) return fail((error as Error).message);
    throw error;
  }
}

function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}

function offer({ url, aws, assembly, channels, sandbox, logFolder }: LocalStack): string {
  return `Order Relay is ready at ${url}

${assembly.routes.map(({ key }) => `  ${key}`).join("\n")}

  Simulated shops: ${channels.connections.join(", ")}
  POST /sandbox/channels/{channel}/{connection}/send     {} sends a new paid order; or {"topic": "…", "order": {…}}
  GET  /sandbox/channels/{channel}/{connection}          the shop's orders, subscriptions and faults
  POST /sandbox/channels/{channel}/{connection}/faults   {"fault": "…", "times": n}; of its API: {…, "on": "fetch"}
  PUT  /sandbox/channels/{channel}/{connection}/orders/{id}   what its API answers, where its connector calls one

  POST /sandbox/reconcile                                {"paused": true} stops the polls for missed webhooks

  Simulated providers: ${sandbox.providers.join(", ")}
  GET  /sandbox/{provider}/orders                        the orders that it created
  POST /sandbox/{provider}/faults                        {"fault": "…", "times": n}; GET lists them

  GET  /orders/{channel}/{connection}/{orderId}          an order's events and deliveries
  GET  /dead-letters                                     messages that failed
  POST /dead-letters/redrive                             moves them back to their queues, as the console does
  GET  /health

  AWS endpoint  ${aws.url}
  Logs          ${logFolder}
`;
}
