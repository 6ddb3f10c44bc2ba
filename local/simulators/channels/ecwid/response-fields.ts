interface Fields {
  readonly [name: string]: Fields | true;
}

/**
 * An answer with only the fields that `responseFields` names: `total,items(id,email)`.
 * https://docs.ecwid.com/api-reference/rest-api/orders/search-orders
 */
export function selectFields(answer: object, query: URLSearchParams): object {
  const text = query.get("responseFields");
  return text === null ? answer : (select(answer, fieldsIn(text)) as object);
}

function fieldsIn(text: string): Fields {
  const fields: Record<string, Fields | true> = {};
  for (const [, name = "", inner] of text.matchAll(/(\w+)(?:\(((?:[^()]|\([^()]*\))*)\))?/g)) {
    fields[name] = inner === undefined ? true : fieldsIn(inner);
  }
  return fields;
}

function select(value: unknown, fields: Fields): unknown {
  if (Array.isArray(value)) return value.map((one) => select(one, fields));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => {
      const wanted = Object.hasOwn(fields, name) ? fields[name] : undefined;
      return wanted === undefined ? [] : [[name, wanted === true ? inner : select(inner, wanted)]];
    }),
  );
}
