import { RemovalPolicy } from "aws-cdk-lib";
import { AttributeType, BillingMode, ProjectionType, Table, TableEncryption } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { ITEM_KINDS, type LedgerUser } from "../../shared/ledger/items.ts";
import { tableName, WORK_INDEX, WORK_PROJECTION } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { AppFunction } from "./app-function.ts";
import type { PersonalDataKey } from "./personal-data-key.ts";

interface Use {
  /** Pattern of the connector partitions that the function may use: `provider#kakaclo/*`. Default: none. */
  connectors?: string;
  /** Whether it reads the work list. */
  due?: boolean;
}

/**
 * The ledger; docs/ledger.md lists its items. Neither a deployment, nor the removal of the stack, nor a click in the
 * console deletes the table.
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
      // Not RETAIN_ON_UPDATE_OR_DELETE, as the other retained resources have: when a first deployment rolls back, it
      // would try to delete the table, DynamoDB would refuse because of deletion protection, and the stack would hang
      // in ROLLBACK_FAILED. Now the operator deletes the table before the next try: docs/deploy.md, "When a first
      // deployment fails".
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.key = key;
    // Sparse: only items on the work list have these attributes. The projected attributes never change, so other
    // changes of a record cost no index write.
    this.addGlobalSecondaryIndex({
      indexName: WORK_INDEX,
      partitionKey: { name: "workList", type: AttributeType.STRING },
      sortKey: { name: "workAt", type: AttributeType.STRING },
      projectionType: ProjectionType.INCLUDE,
      nonKeyAttributes: [...WORK_PROJECTION],
    });
  }

  /**
   * Grants reads of the partitions whose items the function reads or writes (shared/ledger/items.ts), and writes of those
   * it writes; no Scan, no PartiQL. It may delete only items of its own connectors (it returns tokens and leases), never an order, a delivery
   * or a body.
   */
  grantUse(fn: AppFunction, user: LedgerUser, { connectors, due = false }: Use = {}): void {
    const allow = (actions: string[], partitions: readonly string[]) =>
      fn.addToRolePolicy(
        new PolicyStatement({
          actions,
          resources: [this.tableArn],
          conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": partitions } },
        }),
      );
    const readable = partitionsOf(user, connectors);
    const writable = partitionsOf(user, connectors, ["writers"]);
    if (writable.length === readable.length) {
      allow(["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem"], readable);
    } else {
      allow(["dynamodb:GetItem", "dynamodb:Query"], readable);
      allow(["dynamodb:PutItem"], writable);
    }
    if (connectors !== undefined) allow(["dynamodb:DeleteItem"], [connectors]);
    if (due) {
      const resources = [`${this.tableArn}/index/${WORK_INDEX}`];
      fn.addToRolePolicy(new PolicyStatement({ actions: ["dynamodb:Query"], resources }));
    }
    this.grantKey(fn);
  }

  /** Grants reads of one connection's orders. @param connection `standard/probe` */
  grantReadOrders(fn: AppFunction, connection: string): void {
    fn.addToRolePolicy(
      new PolicyStatement({
        actions: ["dynamodb:GetItem"],
        resources: [this.tableArn],
        conditions: { "ForAllValues:StringLike": { "dynamodb:LeadingKeys": [`order#${connection}#*`] } },
      }),
    );
    this.grantKey(fn);
  }

  private grantKey(fn: AppFunction): void {
    // DynamoDB requires these of every role that reads or writes a table under a customer managed key.
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    this.key.grantVia("dynamodb", fn, [
      "kms:Decrypt",
      "kms:DescribeKey",
      "kms:Encrypt",
      "kms:GenerateDataKey",
      "kms:GenerateDataKeyWithoutPlaintext",
      "kms:ReEncryptFrom",
      "kms:ReEncryptTo",
    ]);
  }
}

/** What a connector's partitions begin with (shared/ledger/connector-partition.ts). */
const OF_CONNECTORS = /^(?:channel|provider)#/;

/**
 * Patterns of the partitions whose items a function reads or writes: `order#*`, and its connectors' own. A catalog has
 * its provider in its name, as connectors' partitions have.
 * @param connectors `provider#kakaclo/*` @param uses default: either
 */
export function partitionsOf(
  user: LedgerUser,
  connectors: string | undefined,
  uses: readonly ("readers" | "writers")[] = ["readers", "writers"],
): string[] {
  const used = ITEM_KINDS.filter((kind) => uses.some((use) => kind[use].includes(user)));
  const [, provider] = /^provider#([^/]+)/.exec(connectors ?? "") ?? [];
  const patterns = used
    .flatMap(({ keys }) => keys.map(({ pk }) => pk))
    .filter((pk) => !OF_CONNECTORS.test(pk))
    .map((pk) => pk.replace("<provider>", provider ?? "<provider>").replace(/<.*/, "*"));
  return [...new Set([...patterns, ...(connectors === undefined ? [] : [connectors])])].sort();
}
