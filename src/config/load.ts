// A home folder → decisions, or every problem with its place. Reading has four steps: read (positions), parse (strict
// schemas), complete (defaults in, short forms long), rules (how the files fit together). Nothing is thrown for what an
// admin wrote, and nothing is written.

import type { z } from 'zod';
import type { CrmMapping, Decisions, SourceSettings } from '../domain/decisions.ts';
import { hashOf } from '../domain/hash.ts';
import type { Problem } from '../domain/nouns.ts';
import { Secret } from '../lib/secret.ts';
import {
  completeFlags,
  completeGates,
  completeHome,
  completeIdentity,
  completePlays,
  completeScorecard,
  completeSegments,
} from './complete/decide.ts';
import { completeExamples } from './complete/examples.ts';
import { completeMapping } from './complete/mapping.ts';
import { completeMetrics } from './complete/metrics.ts';
import { completeSources, inTheirWords } from './complete/sources.ts';
import { type Gathered, gather } from './gather.ts';
import { problemsOf } from './issues.ts';
import { type ConfigProblem, inReadingOrder, nearest, type Path, pathText } from './problem.ts';
import type { YamlFile } from './read.ts';
import { crmFieldsIn, fieldsNamed } from './rules/border.ts';
import { type Parts, problemOf, runRules } from './rules/rule.ts';
import { rules } from './rules.ts';
import { resolveSecrets, type SecretFault, type Surroundings } from './secrets.ts';

