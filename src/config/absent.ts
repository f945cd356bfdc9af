// A home with one CRM needs no other files than one with two: what belongs to a CRM without a mapping is left out, and said
// so. Nothing else is forgiven here.

import { completeMetrics } from './complete/metrics.ts';
import type { Gathered } from './gather.ts';
import { type ConfigProblem, pathText } from './problem.ts';
import type { Parts } from './rules/rule.ts';

/** The parts of a home without what belongs to a CRM that it has no mapping for. */
export interface Kept {
  readonly parts: Partial<Parts>;
  readonly files: Gathered['files'];
  readonly broken: Gathered['broken'];
  readonly warnings: readonly ConfigProblem[];
}

/** A home with one CRM needs no other sources.yaml than one with two: rosters of the absent CRM are left out, and said so. */
export function withoutAbsentCrms(gathered: Gathered, crms: readonly string[]): Kept {
  const given = gathered.parts as Partial<Parts>;
  const base = {
    ...given,
    ...(given.metrics === undefined ? {} : { definitions: completeMetrics(given.metrics) }),
    ...(gathered.broken.size === 0 ? { mappings: gathered.mappings } : {}),
  };
  const { files, broken } = gathered;
  if (given.sources === undefined) return { parts: base, files, broken, warnings: [] };
  const absent = Object.entries(given.sources.sources).filter(
    ([, source]) =>
      crms.includes(source.kind) && !(source.kind in gathered.mappings) && !gathered.broken.has(source.kind),
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
  const identity = given.identity === undefined ? {} : { identity: without(given.identity, absent, sources) };
  return { parts: { ...base, ...identity, sources: { ...given.sources, sources } }, files, broken, warnings };
}

type Sources = Parts['sources']['sources'];
/** Rosters that are left out, and numberings that only they had. */
function without(
  identity: Parts['identity'],
  absent: readonly (readonly [name: string, source: Sources[string]])[],
  kept: Sources,
): Parts['identity'] {
  const names = new Set(absent.map(([name]) => name));
  const known = new Set(Object.values(kept).flatMap((source) => Object.keys(source.ids)));
  const gone = new Set(absent.flatMap(([, source]) => Object.keys(source.ids)).filter((kind) => !known.has(kind)));
  return {
    ...identity,
    rosters: identity.rosters.filter((name) => !names.has(name)),
    match: identity.match.filter((kind) => !gone.has(kind)),
    key_from: identity.key_from.filter((kind) => !gone.has(kind)),
  };
}
