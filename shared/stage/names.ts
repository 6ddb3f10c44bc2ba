/**
 * Names of the stack's resources. They follow from stage and configuration alone, so that the 4 KB of a function's
 * environment variables need no list of URLs or ARNs.
 */
const PREFIX = "order-relay";

export const queueName = {
  intake: (stage: string) => `${PREFIX}-${stage}-intake`,
  intakeDeadLetters: (stage: string) => `${PREFIX}-${stage}-intake-dlq`,
  /** Queue of a connection whose channel sends to a queue. @param connection `amazon/main` */
  notifications: (stage: string, connection: string) =>
    `${PREFIX}-${stage}-notifications-${connection.replace("/", "-")}`,
  notificationDeadLetters: (stage: string, connection: string) =>
    `${PREFIX}-${stage}-notifications-${connection.replace("/", "-")}-dlq`,
  /** @param destination `kakaclo/demo` */
  destination: (stage: string, destination: string) => `${PREFIX}-${stage}-${destination.replace("/", "-")}`,
  destinationDeadLetters: (stage: string, destination: string) =>
    `${PREFIX}-${stage}-${destination.replace("/", "-")}-dlq`,
};

export const tableName = (stage: string): string => `${PREFIX}-${stage}-ledger`;
/** The work list: the table's one index (shared/ledger/work-list.ts). */
export const WORK_INDEX = "work";
/**
 * What it projects besides keys. They never change for an order, so that a change of its record costs no index write.
 */
export const WORK_PROJECTION = ["number", "buyer", "firstSeenAt"] as const;
/** Over how many keys a list or an hour may be spread. Readers query all; the stage sets how many are written to. */
export const WORK_LIST_SHARDS = 10;

/** Bucket names are global: the account makes ours unique. */
export const bucketName = (stage: string, account: string, region: string): string =>
  `${PREFIX}-${stage}-events-${account}-${region}`;

/** @param path `shopify/main`, `kakaclo/demo` */
export const secretName = (stage: string, kind: "endpoints" | "connections" | "destinations", path: string): string =>
  `${PREFIX}/${stage}/${kind}/${path}`;

/** @param name `receive-webhook`, `route-order`, `find-due` or `create-order-<provider>` */
export const functionName = (stage: string, name: string): string => `${PREFIX}-${stage}-${name}`;
