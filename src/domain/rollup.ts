// From children to their parent: the mean by revenue, the worst child, how many are red. Families that go in circles or too
// deep are found here and reported, never followed.

import type { Band } from './nouns.ts';
import { roundHalfAway } from './number.ts';

/** An account below another, as it was scored. */
export interface ChildScore {
  readonly account: string;
  readonly name?: string;
  readonly score: number | null;
  readonly band: Band;
  /** Yearly revenue in one currency; null counts as none. */
  readonly arr: number | null;
}
export interface FamilyScore {
  /** ARR-weighted mean of one decimal, plain where nobody has revenue; null where nobody has a score. */
  readonly value: number | null;
  readonly worst: { readonly account: string; readonly score: number } | null;
  readonly redCount: number;
  /** Members that have a score. */
  readonly scored: number;
}

/** Rolls children up. `own` is the parent's own score, given only where it has a contract of its own. */
export function rollUp(children: readonly ChildScore[], own: ChildScore | null = null): FamilyScore {
  const members = (own === null ? children : [...children, own]).flatMap((member) =>
    member.score === null ? [] : [{ ...member, score: member.score }],
  );
  const whole = members.reduce((sum, { arr }) => sum + (arr ?? 0), 0);
  const weighted = members.reduce((sum, { score, arr }) => sum + score * (whole > 0 ? (arr ?? 0) : 1), 0);
  const below = children
    .flatMap(({ account, score }) => (score === null ? [] : [{ account, score }]))
    .toSorted((a, b) => a.score - b.score || (a.account < b.account ? -1 : 1));
  const [worst] = below;
  return {
    value: members.length === 0 ? null : roundHalfAway(weighted / (whole > 0 ? whole : members.length), 1),
    worst: worst ?? null,
    redCount: children.filter(({ band }) => band === 'red').length,
    scored: members.length,
  };
}

/** Deepest family that is rolled up. */
export const deepestFamily = 5;

/** Accounts whose line of parents goes in a circle or is deeper than five, each with a sentence. */
export function familyProblems(
  parents: ReadonlyMap<string, string | null>,
): readonly { readonly account: string; readonly why: string }[] {
  const problems: { readonly account: string; readonly why: string }[] = [];
  for (const account of [...parents.keys()].sort()) {
    const line = [account];
    let next = parents.get(account) ?? null;
    while (next !== null && !line.includes(next) && line.length <= deepestFamily) {
      line.push(next);
      next = parents.get(next) ?? null;
    }
    if (next !== null && line.includes(next))
      problems.push({ account, why: `its parents go in a circle: ${[...line, next].join(' → ')}` });
    else if (line.length > deepestFamily)
      problems.push({ account, why: `it has more than ${deepestFamily - 1} accounts above it: ${line.join(' → ')}` });
  }
  return problems;
}
