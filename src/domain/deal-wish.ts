// What an account's open opportunities should show, so that a sales rep sees the customer's health where they work: the band as
// it is now, and the score as it was when we first saw the deal. Pure.

import type { CrmMapping } from './decisions.ts';
import type { Existing, Fields, Outcome, Value, Wish } from './nouns.ts';
import { canonical } from './wish.ts';

/** The wish for one open deal; null where nothing of it is mapped for writing. */
export function dealWish(input: {
  readonly outcome: Outcome;
  readonly account: string;
  readonly deal: Existing;
  readonly mapping: CrmMapping;
}): Wish | null {
  const { outcome, deal, mapping } = input;
  const values: Fields = { health_band: outcome.band, ...scoreAtOpen(outcome, deal) };
  const wished: Record<string, Value> = {};
  for (const field of mapping.objects.opportunity?.fields ?? []) {
    const value = values[field.word];
    if (value !== undefined && field.write !== 'never') wished[field.word] = canonical(value, field);
  }
  if (Object.keys(wished).length === 0) return null;
  return { account: input.account, crm: mapping.crm, object: 'opportunity', target: deal.target, fields: wished };
}

/** Once it stands, it stands: the score of another day would say something else. */
function scoreAtOpen(outcome: Outcome, deal: Existing): Fields {
  const stands = deal.fields['health_score_at_open'] ?? null;
  const score = outcome.band === 'not_scored' ? null : outcome.score.value;
  return stands !== null || score === null ? {} : { health_score_at_open: score };
}
