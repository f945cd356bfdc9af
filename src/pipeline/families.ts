// The children of a page of accounts, with what they scored today. Accounts come leaves first, so children are known before
// their parents: from the store, or from the same page. A child that was not looked at today (only one account is evaluated)
// counts as it was last seen.

import type { Account, Outcome } from '../domain/nouns.ts';
import type { ChildScore } from '../domain/rollup.ts';
import type { Hall } from './hall.ts';

/** Outcomes unpacked at once; a holding may have thousands of branches. */
const chunkSize = 200;

type Child = Pick<Account, 'key' | 'name' | 'attributes'>;

/** Asks for the children of an account of the page; `decided` are the outcomes of the page so far. */
export type ChildrenOf = (parent: string, decided: readonly Outcome[]) => readonly ChildScore[];

/** Reads all children of a page that are not on the page themselves. */
export async function childrenOfPage(hall: Hall, page: readonly Account[], asOf: string): Promise<ChildrenOf> {
  const { store, prepared } = hall;
  const weight = prepared.families?.settings.weight ?? null;
  const keys = page.map(({ key }) => key);
  const here = new Set(keys);
  const families = await store.accounts.childrenOf(keys);
  const elsewhere = [...families.values()].flat().filter(({ key }) => !here.has(key));
  const known = new Map<string, ChildScore>();
  for (let from = 0; from < elsewhere.length; from += chunkSize) {
    const chunk = elsewhere.slice(from, from + chunkSize);
    const today = await store.history.outcomesOf(
      chunk.map(({ key }) => key),
      asOf,
    );
    for (const child of chunk) {
      const outcome = today.get(child.key) ?? (await store.history.outcome(child.key, asOf));
      if (outcome !== null) known.set(child.key, childScore(child, outcome, weight));
    }
  }
  return (parent, decided) =>
    (families.get(parent) ?? []).flatMap((child) => {
      const outcome = here.has(child.key) ? decided.find(({ account }) => account === child.key) : undefined;
      return outcome === undefined ? (known.get(child.key) ?? []) : childScore(child, outcome, weight);
    });
}

function childScore(child: Child, outcome: Outcome, weight: string | null): ChildScore {
  const given =
    weight === null
      ? null
      : (child.attributes[weight] ?? outcome.metrics.find(({ name }) => name === weight)?.value ?? null);
  return {
    account: child.key,
    name: child.name,
    score: outcome.score.value,
    band: outcome.band,
    arr: typeof given === 'number' ? given : null,
  };
}
