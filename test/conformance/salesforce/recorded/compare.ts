// Two answers held side by side: same keys, same kinds of values, and the same words where a client decides by them. Ids,
// instants and numbers of a recording are its own and are not compared.

/** Keys whose values a client decides by: they must be equal to the letter. */
const telling = ['errorCode', 'statusCode', 'message', 'success', 'created', 'done', 'httpStatusCode', 'type'];
/** Of a job also its state; elsewhere a state is a part of an address. */
const isTelling = (path: string) => path === 'state' || telling.includes(path.split('.').at(-1) ?? '');

/** What differs, one sentence each, with the place as a path. Null goes with every kind of value. */
export function differences(recorded: unknown, ours: unknown, path = ''): string[] {
  const here = path === '' ? 'the body' : path;
  if (recorded === null || ours === null) {
    return isTelling(path) && recorded !== ours ? [`${here}: ${shown(ours)} instead of ${shown(recorded)}`] : [];
  }
  if (Array.isArray(recorded) || Array.isArray(ours)) {
    if (!Array.isArray(recorded) || !Array.isArray(ours))
      return [`${here}: ${kindOf(ours)} instead of ${kindOf(recorded)}`];
    // What else the recorded org held and did not tell may show up among the rows of ours.
    const isEnough = /(^|\.)records$/.test(path) ? ours.length >= recorded.length : ours.length === recorded.length;
    const sizes = isEnough ? [] : [`${here}: ${ours.length} instead of ${recorded.length}`];
    const both = Math.min(recorded.length, ours.length);
    const inside = Array.from({ length: both }, (_one, at) => differences(recorded[at], ours[at], `${path}[${at}]`));
    return [...sizes, ...inside.flat()];
  }
  if (typeof recorded === 'object' && typeof ours === 'object') {
    const [theirs, own] = [recorded as Record<string, unknown>, ours as Record<string, unknown>];
    const missing = Object.keys(theirs).filter((key) => !(key in own));
    const extra = Object.keys(own).filter((key) => !(key in theirs));
    return [
      ...missing.map((key) => `${here}: no ${key}`),
      ...extra.map((key) => `${here}: ${key} too many`),
      ...Object.keys(theirs).flatMap((key) =>
        key in own ? differences(theirs[key], own[key], path === '' ? key : `${path}.${key}`) : [],
      ),
    ];
  }
  if (typeof recorded !== typeof ours) return [`${here}: ${kindOf(ours)} instead of ${kindOf(recorded)}`];
  if (isTelling(path) && neutral(recorded) !== neutral(ours))
    return [`${here}: ${shown(ours)} instead of ${shown(recorded)}`];
  return [];
}

/** Ids inside a message are those of the recorded org. */
const neutral = (value: unknown) =>
  typeof value === 'string' ? value.replace(/\b[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?\b/g, '(id)') : value;
const kindOf = (value: unknown) => (Array.isArray(value) ? 'a list' : value === null ? 'null' : `a ${typeof value}`);
const shown = (value: unknown) => JSON.stringify(value)?.slice(0, 300);
