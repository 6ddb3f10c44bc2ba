import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { tableName, WORK_INDEX, WORK_PROJECTION } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { AppFunction } from "./app-function.ts";
import type { PersonalDataKey } from "./personal-data-key.ts";

/** Every partition that is a connector's own: caches, tokens, leases (shared/ledger/connector-partition.ts). */
const CONNECTORS = ["channel#*", "provider#*"];

interface Use {
  /** Beginning of the connectors' partitions that the function may use: `provider#kakaclo/*`. None without it. */
  connectors?: string;
  /** Whether it reads the work list. */
  due?: boolean;
}

/**
 * The ledger; docs/ledger.md lists its items. Nothing ever deletes the table: not a deployment, not the removal of the stack,
 * not a click.
 */
export class LedgerTable extends Table {
  private readonly key: PersonalDataKey;

  constructor(scope: Construct, id: string, stage: Stage, key: PersonalDataKey) {
    super(scope, id, {
      tableName: tableName(stage.name),
      partitionKey: { name: "pk", type: AttributeType.STRING },
      sortKey: { name: "sk", type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: key,
      timeToLiveAttribute: "expiresAt",
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      // Not RETAIN_ON_UPDATE_OR_DELETE as the rest of what is kept: the rollback of a first deployment would try to delete the
      // table, DynamoDB refuses that while it is protected, and the stack would hang in ROLLBACK_FAILED. Kept, it has to be
      // deleted by hand before the next try: docs/deploy.md, "When a first deployment fails".
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.key = key;
    // Sparse: only items with an entry carry these. It projects constants, so that a record's other changes cost no index
    // write.
    this.addGlobalSecondaryIndex({
      indexName: WORK_INDEX,
      partitionKey: { name: "workList", type: AttributeType.STRING },
      sortKey: { name: "workAt", type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...WORK_PROJECTION],
    });
  }

  /**
   * Reads and writes of single partitions; no Scan, no PartiQL. A function may delete only what is its connectors' own, as a
   * token and a lease are given back: never an order, a delivery or a body. All other connectors' partitions are denied.
   */
  grantUse(fn: AppFunction, { connectors, due = false }: Use = {}): void {
    const actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"];
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.tableArn] }));
    if (connectors !== undefined) {
      fn.addToRolePolicy(
        new PolicyStatement({
          actions: ["dynamodb:DeleteItem"],
          resources: [this.tableArn],
          conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": connectors } },
        }),
      );
    }
    if (due) {
      const resources = [`${this.tableArn}/index/${WORK_INDEX}`];
      fn.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:Query"], resources }));
    }
    fn.addToRolePolicy(
      new PolicyStatement({
        sid: "OtherConnectors",
        effect: Effect.DENY,
        actions: connectors === undefined ? actions : [...actions, "dynamodb:DeleteItem"],
        resources: [this.tableArn],
        conditions: {
          "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": CONNECTORS },
          ...(connectors !== undefined && { "ForAnyValue:StringNotLike": { "dynamodb:LeadingKeys": connectors } }),
        },
      }),
    );
    // DynamoDB requires these of every role that reads or writes a table under a customer managed key.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    this.key.grant(
      fn,
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    );
  }
}
