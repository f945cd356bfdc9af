// Paths into an answer: own names and list positions, nothing else. What is reached is data, never a method or a prototype.

/** The value at `a.b.0.c`; undefined where it is not there. A name that itself holds points is found too. */
export function at(value: unknown, path: string): unknown {
  if (isGroup(value) && Object.hasOwn(value, path)) return value[path];
  let here = value;
  for (const name of path.split('.')) {
    if (Array.isArray(here)) here = /^\d{1,9}$/.test(name) ? here[Number(name)] : undefined;
    else if (isGroup(here) && Object.hasOwn(here, name)) here = here[name];
    else return undefined;
  }
  return here;
}

/** A copy of `value` with something at `path`; groups are made where they are missing. */
export function withAt(
  value: Readonly<Record<string, unknown>>,
  path: string,
  given: unknown,
): Record<string, unknown> {
  const [name = '', ...rest] = path.split('.');
  const inner = value[name];
  return {
    ...value,
    [name]: rest.length === 0 ? given : withAt(isGroup(inner) ? inner : {}, rest.join('.'), given),
  };
}

/** A value as one cell: lists of plain values with commas, everything deeper as JSON. Undefined stays undefined. */
export function cellAt(row: unknown, path: string): string | number | boolean | null | undefined {
  const value = at(row, path);
  if (value === undefined || value === null) return value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return value.join(', ');
  return JSON.stringify(value);
}

export function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
