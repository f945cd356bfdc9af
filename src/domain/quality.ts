// Which sources may carry weight today: one whose rows mostly belong to nobody says little about those it does find.

import type { SourceSettings } from './decisions.ts';
import type { Problem } from './nouns.ts';
import { roundHalfAway } from './number.ts';

/** Where sources.yaml says nothing else. */
const defaultMatchShare = 0.8;

/** Sources whose rows find their account too rarely, each with what to do about it. Without rows nothing is refused. */
export function refusedSources(
  sources: readonly Pick<SourceSettings, 'name' | 'holds' | 'minMatchShare'>[],
  rows: Readonly<Record<string, { readonly records: number; readonly lost: number }>>,
): readonly { readonly source: string; readonly problem: Problem }[] {
  return sources.flatMap(({ name, holds, minMatchShare = defaultMatchShare }) => {
    const { records, lost } = rows[name] ?? { records: 0, lost: 0 };
    if (holds === 'roster' || records === 0 || (records - lost) / records >= minMatchShare) return [];
    const share = (part: number): string => `${roundHalfAway(100 * part, 1)} %`;
    return {
      source: name,
      problem: {
        code: 'W_WEIGHT_REFUSED',
        severity: 'warning',
        where: `source ${name}`,
        what: `${records - lost} of ${records} rows (${share((records - lost) / records)}) belong to an account, ${share(minMatchShare)} are needed`,
        why: 'Who is found may differ from who is not, so its metrics count as missing until more rows find their account.',
        fix: 'See the unmatched references with\n  kenko status\nand mend mappings/identity.yaml; or write force: true for this source in config/sources.yaml.',
      },
    };
  });
}
