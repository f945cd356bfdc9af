// ${NAME}, ${NAME:-default} and ${file:PATH} → their values. Secrets come only from there: a literal one in a file is
// refused, and what fills a secret's place becomes a Secret, which no message and no JSON can show. The environment is
// given, never taken.

import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { Secret } from '../lib/secret.ts';
import type { Path } from './problem.ts';

/** What resolving found out besides the values. */
export interface SecretFault {
  readonly path: Path;
  readonly kind: 'unset' | 'file' | 'literal' | 'malformed';
  /** The environment variable that is not set; null for the other kinds. */
  readonly variable: string | null;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}
export interface Resolved {
  readonly value: unknown;
  readonly faults: readonly SecretFault[];
  /** Variables with an empty default that nobody set: what may be missing when a connection does not fit. */
  readonly leftEmpty: readonly { readonly path: Path; readonly variable: string }[];
}
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative file paths start here. */
  readonly home: string;
}

const reference = /\$\{([^{}]*)\}/g;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;
const secretName =
  /(^|_)(secret|token|password|passphrase|passwd|credentials?|authorization|jwt_key|api_key|private_key|access_key)$/;
const urlWithPassword = /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@$]+@/i;
const largestSecret = 65_536;

/** Shapes of well-known credentials; none of them belongs into a file. */
const literalShapes: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bpat-[a-z]{2,3}\d?-[0-9a-f]{8}-[0-9a-f-]{20,}/i,
  /\b00D[A-Za-z0-9]{12,15}![A-Za-z0-9._]{20,}/,
  /\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}/,
  /\bgh[pousr]_[A-Za-z0-9]{30,}/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\bsk-[A-Za-z0-9_-]{32,}/,
  /\bAKIA[0-9A-Z]{16}\b/,
];

/** True for a key whose value is a secret by its name (`client_secret`, `access_token`). */
export function isSecretName(key: string): boolean {
  return secretName.test(key.toLowerCase());
}
/** True for a text that is a credential by its shape, wherever it stands. */
export function looksSecret(text: string): boolean {
  const written = text.replaceAll(reference, '');
  return literalShapes.some((shape) => shape.test(written)) || urlWithPassword.test(text);
}

/** Every literal credential in a file, by path; values are never repeated. */
export function literalSecrets(data: unknown, path: Path = []): Path[] {
  if (typeof data === 'string') return looksSecret(data) ? [path] : [];
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) =>
    literalSecrets(value, [...path, Array.isArray(data) ? Number(key) : key]),
  );
}

/** Fills in all references below `value`. `schema` says which fields want a Secret besides those named like one. */
export function resolveSecrets(value: unknown, path: Path, around: Surroundings, schema: z.ZodType | null): Resolved {
  const faults: SecretFault[] = [];
  const leftEmpty: { path: Path; variable: string }[] = [];
  const walk = (given: unknown, here: Path, isSecret: boolean): unknown => {
    if (Array.isArray(given)) return given.map((item, index) => walk(item, [...here, index], isSecret));
    if (typeof given === 'object' && given !== null) {
      const group: Record<string, unknown> = {};
      for (const [key, item] of Object.entries(given)) {
        const wanted = isSecretName(key) || (here.length === path.length && wantsSecret(schema, key));
        const filled = walk(item, [...here, key], wanted);
        if (filled !== undefined) group[key] = filled;
      }
      return group;
    }
    if (typeof given === 'number' && isSecret) {
      faults.push(literal(here));
      return undefined;
    }
    return typeof given === 'string' ? fill(given, here, isSecret) : given;
  };
  const fill = (text: string, here: Path, isSecret: boolean): unknown => {
    if (isSecret && isLiteral(text)) {
      faults.push(literal(here));
      return undefined;
    }
    let failed = false;
    const filled = text.replaceAll(reference, (whole, inside: string) => {
      const found = look(inside, around);
      if ('value' in found) {
        if (found.value === '' && found.variable !== null) leftEmpty.push({ path: here, variable: found.variable });
        return found.value;
      }
      failed = true;
      faults.push({ path: here, ...found });
      return whole;
    });
    if (failed) return undefined;
    // A setting that is nothing but an empty default counts as not written at all.
    if (filled === '' && text !== '') return undefined;
    return isSecret ? new Secret(filled) : filled;
  };
  return { value: walk(value, path, false), faults, leftEmpty };
}

