/**
 * Names of everything the stack owns. They follow from stage and configuration alone, so that no list of URLs or ARNs
 * has to travel in a function's 4 KB of environment.
 */
const PREFIX = "order-relay";

export const queueName = {
  intake: (stage: string) => `${PREFIX}-${stage}-intake`,
  intakeDeadLetters: (stage: string) => `${PREFIX}-${stage}-intake-dlq`,
  /** Of a connection whose channel sends to a queue. @param connection `amazon/main` */
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
/** What it projects besides keys. Constants of an order, so that other changes of its record cost no write of the index. */
export const WORK_PROJECTION = ["number", "buyer", "firstSeenAt"] as const;
/** Over how many keys a list or an hour may be spread. Readers ask all; how many are written to is a setting of the stage. */
export const WORK_LIST_SHARDS = 10;

/** Bucket names are global: the account makes ours unique. */
export const bucketName = (stage: string, account: string, region: string): string =>
  `${PREFIX}-${stage}-events-${account}-${region}`;

/** @param path `shopify/main`, `kakaclo/demo` */
export const secretName = (stage: string, kind: "endpoints" | "connections" | "destinations", path: string): string =>
  `${PREFIX}/${stage}/${kind}/${path}`;

/** @param name `receive-webhook`, `route-order`, `find-due` or `create-order-<provider>` */
export const functionName = (stage: string, name: string): string => `${PREFIX}-${stage}-${name}`;
