import * as z from "zod/mini";

/** A schema whose fields can be listed: an object, optional or with a default too. */
interface Described {
  shape?: Record<string, z.ZodMiniType>;
  def?: { innerType?: z.ZodMiniType };
}

/**
 * The fields of a secret by name, each with what the operator has to fill in: the `description` that its schema
 * registered in `z.globalRegistry`, or "".
 */
export function fieldDescriptions(schema: z.ZodMiniType | undefined): Record<string, string> {
  const { shape = {} } = (schema ?? {}) as Described;
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, descriptionOf(field)]));
}

function descriptionOf(schema: z.ZodMiniType): string {
  const { description } = z.globalRegistry.get(schema) ?? {};
  const { def } = schema as Described;
  return description ?? (def?.innerType ? descriptionOf(def.innerType) : "");
}
