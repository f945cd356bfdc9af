// Settings of sources and connections of CRMs: filled in from the environment, then held against the schema of their kind.
// It opens nothing and signs in nowhere.

import type { z } from 'zod';
import { Secret } from '../lib/secret.ts';
import type { Kept } from './absent.ts';
import { inTheirWords } from './complete/sources.ts';
import { problemsOf } from './issues.ts';
import { type ConfigProblem, nearest, type Path, pathText } from './problem.ts';
import type { YamlFile } from './read.ts';
import { resolveSecrets, type SecretFault, type Surroundings } from './secrets.ts';

/** What each kind of source and CRM accepts as its own settings; handed in, because config knows no wing. */
export interface KindSchemas {
  readonly sources: Readonly<Record<string, z.ZodType>>;
  readonly crms: Readonly<Record<string, z.ZodType>>;
}
export interface ConnectOptions {
  readonly kinds: KindSchemas;
  /** Secrets that are not there become warnings, and what needs them says so in `lacks`. Default: they are problems. */
  readonly allowMissingSecrets?: boolean;
}
/** What the kinds accepted, and what is not there to sign in with. */
export interface Connected {
  readonly problems: readonly ConfigProblem[];
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly connections: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Environment variables that are not there, by source or CRM. */
  readonly lacks: ReadonlyMap<string, readonly string[]>;
}

/** Settings of sources and connections of CRMs: filled in, then held against the schema of their kind. */
export function connect(kept: Kept, options: ConnectOptions, around: Surroundings): Connected {
  const problems: ConfigProblem[] = [];
  const settings = new Map<string, Readonly<Record<string, unknown>>>();
  const connections = new Map<string, Readonly<Record<string, unknown>>>();
  const lacks = new Map<string, readonly string[]>();
  const block = (given: Block) => {
    const { found, value, missing } = fillBlock(given, around, options.allowMissingSecrets === true);
    problems.push(...found);
    if (missing.length > 0) lacks.set(given.of, missing);
    return value;
  };
  const mappings = kept.parts.mappings ?? {};
  for (const [name, source] of Object.entries(kept.parts.sources?.sources ?? {})) {
    const file = kept.files['sources'] as YamlFile;
    const kind = options.kinds.sources[source.kind];
    if (kind === undefined) {
      problems.push(strangeKind(source.kind, ['sources', name, 'kind'], file, Object.keys(options.kinds.sources)));
      continue;
    }
    if (kept.broken.has(source.kind)) continue;
    const given = inTheirWords(source, source.settings, mappings);
    settings.set(name, block({ of: name, given, path: ['sources', name, 'settings'], file, kind, signsIn: false }));
  }
  for (const [crm, mapping] of Object.entries(mappings)) {
    const kind = options.kinds.crms[crm];
    const file = kept.files[crm];
    if (kind === undefined || file === undefined) continue;
    connections.set(
      crm,
      block({ of: crm, given: mapping.connection, path: ['connection'], file, kind, signsIn: true }),
    );
  }
  return { problems, settings, connections, lacks };
}

interface Block {
  readonly of: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly path: Path;
  readonly file: YamlFile;
  readonly kind: z.ZodType;
  /** True for connections: without any secret there is no way in. */
  readonly signsIn: boolean;
}
function fillBlock(block: Block, around: Surroundings, mayLack: boolean) {
  const { path, file, kind } = block;
  const resolved = resolveSecrets(block.given, path, around, kind);
  const value = resolved.value as Readonly<Record<string, unknown>>;
  const unset = resolved.faults.flatMap((fault) => fault.variable ?? []);
  const found = resolved.faults.map((fault) => told(fault, file, mayLack && fault.kind !== 'literal'));
  const parsed = kind.safeParse(value);
  if (parsed.success) {
    const open = [...new Set(resolved.leftEmpty.map((one) => one.variable))];
    if (!block.signsIn || open.length === 0 || unset.length > 0 || hasSecret(value))
      return { found, value, missing: unset };
    found.push({
      code: mayLack ? 'W_NOT_CONNECTED' : 'E_CONFIG',
      severity: mayLack ? 'warning' : 'error',
      where: file.place(path, 'key'),
      path: pathText(path),
      rule: 'secrets',
      what: `there is nothing to sign in to ${block.of} with`,
      why: `none of these is set in the environment: ${open.join(', ')}`,
      fix: `Set those of one way to sign in before starting; the comments in ${file.file} say which belong together.\nIf this home does not use ${block.of}, remove the file.`,
    });
    return { found, value, missing: open };
  }

  // What could not be filled in is told already; what an empty default left open may be the cause of the rest.
  const failed = new Set(resolved.faults.map((fault) => pathText(fault.path)));
  const open = resolved.leftEmpty.filter((one) => !failed.has(pathText(one.path)));
  const others = problemsOf(parsed.error.issues, file, null, path).filter((problem) => !failed.has(problem.path));
  const variables = [...new Set(open.map((one) => one.variable))];
  if (others.length === 0) return { found, value, missing: unset };
  const emptied = new Set(open.map((one) => pathText(one.path)));
  for (const problem of others) {
    const mayBeEmpty = variables.length > 0 && (problem.path === pathText(path) || emptied.has(problem.path));
    if (!mayBeEmpty) {
      found.push(problem);
      continue;
    }
    const names = emptied.has(problem.path)
      ? open.filter((one) => pathText(one.path) === problem.path).map((one) => one.variable)
      : variables;
    unset.push(...names);
    found.push({
      ...problem,
      ...(mayLack ? { code: 'W_NOT_CONNECTED', severity: 'warning' as const } : {}),
      rule: 'secrets',
      why: `not set in the environment: ${names.join(', ')}`,
      fix: `Set what you sign in with before starting, for example in .env:   ${names[0]}=…`,
    });
  }
  return { found, value, missing: [...new Set(unset)] };
}
function hasSecret(value: unknown): boolean {
  if (value instanceof Secret) return true;
  return typeof value === 'object' && value !== null && Object.values(value).some(hasSecret);
}
function told(fault: SecretFault, file: YamlFile, isWarning: boolean): ConfigProblem {
  return {
    code: isWarning ? 'W_NOT_CONNECTED' : 'E_CONFIG',
    severity: isWarning ? 'warning' : 'error',
    where: file.place(fault.path),
    path: pathText(fault.path),
    rule: 'secrets',
    what: fault.what,
    why: fault.why,
    fix: fault.fix,
  };
}
function strangeKind(kind: string, path: Path, file: YamlFile, known: readonly string[]): ConfigProblem {
  const near = nearest(kind, known);
  return {
    code: 'E_CONFIG',
    severity: 'error',
    where: file.place(path),
    path: pathText(path),
    rule: 'source_kind_exists',
    what: `there is no kind of source called ${kind}`,
    why: `the kinds are ${known.join(', ')}`,
    fix: near === null ? 'Use one of them.' : `Did you mean ${near}?`,
  };
}