/** What each kind of source and CRM accepts as its own settings; handed in, because config knows no wing. */
export interface KindSchemas {
  readonly sources: Readonly<Record<string, z.ZodType>>;
  readonly crms: Readonly<Record<string, z.ZodType>>;
}
export interface LoadOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly kinds: KindSchemas;
  /** Secrets that are not there become warnings, and what needs them says so in `lacks`. Default: they are problems. */
  readonly allowMissingSecrets?: boolean;
}
export type Loaded =
  | { readonly ok: true; readonly decisions: Decisions; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** Reads a home folder. All problems of all files at once, in reading order. */
export async function loadDecisions(options: LoadOptions): Promise<Loaded> {
  const around: Surroundings = { env: options.env, home: options.home };
  const gathered = await gather(around, Object.keys(options.kinds.crms));
  const kept = withoutAbsentCrms(gathered, options.kinds);
  const parts = kept.parts;
  const connected = connect(kept, options, around);

  const found = [
    ...gathered.problems,
    ...gathered.warnings,
    ...kept.warnings,
    ...connected.problems,
    ...runRules(rules, parts, gathered.files),
    ...borderProblems(gathered),
  ];
  const problems = inReadingOrder(found.filter((problem) => problem.severity === 'error'));
  const warnings = inReadingOrder(found.filter((problem) => problem.severity === 'warning'));
  if (problems.length > 0 || !isWhole(parts)) return { ok: false, problems, warnings };
  return { ok: true, decisions: complete(parts, gathered.files, kept.leftOut, connected), warnings };
}

/** config/ names no field of a CRM, in whatever setting. */
function borderProblems({ files, mappings }: Gathered): ConfigProblem[] {
  const fields = fieldsNamed(mappings);
  return Object.entries(files)
    .filter(([, file]) => file.file.startsWith('config/'))
    .flatMap(([part, file]) => crmFieldsIn(part, file, fields))
    .map((finding) => problemOf(finding, 'config_names_no_crm_field', files));
}

interface Kept {
  readonly parts: Partial<Parts>;
  readonly files: Gathered['files'];
  readonly broken: Gathered['broken'];
  /** Sources of CRMs that this home has no mapping for. */
  readonly leftOut: ReadonlySet<string>;
  readonly warnings: readonly ConfigProblem[];
}

/** A home with one CRM needs no other sources.yaml than one with two: rosters of the absent CRM are left out, and said so. */
function withoutAbsentCrms(gathered: Gathered, kinds: KindSchemas): Kept {
  const given = gathered.parts as Partial<Parts>;
  const base = {
    ...given,
    ...(given.metrics === undefined ? {} : { definitions: completeMetrics(given.metrics) }),
    ...(gathered.broken.size === 0 ? { mappings: gathered.mappings } : {}),
  };
  const { files, broken } = gathered;
  if (given.sources === undefined) return { parts: base, files, broken, leftOut: new Set(), warnings: [] };
  const absent = Object.entries(given.sources.sources).filter(
    ([, source]) =>
      source.kind in kinds.crms && !(source.kind in gathered.mappings) && !gathered.broken.has(source.kind),
  );
  const leftOut = new Set(absent.map(([name]) => name));
  const sources = Object.fromEntries(Object.entries(given.sources.sources).filter(([name]) => !leftOut.has(name)));
  const warnings = absent.map(([name, source]) => ({
    code: 'W_SOURCE_LEFT_OUT',
    severity: 'warning' as const,
    where: gathered.files['sources']?.place(['sources', name], 'key') ?? 'config/sources.yaml',
    path: pathText(['sources', name]),
    rule: 'crm_source_has_mapping',
    what: `the source ${name} is left out`,
    why: `there is no mappings/${source.kind}.yaml in this home`,
    fix: `Remove the source, or add mappings/${source.kind}.yaml.`,
  }));
  const identity =
    given.identity === undefined
      ? {}
      : { identity: { ...given.identity, rosters: given.identity.rosters.filter((name) => !leftOut.has(name)) } };
  return { parts: { ...base, ...identity, sources: { sources } }, files, broken, leftOut, warnings };
}

interface Connected {
  readonly problems: readonly ConfigProblem[];
  readonly settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  readonly connections: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Environment variables that are not there, by source or CRM. */
  readonly lacks: ReadonlyMap<string, readonly string[]>;
}

/** Settings of sources and connections of CRMs: filled in, then held against the schema of their kind. */
function connect(kept: Kept, options: LoadOptions, around: Surroundings): Connected {
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

function isWhole(parts: Partial<Parts>): parts is Parts {
  const names: readonly (keyof Parts)[] = [
    'kenko',
    'sources',
    'identity',
    'metrics',
    'scorecard',
    'segments',
    'flags',
    'plays',
    'gates',
    'examples',
    'mappings',
    'definitions',
  ];
  return names.every((name) => parts[name] !== undefined);
}

function complete(
  parts: Parts,
  files: Gathered['files'],
  leftOut: ReadonlySet<string>,
  connected: Connected,
): Decisions {
  const scorecard = completeScorecard(parts.scorecard);
  const model = { metrics: parts.definitions, dimensions: scorecard.dimensions };
  const lacking = <T extends SourceSettings | CrmMapping>(one: T, name: string): T => {
    const lacks = connected.lacks.get(name);
    return lacks === undefined || lacks.length === 0 ? one : { ...one, lacks };
  };
  const decided = {
    home: completeHome(parts.kenko),
    sources: completeSources(parts.sources, connected.settings, parts.mappings).map((one) => lacking(one, one.name)),
    identity: completeIdentity(parts.identity, leftOut),
    metrics: parts.definitions,
    scorecard,
    segments: completeSegments(parts.segments),
    flags: completeFlags(parts.flags),
    plays: completePlays(parts.plays),
    gates: completeGates(parts.gates),
    crms: Object.entries(parts.mappings).map(([crm, mapping]) =>
      lacking(completeMapping(crm, mapping, connected.connections.get(crm) ?? {}, model), crm),
    ),
    examples: completeExamples(parts.examples, files['examples'] ?? null),
  };
  return { hash: hashOfDecisions(decided), ...decided };
}

/**
 * Over all that can change a plan. Left out: secrets and connections (a new token is no new model), examples, and what only
 * says how this process runs (state, console, heartbeat, notices).
 */
function hashOfDecisions(decided: Omit<Decisions, 'hash'>): string {
  const { state: _state, console: _console, heartbeatUrl: _beat, notifyUrl: _notify, ...home } = decided.home;
  const { examples: _examples, ...rest } = decided;
  return hashOf({
    ...rest,
    home,
    sources: decided.sources.map(({ lacks: _lacks, ...source }) => ({
      ...source,
      settings: withoutSecrets(source.settings),
    })),
    crms: decided.crms.map(({ connection: _connection, lacks: _lacks, ...crm }) => crm),
  });
}
function withoutSecrets(value: unknown): unknown {
  if (value instanceof Secret) return null;
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutSecrets(item)]));
}
