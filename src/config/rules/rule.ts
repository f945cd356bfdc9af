// What a rule is: a small named question about files that are each right by themselves. A rule says which files it needs,
// sees only those, and tells every problem it finds. It changes nothing.

import type { MetricDefinition } from '../../domain/decisions.ts';
import { type ConfigProblem, type Path, pathText } from '../problem.ts';
import type { YamlFile } from '../read.ts';
import type { ContactsFile } from '../schema/contacts.ts';
import type { ExamplesFile } from '../schema/examples.ts';
import type { FlagsFile } from '../schema/flags.ts';
import type { GatesFile } from '../schema/gates.ts';
import type { IdentityFile } from '../schema/identity.ts';
import type { KenkoFile } from '../schema/kenko.ts';
import type { KpisFile } from '../schema/kpis.ts';
import type { MappingFile } from '../schema/mapping.ts';
import type { MetricsFile } from '../schema/metrics.ts';
import type { PlaysFile } from '../schema/plays.ts';
import type { ScorecardFile } from '../schema/scorecard.ts';
import type { SegmentsFile } from '../schema/segments.ts';
import type { SourcesFile } from '../schema/sources.ts';

/** The files of a home as their schemas gave them: defaults in, short forms still short. */
export interface Parts {
  readonly kenko: KenkoFile;
  readonly sources: SourcesFile;
  readonly identity: IdentityFile;
  readonly metrics: MetricsFile;
  readonly scorecard: ScorecardFile;
  readonly segments: SegmentsFile;
  readonly flags: FlagsFile;
  readonly plays: PlaysFile;
  readonly gates: GatesFile;
  readonly kpis: KpisFile;
  readonly contacts: ContactsFile;
  readonly examples: ExamplesFile;
  /** By CRM. */
  readonly mappings: Readonly<Record<string, MappingFile>>;
  /** The metrics once more, complete. */
  readonly definitions: readonly MetricDefinition[];
}
export type PartName = keyof Parts;

/** One finding. `file` is a part, or a CRM for its mapping. */
export interface Finding {
  readonly file: string;
  readonly path: Path;
  /** Whether the key or the value is what the eye should fall on. Default: the value. */
  readonly at?: 'key' | 'value';
  /** What the eye should fall on inside of a text, where it stands on one line with its beginning. */
  readonly within?: RegExp;
  /** `W_…` makes it a warning; left out it is an error. */
  readonly warning?: string;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
}
export type Tell = (finding: Finding) => void;

export interface Rule {
  readonly name: string;
  readonly needs: readonly PartName[];
  readonly check: (parts: Parts, tell: Tell) => void;
}

/** A rule that sees only what it needs. */
export function rule<Name extends PartName>(
  name: string,
  needs: readonly Name[],
  check: (parts: Pick<Parts, Name>, tell: Tell) => void,
): Rule {
  return { name, needs, check };
}

/** Runs every rule whose files are there; all findings, with their places. */
export function runRules(
  rules: readonly Rule[],
  parts: Partial<Parts>,
  files: Readonly<Record<string, YamlFile>>,
): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const one of rules) {
    if (!one.needs.every((name) => parts[name] !== undefined)) continue;
    one.check(parts as Parts, (finding) => {
      problems.push(problemOf(finding, one.name, files));
    });
  }
  return problems;
}
/** A finding with its place in its file. */
export function problemOf(finding: Finding, found: string, files: Readonly<Record<string, YamlFile>>): ConfigProblem {
  return {
    code: finding.warning ?? 'E_CONFIG',
    severity: finding.warning === undefined ? 'error' : 'warning',
    where: placeOf(finding, files[finding.file]),
    path: pathText(finding.path),
    rule: found,
    what: finding.what,
    why: finding.why,
    fix: finding.fix,
  };
}
function placeOf({ file: name, path, at, within }: Finding, file: YamlFile | undefined): string {
  if (file === undefined) return name;
  const place = file.place(path, at);
  const ahead = within === undefined ? -1 : file.written(path).search(within);
  if (ahead <= 0) return place;
  return place.replace(/\d+$/, (column) => String(Number(column) + ahead));
}
