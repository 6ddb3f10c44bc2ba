import type { Code } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";
import { connectorPrefix } from "../../shared/ledger/connector-partition.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { ProviderFacts } from "../stage-file/connectors.ts";
import { createOrderFunction, functionSettings } from "../stage-file/function-settings.ts";
import { AppFunction } from "./app-function.ts";
import { Destination } from "./destination.ts";
import type { EventBucket } from "./event-bucket.ts";
import type { FixedEgress } from "./fixed-egress.ts";
import type { LedgerTable } from "./ledger-table.ts";

interface Props {
  stage: Stage;
  provider: ProviderFacts;
  code: Code;
  table: LedgerTable;
  bucket: EventBucket;
  egress: FixedEgress | undefined;
}

/** One provider: its function with its own role and secrets, and its destinations. */
export class ProviderLane extends Construct {
  readonly createOrder: AppFunction;
  readonly destinations: readonly Destination[];

  constructor(scope: Construct, id: string, { stage, provider, code, table, bucket, egress }: Props) {
    super(scope, id);
    const name = createOrderFunction(provider.name);
    this.createOrder = new AppFunction(this, "CreateOrder", {
      stage,
      name,
      code,
      settings: functionSettings(stage, name, provider),
      description: `Creates orders at ${provider.title}`,
      network: egress,
    });
    const connectors = `${connectorPrefix({ kind: "provider", name: provider.name })}*`;
    table.grantUse(this.createOrder, "create-order", { connectors });
    bucket.grantReadBodies(this.createOrder);

    this.destinations = stage.config.destinations
      .filter((destination) => destination.provider === provider.name)
      .map(
        (destination) =>
          new Destination(this, destination.name, {
            stage,
            destination,
            provider,
            createOrder: this.createOrder,
          }),
      );
  }
}
