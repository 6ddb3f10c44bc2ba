import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { Effect, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { tableName, WORK_INDEX, WORK_PROJECTION } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { AppFunction } from "./app-function.ts";
import type { PersonalDataKey } from "./personal-data-key.ts";

/** Token items of a provider (create-order's sealed cache): one shared token for all its Lambda's environments. */
const TOKENS = "token#*";
const tokensOf = (provider: string) => `token#${provider}#*`;
/** What a provider's Lambda keeps for itself, and may delete (shared/ledger/cache.ts, table-lease.ts). */
const ownOf = (provider: string) => [tokensOf(provider), `cache#${provider}/*`, `lease#${provider}#*`];

/**
 * The ledger: orders, deliveries, bodies, tokens, catalog (shared/ledger/ledger.ts has the keys). Nothing here ever deletes it: not a
 * deployment, not the stack's removal, not a click.
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
   * Reads and writes of single partitions; no Scan, no PartiQL. Whoever may see a provider's tokens may also delete what it
   * keeps for itself, for a token and a lease are given back that way: never an order, a delivery or a body.
   * @param tokens the provider whose tokens the function may see; all others' are denied, and all without it
   */
  grantUse(fn: AppFunction, { tokens, due = false }: { tokens?: string; due?: boolean } = {}): void {
    const actions = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"];
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.tableArn] }));
    if (tokens) {
      fn.addToRolePolicy(
        new PolicyStatement({
          actions: ["dynamodb:DeleteItem"],
          resources: [this.tableArn],
          conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": ownOf(tokens) } },
        }),
      );
    }
    if (due) {
      const resources = [`${this.tableArn}/index/${WORK_INDEX}`];
      fn.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:Query"], resources }));
    }
    fn.addToRolePolicy(
      new PolicyStatement({
        sid: "TokensOfOtherProviders",
        effect: Effect.DENY,
        actions: tokens ? [...actions, "dynamodb:DeleteItem"] : actions,
        resources: [this.tableArn],
        conditions: {
          "ForAnyValue:StringLike": { "dynamodb:LeadingKeys": TOKENS },
          ...(tokens && { "ForAnyValue:StringNotLike": { "dynamodb:LeadingKeys": tokensOf(tokens) } }),
        },
      }),
    );
    // DynamoDB asks for these of whoever reads or writes a table under a key of our own.
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
