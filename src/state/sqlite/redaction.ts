// Taking a person's names out of texts. What surely names a person is replaced wherever it stands; what may be chance (a
// short number, a first name) only in rows of the person's own accounts and only as a whole word. Numbers are left alone.

/** A text with the names taken out, or the very same text. `account` says whose row it is; null where that is not known. */
export type Redact = (text: string, kind: 'json' | 'text', account: string | null) => string;

/** An address, a text of several words, a long text or a long number names one person and nothing else. */
function isSure(name: string): boolean {
  return /[@\s]/.test(name) || name.length >= (/^\d+$/.test(name) ? 8 : 6);
}

/** Makes the function. `own` are the accounts of the person, `mark` is put where a name stood. */
export function redacting(names: readonly string[], own: ReadonlySet<string>, mark: string): Redact {
  const sure = patternOf(names.filter(isSure));
  const all = patternOf(names);
  return (text, kind, account) => {
    const pattern = account !== null && own.has(account) ? all : sure;
    // The raw text tells quickly that there is nothing to do, which is nearly always.
    if (pattern === null || text.search(pattern) < 0) return text;
    if (kind === 'text') return text.replace(pattern, mark);
    const before: unknown = JSON.parse(text);
    const after = JSON.stringify(withoutNames(before, pattern, mark));
    return after === JSON.stringify(before) ? text : after;
  };
}

function patternOf(names: readonly string[]): RegExp | null {
  if (names.length === 0) return null;
  const parts = [...names].sort((a, b) => b.length - a.length).flatMap(alternatives);
  return new RegExp([...new Set(parts)].join('|'), 'giu');
}
/** As it is and as JSON writes it, where the two differ. */
function alternatives(name: string): readonly string[] {
  return [name, JSON.stringify(name).slice(1, -1)].map((text) => {
    const literal = text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
    return isSure(name) ? literal : `(?<![\\p{L}\\p{N}_])${literal}(?![\\p{L}\\p{N}_])`;
  });
}

/** Names of fields are kept as they are unless they are the name itself: maps by contact have such keys. */
function withoutNames(value: unknown, pattern: RegExp, mark: string): unknown {
  if (typeof value === 'string') return value.replace(pattern, mark);
  if (Array.isArray(value)) return value.map((item) => withoutNames(item, pattern, mark));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replace(pattern, mark), withoutNames(item, pattern, mark)]),
  );
}
