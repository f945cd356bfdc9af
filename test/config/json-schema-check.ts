// A small reader of draft-7 JSON Schemas for tests: as much of it as the schemas of the home use. It shares no code with
// what made them.

import type { JsonSchema } from '../../src/config/json-schema.ts';

type Schema = JsonSchema & {
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly propertyNames?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minProperties?: number;
};

/** Why a value does not fit a schema; empty when it does. */
export function misfits(value: unknown, given: JsonSchema, root: JsonSchema = given, at = '$'): string[] {
  const schema = given as Schema;
  const found: string[] = [];
  if (schema.$ref !== undefined) {
    const to = root.definitions?.[schema.$ref.replace('#/definitions/', '')];
    if (to === undefined) return [`${at}: ${schema.$ref} leads nowhere`];
    found.push(...misfits(value, to, root, at));
  }
  for (const part of schema.allOf ?? []) found.push(...misfits(value, part, root, at));
  for (const choice of [schema.anyOf, schema.oneOf]) {
    if (choice === undefined) continue;
    const tried = choice.map((one) => misfits(value, one, root, at));
    if (!tried.some((problems) => problems.length === 0))
      found.push(tried.sort((a, b) => a.length - b.length)[0]?.[0] ?? `${at}: no branch`);
  }
  if (schema.const !== undefined && value !== schema.const) found.push(`${at}: is not ${String(schema.const)}`);
  if (schema.enum !== undefined && !schema.enum.includes(value)) found.push(`${at}: ${String(value)} is not listed`);
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(value, type)))
    return [...found, `${at}: is no ${types.join(' or ')}`];
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value))
      found.push(`${at}: "${value}" against ${schema.pattern}`);
    if (value.length < (schema.minLength ?? 0)) found.push(`${at}: too short`);
    if (value.length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) found.push(`${at}: too long`);
  }
  if (typeof value === 'number') {
    if (value < (schema.minimum ?? Number.NEGATIVE_INFINITY)) found.push(`${at}: below ${schema.minimum}`);
    if (value > (schema.maximum ?? Number.POSITIVE_INFINITY)) found.push(`${at}: above ${schema.maximum}`);
  }
  if (Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) found.push(`${at}: too few`);
    if (value.length > (schema.maxItems ?? Number.POSITIVE_INFINITY)) found.push(`${at}: too many`);
    const { items } = schema;
    if (items !== undefined)
      for (const [index, item] of value.entries()) found.push(...misfits(item, items, root, `${at}[${index}]`));
  } else if (typeof value === 'object' && value !== null) {
    for (const name of schema.required ?? []) if (!Object.hasOwn(value, name)) found.push(`${at}: lacks ${name}`);
    if (Object.keys(value).length < (schema.minProperties ?? 0)) found.push(`${at}: is empty`);
    for (const [name, item] of Object.entries(value)) {
      if (schema.propertyNames !== undefined)
        found.push(...misfits(name, schema.propertyNames, root, `${at}.${name} (name)`));
      const own = schema.properties?.[name];
      if (own !== undefined) found.push(...misfits(item, own, root, `${at}.${name}`));
      else if (schema.additionalProperties === false) found.push(`${at}: knows no ${name}`);
      else if (typeof schema.additionalProperties === 'object')
        found.push(...misfits(item, schema.additionalProperties, root, `${at}.${name}`));
    }
  }
  return found;
}

function isOf(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}
