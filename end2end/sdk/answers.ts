// Answers held against /openapi.json.

type Schema = {
  $ref?: string;
  type?: string | string[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
};
type Operation = {
  "x-sdk"?: string;
  responses: Record<string, { content?: Record<string, { schema?: Schema }> }>;
};
export type Document = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
};

/** Where an answer is not what the document says of its call. */
export async function differences(document: Document, url: string, method = "get", response: Response): Promise<string[]> {
  const path = new URL(url).pathname;
  const fits = (template: string) => new RegExp(`^${template.replace(/\{[^}]+\}/g, "[^/]+")}$`).test(path);
  const template = document.paths[path] ? path : Object.keys(document.paths).find(fits);
  const operation = template && document.paths[template][method.toLowerCase()];
  if (!operation) return [`${method} ${path} is not in the document`];
  const schema = operation.responses["200"].content?.["application/json"]?.schema;
  if (!schema) return [];
  return check(document, schema, await response.json(), `${method} ${path}`);
}

function check(document: Document, schema: Schema, value: unknown, place: string): string[] {
  if (schema.$ref) {
    const name = schema.$ref.replace("#/components/schemas/", "");
    return check(document, document.components.schemas[name], value, place);
  }
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) {
    const outcomes = choices.map((choice) => check(document, choice, value, place));
    return outcomes.some((problems) => problems.length === 0) ? [] : outcomes[0];
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  if (types.length && !types.some((type) => type === kind || (type === "integer" && Number.isInteger(value)))) {
    return [`${place} is ${kind}, not ${types.join(" or ")}`];
  }
  if (schema.const !== undefined && schema.const !== value) return [`${place} is not ${schema.const}`];
  if (schema.enum && !schema.enum.includes(value)) return [`${place} is ${value}, not one of ${schema.enum}`];
  if (Array.isArray(value)) {
    const { items } = schema;
    return items ? value.flatMap((one, index) => check(document, items, one, `${place}[${index}]`)) : [];
  }
  if (kind !== "object") return [];
  const fields = value as Record<string, unknown>;
  const missing = (schema.required ?? []).filter((name) => !(name in fields));
  const rest = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  const wrong = Object.entries(fields).flatMap(([name, field]) => {
    const one = schema.properties?.[name] ?? rest;
    if (one) return check(document, one, field, `${place}.${name}`);
    return schema.properties ? [`${place}.${name} is not in the document`] : [];
  });
  return [...missing.map((name) => `${place}.${name} is missing`), ...wrong];
}
