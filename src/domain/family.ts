// The score of a parent that its children make: each member is a part, weighed by revenue, so that the score explains itself
// as every other one does. Which children there are, and what they scored, is handed in.

import {
  byFactName,
  type CompiledCondition,
  compile,
  type FactAccess,
  type Facts,
  type ReadFact,
} from './condition.ts';
import type { FamilySettings, Scorecard } from './decisions.ts';
import { hashOf } from './hash.ts';
import type { Family, Locale, ModelRef, Part, Score } from './nouns.ts';
import { roundHalfAway } from './number.ts';
import { partText } from './reason-words.ts';
import { type ChildScore, rollUp } from './rollup.ts';
import { confidenceOf, tenthsLost } from './score.ts';

export interface CompiledFamilies {
  readonly settings: FamilySettings;
  readonly ownWhen: CompiledCondition | null;
  readonly ref: ModelRef;
  /** The fact by which members count. */
  readonly weight: ReadFact;
}

/** The name under which rolled-up scores are told apart from those of models. */
export const familyModel = 'family';

export function compileFamilies(scorecard: Scorecard, access: FactAccess = byFactName): CompiledFamilies | null {
  const settings = scorecard.families ?? null;
  if (settings === null) return null;
  return {
    settings,
    ownWhen: settings.ownWhen === null ? null : compile(settings.ownWhen, access),
    ref: { id: familyModel, version: scorecard.version, hash: hashOf({ families: settings }).slice(0, 12) },
    weight: access.reader(settings.weight),
  };
}

export interface FamilyInput {
  readonly children: readonly ChildScore[];
  /** The parent as it scored by itself. */
  readonly own: ChildScore;
  readonly ownScore: Score;
  readonly facts: Facts;
  readonly families: CompiledFamilies | null;
  readonly coverage: Scorecard['coverage'];
  readonly locale: Locale;
}

/** What stands on the record of a parent, and its score: rolled up where the admin wants it and enough children have one. */
export function familyOf(input: FamilyInput): { readonly family: Family; readonly score: Score } {
  const { children, families } = input;
  const own = countsItself(input) ? input.own : null;
  const sum = rollUp(children, families?.settings.score === 'roll_up' ? own : null);
  const family: Family = { children: children.length, value: sum.value, worst: sum.worst, redCount: sum.redCount };
  if (families === null || families.settings.score !== 'roll_up' || !children.some(({ score }) => score !== null))
    return { family, score: input.ownScore };
  const members = own === null ? children : [...children, own];
  const coverage = roundHalfAway(
    shareOf(members, (member) => member.score !== null),
    4,
  );
  // Too few children have a score to speak for all: the parent speaks for itself.
  if (coverage < input.coverage.none) return { family, score: input.ownScore };
  const parts = partsOf(members, input);
  return {
    family,
    score: {
      ...input.ownScore,
      model: families.ref,
      value: sum.value,
      raw: parts.reduce((points, part) => points + (part.points ?? 0), 0),
      calculated: sum.value,
      coverage,
      confidence: confidenceOf(coverage, input.coverage, false),
      reason: null,
      dimensions: [],
      parts,
      caps: [],
      override: null,
    },
  };
}

function countsItself({ own, families, facts }: FamilyInput): boolean {
  if (own.score === null || families === null) return false;
  return families.ownWhen === null ? (own.arr ?? 0) > 0 : families.ownWhen.answer(facts) === 'yes';
}

/** Share of the revenue (of the heads, where nobody has revenue) of those who fit. */
function shareOf(members: readonly ChildScore[], fits: (member: ChildScore) => boolean): number {
  const whole = members.reduce((sum, { arr }) => sum + (arr ?? 0), 0);
  if (whole === 0) return members.filter(fits).length / members.length;
  return members.reduce((sum, member) => sum + (fits(member) ? (member.arr ?? 0) : 0), 0) / whole;
}

/** Members told one by one; those that cost least are told as one. */
const mostMembers = 20;

function partsOf(all: readonly ChildScore[], { locale, ownScore }: FamilyInput): readonly Part[] {
  const members = all.flatMap((member) => (member.score === null ? [] : [{ ...member, score: member.score }]));
  const whole = members.reduce((sum, { arr }) => sum + (arr ?? 0), 0);
  const bare = members
    .map((member) => {
      const weight = 100 * (whole > 0 ? (member.arr ?? 0) / whole : 1 / members.length);
      const points = (weight * member.score) / 100;
      return { key: member.account, label: member.name ?? member.account, weight, points, lost: weight - points };
    })
    .sort((a, b) => b.lost - a.lost || (a.key < b.key ? -1 : 1));
  const told = bare.slice(0, mostMembers);
  const rest = bare.slice(mostMembers);
  if (rest.length > 0) {
    const add = (of: 'weight' | 'points' | 'lost') => rest.reduce((sum, member) => sum + member[of], 0);
    const label = locale === 'ja' ? `ほか${rest.length}社` : `${rest.length} others`;
    told.push({ key: 'others', label, weight: add('weight'), points: add('points'), lost: add('lost') });
  }
  const raw = told.reduce((sum, { points }) => sum + points, 0);
  const lost = tenthsLost(
    told.map((member) => member.lost),
    raw,
  );
  return told.map((member, index): Part => {
    const value = member.weight === 0 ? null : roundHalfAway((100 * member.points) / member.weight, 1);
    const about = { value, state: 'known', at: ownScore.asOf } as const;
    return {
      ...about,
      metric: member.key,
      dimension: familyModel,
      weight: member.weight,
      effectiveWeight: member.weight,
      normalised: member.weight === 0 ? 0 : member.points / member.weight,
      points: member.points,
      lost: member.lost,
      text: partText(
        {
          ...about,
          label: member.label,
          unit: 'score',
          expected: locale === 'ja' ? '期待100' : 'of 100',
          counts: true,
          points: member.points,
          lost: lost[index] ?? 0,
          share: member.weight / 100,
        },
        locale,
      ),
    };
  });
}
