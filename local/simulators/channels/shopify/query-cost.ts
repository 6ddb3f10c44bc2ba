import {
  type FieldNode,
  type GraphQLCompositeType,
  getNamedType,
  isCompositeType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";
import { schema } from "./admin-schema.ts";

/** Points that one query may cost. */
export const MOST_POINTS = 1_000;
/** Entries of a page. */
export const LARGEST_PAGE = 250;

type Variables = Readonly<Record<string, unknown>>;

/** The query asks for a list in a way that Shopify refuses; the message is Shopify's kind of sentence. */
export class CostError extends Error {}

/**
 * What a query is charged before it runs: an object is one point, a scalar none, a list two and what its entries cost.
 * https://shopify.dev/docs/apps/build/apis/graphql-admin/rate-limits
 * @throws CostError
 */
export function costOf(operation: OperationDefinitionNode, variables: Variables): number {
  const root = schema.getQueryType();
  if (!root) throw new RangeError("the schema has no query");
  return ofSelection(operation.selectionSet, root, variables);
}

function ofSelection({ selections }: SelectionSetNode, type: GraphQLCompositeType, variables: Variables): number {
  return selections.reduce((sum, selection) => {
    if (selection.kind === Kind.FIELD) return sum + ofField(selection, type, variables);
    // No client of the sandbox sends one.
    throw new CostError(`${selection.kind} is not simulated.`);
  }, 0);
}

function ofField(field: FieldNode, parent: GraphQLCompositeType, variables: Variables): number {
  if (!isObjectType(parent) || !field.selectionSet) return 0;
  const definition = parent.getFields()[field.name.value];
  const type = definition && getNamedType(definition.type);
  if (!definition || !isCompositeType(type)) return 0;
  const own = (set: SelectionSetNode) => ofSelection(set, type, variables);
  if (type.name.endsWith("Connection")) {
    const count = firstOf(field, variables);
    if (count === undefined) {
      throw new CostError(`you must provide one of first or last for ${field.name.value}`);
    }
    const nodes = field.selectionSet.selections.find(
      (one): one is FieldNode => one.kind === Kind.FIELD && one.name.value === "nodes",
    );
    return 2 + count * (nodes ? ofField(nodes, type, variables) : 0);
  }
  if (type.name === "PageInfo") return 0;
  const takesFirst = definition.args.some(({ name }) => name === "first");
  return (takesFirst ? (firstOf(field, variables) ?? 1) : 1) * (1 + own(field.selectionSet));
}

function firstOf(field: FieldNode, variables: Variables): number | undefined {
  const value = field.arguments?.find(({ name }) => name.value === "first")?.value;
  if (value === undefined) return undefined;
  const count =
    value.kind === Kind.VARIABLE ? variables[value.name.value] : value.kind === Kind.INT ? value.value : Number.NaN;
  const first = Number(count);
  if (!Number.isInteger(first) || first < 1 || first > LARGEST_PAGE) {
    throw new CostError(`first of ${field.name.value} must be between 1 and ${LARGEST_PAGE}`);
  }
  return first;
}
