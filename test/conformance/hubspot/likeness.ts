// How alike an answer of the pretend portal and one of the real HubSpot are: status, headers, content type, key sets, types,
// codes and the wording of refusals. Ids, times and names differ from portal to portal and are not compared.

export interface Told {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: unknown;
}
export interface Leniency {
  /** The recording has no headers. */
  readonly noHeaders?: boolean;
  /** The recording is a body alone; its status is from HubSpot's documents and was given by the case. */
  readonly noStatus?: boolean;
  /** Paths of keys that one side may have alone, each with the reason told where the case is. `*` stands for any key. */
  readonly mayMiss?: readonly string[];
}

const scalar = (value: unknown) => (value === null ? 'null' : typeof value);

/** Every key path with the types seen there; entries of lists share one path, since HubSpot promises no order. */
export function shapeOf(value: unknown, path = '', shape = new Map<string, Set<string>>()): Map<string, Set<string>> {
  const seen = shape.get(path) ?? new Set<string>();
  shape.set(path, seen);
  if (Array.isArray(value)) {
    seen.add('list');
    for (const one of value) shapeOf(one, `${path}[]`, shape);
  } else if (typeof value === 'object' && value !== null) {
    seen.add('object');
    for (const [name, one] of Object.entries(value)) shapeOf(one, path === '' ? name : `${path}.${name}`, shape);
  } else seen.add(scalar(value));
  return shape;
}

/** Codes and texts of a refusal, wherever they stand; long numbers and uuids blotted out. */
export function codesOf(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => codesOf(one, `${path}[]`)))];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (typeof one !== 'string') return /(^|\.)(properties|options)$/.test(at) ? [] : codesOf(one, at);
    if (!/(^|\.)(category|subCategory|code|error|errorType|policyName|message)$/.test(at)) return [];
    return [`${at}: ${blotted(one)}`];
  });
}
function blotted(text: string): string {
  return text
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '‹uuid›')
    .replaceAll(/<[A-Z_]*PORTAL_ID>/g, '‹n›')
    .replaceAll(/\d{5,}/g, '‹n›');
}

/** HubSpot's own headers, the content type and where a new record is; the edge's and the wire's are not HubSpot's. */
function headersOf(headers: ReadonlyMap<string, string>): Map<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of headers) {
    if (name === 'content-type') kept.set(name, value);
    else if (name.startsWith('x-hubspot-') || name === 'location' || name === 'retry-after')
      kept.set(name, scalarOf(value));
  }
  return kept;
}
const scalarOf = (text: string) => (/^\d+$/.test(text) ? 'number' : 'text');

function isLet(path: string, let_: readonly string[]): boolean {
  return let_.some((one) => {
    const pattern = one.replaceAll(/[.[\]]/g, '\\$&').replaceAll('*', '[^.]+');
    return new RegExp(`^${pattern}(?:$|[.[])`).test(path);
  });
}

/** What is different, one sentence each; empty when they agree. */
export function differences(ours: Told, theirs: Told, leniency: Leniency = {}): string[] {
  const found: string[] = [];
  const let_ = leniency.mayMiss ?? [];
  if (ours.status !== theirs.status) found.push(`status ${ours.status}, recorded ${theirs.status}`);
  if (leniency.noHeaders !== true) {
    const [mine, real] = [headersOf(ours.headers), headersOf(theirs.headers)];
    for (const name of new Set([...mine.keys(), ...real.keys()]))
      if (mine.get(name) !== real.get(name) && !isLet(name, let_))
        found.push(`header ${name}: ${mine.get(name) ?? 'none'}, recorded ${real.get(name) ?? 'none'}`);
  }
  if (typeof theirs.body === 'string' || typeof ours.body === 'string') {
    if (ours.body !== theirs.body)
      found.push(`body ${JSON.stringify(ours.body)}, recorded ${JSON.stringify(theirs.body)}`);
    return found;
  }
  const [mine, real] = [shapeOf(ours.body), shapeOf(theirs.body)];
  for (const path of new Set([...mine.keys(), ...real.keys()])) {
    if (isLet(path, let_)) continue;
    const [here, there] = [mine.get(path), real.get(path)];
    if (here === undefined) found.push(`${path} is missing`);
    else if (there === undefined) found.push(`${path} is more than was recorded`);
    else {
      const isFit = [...here].some((type) => there.has(type)) || here.has('null') || there.has('null');
      if (!isFit) found.push(`${path} is ${[...here].join('|')}, recorded ${[...there].join('|')}`);
    }
  }
  const [said, heard] = [codesOf(ours.body), codesOf(theirs.body)];
  for (const code of said) if (!heard.includes(code) && !isLet(code, let_)) found.push(`says ${code}`);
  for (const code of heard) if (!said.includes(code) && !isLet(code, let_)) found.push(`does not say ${code}`);
  return found;
}
