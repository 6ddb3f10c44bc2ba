/** Whose items these are: one provider's or one channel's. */
export interface Connector {
  kind: "channel" | "provider";
  /** `kakaclo` */
  name: string;
}

/**
 * The prefix of every partition of a connector: caches, tokens and leases. One IAM condition on the prefix of keys lets
 * a function into its connector's partitions and no others (infra/constructs/ledger-table.ts).
 */
export const connectorPrefix = ({ kind, name }: Connector): string => `${kind}#${name}/`;

/** The cache of one account. @param account its path: `kakaclo/demo` */
export const cachePk = ({ account, ...connector }: Connector & { account: string }): string =>
  `${connectorPrefix(connector)}cache#${account}`;

/** Sealed tokens; accounts of one app may share them. */
export const tokenPk = (connector: Connector): string => `${connectorPrefix(connector)}token`;

/** @param name of the lease, unique for the connector */
export const leasePk = (connector: Connector, name: string): string => `${connectorPrefix(connector)}lease#${name}`;
