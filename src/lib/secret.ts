// A string that prints as ***. It can be read only by asking for it by name, so a secret in a log is a decision, not an
// accident. What was ever a secret is also known by its value, because other people's error messages repeat what they were
// sent: hideSecrets takes it out of any text, whatever it looks like.

import { inspect } from 'node:util';

const values = new WeakMap<Secret, string>();
/** Shorter ones are not searched for: they would be found in ordinary words. */
const shortestHidden = 8;
/** Tokens live an hour or two and are renewed for years; only the newest can still stand in a message. */
const mostPassing = 20;

const lasting = new Set<string>();
let passing: readonly string[] = [];
let pattern: RegExp | null = null;

export class Secret {
  /** `kept: 'passing'` for a token that will be renewed. */
  constructor(value: string, kept: 'lasting' | 'passing' = 'lasting') {
    values.set(this, value);
    if (value.length < shortestHidden) return;
    if (kept === 'lasting') lasting.add(value);
    else passing = [...passing.filter((one) => one !== value), value].slice(-mostPassing);
    pattern = null;
  }
  /** The secret itself. Call it where the bytes leave, nowhere else. */
  reveal(): string {
    return values.get(this) ?? '';
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [inspect.custom](): string {
    return 'Secret(***)';
  }
}

/** A text without any secret this process was given, in whatever usual spelling: as it is, in JSON, in a URL, in base64. */
export function hideSecrets(text: string): string {
  if (lasting.size + passing.length === 0) return text;
  pattern ??= new RegExp(
    [...new Set([...lasting, ...passing].flatMap(spellings))]
      .sort((a, b) => b.length - a.length)
      .map((one) => one.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
      .join('|'),
    'g',
  );
  return text.replace(pattern, '***');
}

function spellings(value: string): string[] {
  return [value, ...partsOf(value)]
    .flatMap((one) => [
      one,
      JSON.stringify(one).slice(1, -1),
      encodeURIComponent(one),
      Buffer.from(one).toString('base64'),
      Buffer.from(one).toString('base64url'),
    ])
    .filter((one) => one.length >= shortestHidden);
}
/** The lines of a key and the password of an address: they are repeated without what stands around them. */
function partsOf(value: string): string[] {
  const all = value.split(/\\n|\r?\n/);
  const lines = all.length === 1 ? [] : all.filter((line) => line.length >= 16 && !line.startsWith('-----'));
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:([^/\s]*)@/i.exec(value)?.[1] ?? '';
  const plain = URL.canParse(value) ? decoded(password) : password;
  return [...lines, password, plain];
}
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
