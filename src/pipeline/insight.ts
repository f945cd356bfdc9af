// What the stored outcomes say about the model and its customers as a whole: which metric costs most, which two metrics say
// the same, how early red came before a cancellation. Page by page; reads the store only.

import { addDays } from '../domain/calendar.ts';
import { rankCorrelation } from '../domain/correlation.ts';
import { type LeadTime, leadDays, leadTime, looksBackDays } from '../domain/lead-time.ts';
import type { Problem } from '../domain/nouns.ts';
import { roundHalfAway } from '../domain/number.ts';
import { type ReasonRow, ReasonSum, reasonRowText } from '../domain/reason-rollup.ts';
import { breathe } from '../lib/breathe.ts';
import { accountPages } from './account-pages.ts';
import type { Hall } from './hall.ts';

const pageSize = 100;

/** Which metrics cost most points on a day, over all accounts and by the values of a segment. */
export async function reasonRollUp(hall: Hall, asOf: string, segment = 'touch_model'): Promise<readonly ReasonRow[]> {
  const sum = new ReasonSum(segment);
  for (let after: string | null = null; ; ) {
    await breathe();
    const page = await hall.store.history.outcomes(asOf, after, pageSize);
    for (const outcome of page) sum.add(outcome);
    after = page.at(-1)?.account ?? null;
    if (page.length < pageSize) return sum.rows();
  }
}

export interface Insight {
  /** The newest evaluated day; null where nothing was evaluated yet. */
  readonly asOf: string | null;
  readonly reasons: readonly (ReasonRow & { readonly says: string })[];
  readonly leadTime: LeadTime & { readonly says: string };
}
/** Which metric costs most on the newest day, and how early red came, in the language of the home. */
export async function insightDocument(hall: Hall, segment = 'touch_model'): Promise<Insight> {
  const { home, metrics, segments } = hall.decisions;
  const asOf = await newestDay(hall);
  const rows = asOf === null ? [] : await reasonRollUp(hall, asOf, segment);
  const values = segments.find(({ name }) => name === segment)?.values ?? [];
  const lead = await leadTimeOf(hall);
  const ja = home.locale === 'ja';
  return {
    asOf,
    reasons: rows.map((row) => {
      const labels = {
        metric: metrics.find(({ name }) => name === row.metric)?.label[home.locale] ?? row.metric,
        segment: values.find(({ value }) => value === row.segment)?.label[home.locale] ?? row.segment,
      };
      return { ...row, says: reasonRowText(row, labels, home.locale) };
    }),
    leadTime: {
      ...lead,
      says:
        lead.medianDays === null
          ? ja
            ? '解約前に危険となったお客様はいません'
            : 'nobody who cancelled was red before'
          : ja
            ? `危険になってから解約まで中央値${lead.medianDays}日(解約${lead.cancelled}社中${lead.seen}社)`
            : `red ${lead.medianDays} days before the cancellation (median of ${lead.seen}; ${lead.cancelled} cancelled)`,
    },
  };
}
async function newestDay(hall: Hall): Promise<string | null> {
  return (await hall.store.runs.last(20)).find((run) => run.state !== 'active')?.asOf ?? null;
}

/** Attributes that may say when a customer cancelled; the earliest day of them counts. */
const cancelledBy = ['notice_on', 'ended_on'];

/** Days between the first red and the cancellation, over all who cancelled. */
export async function leadTimeOf(hall: Hall, attributes: readonly string[] = cancelledBy): Promise<LeadTime> {
  const leads: (number | null)[] = [];
  for await (const page of accountPages(hall, null)) {
    await breathe();
    for (const account of page) {
      const days = attributes.map((name) => account.attributes[name]).filter((day) => typeof day === 'string');
      const cancelledOn = days.sort()[0]?.slice(0, 10);
      if (cancelledOn === undefined) continue;
      const scores = await hall.store.history.scores(account.key, addDays(cancelledOn, -looksBackDays));
      leads.push(leadDays({ cancelledOn, days: scores }));
    }
  }
  return leadTime(leads);
}

/** Accounts looked at for correlations; more would say the same. */
const sampleSize = 1_000;
/** From here on two metrics are one. */
const tooAlike = 0.8;

/** Pairs of metrics of one model that say the same about the accounts of the newest evaluated day. */
export async function correlatedMetrics(hall: Hall): Promise<readonly Problem[]> {
  const asOf = await newestDay(hall);
  if (asOf === null) return [];
  const values = await sampleOf(hall, asOf);
  const problems: Problem[] = [];
  for (const model of hall.decisions.scorecard.models) {
    const names = model.weights.map(({ metric }) => metric);
    for (const [index, first] of names.entries()) {
      for (const second of names.slice(index + 1)) {
        const pairs = values.flatMap((metrics): [number, number][] => {
          const [a, b] = [metrics.get(first), metrics.get(second)];
          return a === undefined || b === undefined ? [] : [[a, b]];
        });
        const rho = rankCorrelation(pairs);
        if (rho === null || Math.abs(rho) <= tooAlike) continue;
        problems.push({
          code: 'W_CORRELATED',
          severity: 'warning',
          where: `model ${model.id}`,
          what: `${first} and ${second} say the same: rank correlation ${roundHalfAway(rho, 2)} over ${pairs.length} accounts`,
          why: 'What is counted twice weighs twice, and hides what is counted once.',
          fix: `Keep the one that is easier to explain and give it both weights, or measure something else in the place of the other.`,
        });
      }
    }
  }
  return problems;
}

/** Known numbers by metric, of every so many accounts of a day. */
async function sampleOf(hall: Hall, asOf: string): Promise<readonly ReadonlyMap<string, number>[]> {
  const weighed = new Set(
    hall.decisions.scorecard.models.flatMap(({ weights }) => weights.map(({ metric }) => metric)),
  );
  const step = Math.max(1, Math.ceil((await hall.store.accounts.count()) / sampleSize));
  const found: ReadonlyMap<string, number>[] = [];
  let seen = 0;
  for (let after: string | null = null; ; ) {
    await breathe();
    const page = await hall.store.history.outcomes(asOf, after, pageSize);
    for (const { metrics } of page.filter(() => seen++ % step === 0))
      found.push(
        new Map(
          metrics.flatMap(({ name, value, state }): [string, number][] =>
            weighed.has(name) && state === 'known' && typeof value === 'number' ? [[name, value]] : [],
          ),
        ),
      );
    after = page.at(-1)?.account ?? null;
    if (page.length < pageSize) return found;
  }
}
