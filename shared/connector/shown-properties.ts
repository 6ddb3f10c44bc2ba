interface Property {
  name: string;
  value?: string | undefined;
}

/** The properties that the buyer saw. Shop systems keep their own notes under names that begin with "_". */
export const shownProperties = <P extends Property>(properties: readonly P[] | undefined): P[] =>
  (properties ?? []).filter(({ name }) => !name.startsWith("_"));
