// A home folder → decisions, or every problem with its place. Reading has four steps: read (positions), parse (strict
// schemas), complete (defaults in, short forms long), rules (how the files fit together). Nothing is thrown for what an
// admin wrote, and nothing is written.

import type { CrmMapping, Decisions, SourceSettings } from '../domain/decisions.ts';
import { hashOf } from '../domain/hash.ts';
import type { Problem } from '../domain/nouns.ts';
import { Secret } from '../lib/secret.ts';
import { withoutAbsentCrms } from './absent.ts';
import { completeContacts } from './complete/contacts.ts';
import {
  completeFlags,
  completeGates,
  completeHome,
  completeIdentity,
  completeKpis,
  completePlays,
  completeScorecard,
  completeSegments,
} from './complete/decide.ts';
import { completeExamples } from './complete/examples.ts';
import { completeMapping } from './complete/mapping.ts';
import { completeSources } from './complete/sources.ts';
import { type Connected, type ConnectOptions, connect } from './connect.ts';
import { type Gathered, gather } from './gather.ts';
import { withLabels } from './labels.ts';
import { localeOf, type Speaker, speakerOf } from './locale.ts';
import { type ConfigProblem, inReadingOrder } from './problem.ts';
import { crmFieldsIn, fieldsNamed } from './rules/border.ts';
import { reachRules } from './rules/reach.ts';
import { type Parts, problemOf, runRules } from './rules/rule.ts';
import { rules } from './rules.ts';
import type { Surroundings } from './secrets.ts';
import { effectiveWeights, type WeightRow } from './weights.ts';

export type { KindSchemas } from './connect.ts';

export interface LoadOptions extends ConnectOptions {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}
/** The decisions, or why there are none. Problems are told in the language of the home; `speaker` speaks it. */
export type Loaded = { readonly speaker: Speaker; readonly warnings: readonly Problem[] } & (
  | { readonly ok: true; readonly decisions: Decisions; readonly weights: readonly WeightRow[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }
);

/** Reads a home folder. All problems of all files at once, in reading order. */
export async function loadDecisions(options: LoadOptions): Promise<Loaded> {
  const around: Surroundings = { env: options.env, home: options.home };
  const gathered = await gather(around, Object.keys(options.kinds.crms));
  const kept = withoutAbsentCrms(gathered, Object.keys(options.kinds.crms));
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
  const speaker = await speakerOf(await localeOf(around));
  // While something is wrong in a file, what "can never happen" there mostly follows from it.
  const fileOf = (problem: Problem) => problem.where.split(':')[0];
  const broken = new Set(found.filter((problem) => problem.severity === 'error').map(fileOf));
  const reasoned = new Set(reachRules.map((rule) => rule.name));
  // Weights of which one was misread add up to something else: that is no second mistake.
  const misread = found.filter(({ rule }) => rule === 'yaml' || rule === 'schema');
  const follows = (problem: ConfigProblem) =>
    (reasoned.has(problem.rule) && broken.has(fileOf(problem))) ||
    (problem.rule === 'weights_add_up' &&
      misread.some((other) => fileOf(other) === fileOf(problem) && other.path.startsWith(problem.path)));
  const sure = found.filter((problem) => !follows(problem));
  const told = inReadingOrder(withLabels(sure, parts)).map((problem) => speaker.problem(problem));
  const problems = told.filter((problem) => problem.severity === 'error');
  const warnings = told.filter((problem) => problem.severity === 'warning');
  if (problems.length > 0 || !isWhole(parts)) return { ok: false, speaker, problems, warnings };
  const weights = effectiveWeights(parts.scorecard, parts.definitions, speaker.locale);
  return { ok: true, speaker, decisions: complete(parts, gathered.files, connected), weights, warnings };
}

/** config/ names no field of a CRM, in whatever setting. */
function borderProblems({ files, mappings }: Gathered): ConfigProblem[] {
  const fields = fieldsNamed(mappings);
  return Object.entries(files)
    .filter(([, file]) => file.file.startsWith('config/'))
    .flatMap(([part, file]) => crmFieldsIn(part, file, fields))
    .map((finding) => problemOf(finding, 'config_names_no_crm_field', files));
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
    'kpis',
    'contacts',
    'examples',
    'mappings',
    'definitions',
  ];
  return names.every((name) => parts[name] !== undefined);
}

function complete(parts: Parts, files: Gathered['files'], connected: Connected): Decisions {
  const scorecard = completeScorecard(parts.scorecard);
  const model = { metrics: parts.definitions, dimensions: scorecard.dimensions };
  const lacking = <T extends SourceSettings | CrmMapping>(one: T, name: string): T => {
    const lacks = connected.lacks.get(name);
    return lacks === undefined || lacks.length === 0 ? one : { ...one, lacks };
  };
  const decided = {
    home: completeHome(parts.kenko),
    sources: completeSources(parts.sources, connected.settings, parts.mappings, parts.identity.phone_country).map(
      (one) => lacking(one, one.name),
    ),
    sourcesAtOnce: parts.sources.at_once,
    identity: completeIdentity(parts.identity),
    metrics: parts.definitions,
    scorecard,
    segments: completeSegments(parts.segments),
    flags: completeFlags(parts.flags),
    plays: completePlays(parts.plays),
    gates: completeGates(parts.gates),
    kpis: completeKpis(parts.kpis),
    contacts: completeContacts(parts.contacts),
    crms: Object.entries(parts.mappings).map(([crm, mapping]) =>
      lacking(completeMapping(crm, mapping, connected.connections.get(crm) ?? {}, model), crm),
    ),
    examples: completeExamples(parts.examples, files['examples'] ?? null),
  };
  return { hash: hashOfDecisions(decided), ...decided };
}

/**
 * Over all that can change a plan. Left out: secrets and connections (a new token is no new model), examples, targets, and what only
 * says how this process runs (state, console, heartbeat, notices, how many sources at once).
 */
function hashOfDecisions(decided: Omit<Decisions, 'hash'>): string {
  const {
    state: _state,
    console: _console,
    heartbeatUrl: _beat,
    notifyUrl: _notify,
    notifyFormat: _format,
    notifyAllowAddresses: _addresses,
    ...home
  } = decided.home;
  const { examples: _examples, kpis: _kpis, sourcesAtOnce: _atOnce, ...rest } = decided;
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