/** Text that brings its secret along: no reference at all, or a default that is not empty. */
function isLiteral(text: string): boolean {
  if (text === '') return false;
  const references = [...text.matchAll(reference)];
  return references.length === 0 || references.some((match) => /:-./.test(match[1] ?? ''));
}
function literal(path: Path): SecretFault {
  const name = String(path.at(-1) ?? 'the value')
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]+/g, '_');
  return {
    path,
    kind: 'literal',
    variable: null,
    what: 'a secret is written into the file',
    why: 'files are copied, shared and committed',
    fix: `Put it into the environment or a file, change it if the file was shared, and write:   \${${name}}`,
  };
}

type Found = { readonly value: string; readonly variable: string | null } | Omit<SecretFault, 'path'>;
function look(inside: string, around: Surroundings, depth = 0): Found {
  if (inside.startsWith('file:')) return fromFile(inside.slice('file:'.length).trim(), around);
  const [name = '', ...rest] = inside.split(':-');
  const fallback = rest.length === 0 ? null : rest.join(':-');
  if (!variableName.test(name)) {
    return {
      kind: 'malformed',
      variable: null,
      what: 'a reference cannot be read',
      why: 'between ${ and } stands the name of an environment variable, a name with :-default, or file: and a path',
      fix: 'Write for example:   ${HUBSPOT_ACCESS_TOKEN}',
    };
  }
  const given = around.env[name];
  if (given !== undefined && given !== '') {
    // A container may hand over the path of a secret instead of the secret.
    const inFile = depth === 0 ? /^\$\{(file:[^{}]+)\}$/.exec(given) : null;
    return inFile === null ? { value: given, variable: name } : look(inFile[1] as string, around, 1);
  }
  if (fallback !== null) return { value: fallback, variable: name };
  return {
    kind: 'unset',
    variable: name,
    what: `the environment variable ${name} is not set`,
    why: 'the setting reads it and has no default',
    fix: `Set it before starting, for example in .env:   ${name}=…`,
  };
}
function fromFile(path: string, around: Surroundings): Found {
  const refuse = (what: string, fix: string): Found => ({
    kind: 'file',
    variable: null,
    what,
    why: 'the secret is read from there',
    fix,
  });
  if (path === '') return refuse('file: has no path', 'Write:   ${file:/run/secrets/name}');
  const absolute = isAbsolute(path) ? path : join(around.home, path);
  try {
    // Containers hand secrets over as links, so links are followed; pipes and devices would hang or never end.
    const facts = statSync(absolute);
    if (!facts.isFile()) return refuse(`${path} is not a plain file`, 'Name a file.');
    if (facts.size > largestSecret) return refuse(`${path} is too large for a secret`, 'Name the file of the secret.');
    const text = readFileSync(absolute, 'utf8').replace(/\r?\n$/, '');
    return text === '' ? refuse(`${path} is empty`, 'Write the secret into it.') : { value: text, variable: null };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
    return refuse(`${path} cannot be read (${code})`, 'Check the path and who may read it.');
  }
}

/** True where the kind's schema takes a Secret in this field. Plain texts do not; they are shown in messages and reports. */
function wantsSecret(schema: z.ZodType | null, key: string): boolean {
  const probe = new Secret('probe');
  return shapesOf(schema).some((shape) => {
    const field = shape[key];
    return field instanceof z.ZodType && field.safeParse(probe).success;
  });
}
function shapesOf(schema: unknown): Readonly<Record<string, unknown>>[] {
  if (schema instanceof z.ZodObject) return [schema.shape];
  if (schema instanceof z.ZodUnion) return (schema.options as readonly unknown[]).flatMap(shapesOf);
  if (schema instanceof z.ZodPipe) return shapesOf(schema.in);
  return [];
}
