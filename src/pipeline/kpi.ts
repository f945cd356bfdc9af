// The figures a company steers by: kept at the end of each month and then left alone, shown against the targets of
// config/kpis.yaml. Folded page by page; reads and writes the store only.

import type { KpiSettings } from '../domain/decisions.ts';
import { againstTarget, type KpiFormula, kpiUnits, lastWholeMonth, monthBefore } from '../domain/kpi.ts';
import { type Figure, isCustomer, type Life, lifeOf, MonthSum } from '../domain/kpi-month.ts';
import { roundHalfAway } from '../domain/number.ts';
import { breathe } from '../lib/breathe.ts';
import { csvCell } from '../lib/csv-text.ts';
import type { KpiMonth } from '../state/store.ts';
import { accountPages } from './evaluate.ts';
import type { Hall } from './hall.ts';

const defaults: KpiSettings = {
  targets: [],
  attributes: { startedOn: 'started_on', endedOn: 'ended_on', status: 'status', ended: ['churned'], revenue: 'arr' },
};

/**
 * Keeps the figures of the last month that was over on `asOf`. A month that is kept stays as it is unless `restate`; false
 * where nothing was kept.
 */
export async function keepMonth(hall: Hall, asOf: string, restate = false): Promise<KpiMonth | null> {
  const { kpis } = hall.store;
  const month = lastWholeMonth(asOf);
  if (!restate && (await kpis.months()).some((kept) => kept.month === month)) return null;
  const figures = await figuresOf(hall, month, await lastEvaluated(hall, month, asOf), true);
  const kept: KpiMonth = { month, asOf, keptAt: hall.clock.now(), figures };
  return (await kpis.keep(kept, restate)) ? kept : null;
}

/** The newest evaluated day of a month; null where nothing was evaluated in it, so that no later day stands in for it. */
async function lastEvaluated(hall: Hall, month: string, asOf: string): Promise<string | null> {
  const days = [asOf, ...(await hall.store.runs.last(200)).map((run) => run.asOf)];
  return (
    days
      .filter((day) => day.startsWith(month))
      .toSorted()
      .at(-1) ?? null
  );
}

/** The figures at the end of a month. `keep`: also remember who was a customer then, for the next month. */
async function figuresOf(hall: Hall, month: string, day: string | null, keep: boolean): Promise<readonly Figure[]> {
  const { kpis, history } = hall.store;
  const settings = hall.decisions.kpis ?? defaults;
  const before = monthBefore(month);
  const knowsBefore = await kpis.knowsCustomers(before);
  if (keep) await kpis.forgetCustomers(month);
  const sum = new MonthSum(month);
  const revenueOf = (lives: readonly (readonly [string, Life])[], of: string) =>
    lives.flatMap(([account, life]) => (isCustomer(life, of) ? [{ account, revenue: life.revenue }] : []));
  for await (const page of accountPages(hall, null)) {
    await breathe();
    const outcomes =
      day === null
        ? new Map()
        : await history.outcomesOf(
            page.map((account) => account.key),
            day,
          );
    const lives: (readonly [string, Life])[] = [];
    for (const account of page) {
      const life = lifeOf(account, settings.attributes);
      sum.add(life, outcomes.get(account.key));
      if (life !== null) lives.push([account.key, life]);
    }
    if (!keep) continue;
    await kpis.keepCustomers(month, revenueOf(lives, month));
    // The first month of all looks back by what the contracts say; later ones by what was kept.
    if (!knowsBefore) await kpis.keepCustomers(before, revenueOf(lives, before));
  }
  const nobody = { customers: 0, lost: 0, revenue: 0, cancelled: 0, contracted: 0 };
  return sum.figures(keep ? await kpis.compare(before, month) : nobody);
}

export interface KpiRow {
  readonly name: string;
  readonly actual: string | null;
  readonly target: string | null;
  readonly deadline: string | null;
  readonly owner: string | null;
  /** The month the actual is of; null: as things stand today. */
  readonly month: string | null;
  /** One sentence: on track, off track by how much, or why there is no number. */
  readonly says: string;
}
export interface KpiDocument {
  readonly rows: readonly KpiRow[];
  readonly months: readonly KpiMonth[];
}

/** One row per target, then the other figures: of the newest kept month, or, before there is one, as things stand. */
export async function kpiDocument(hall: Hall, today: string): Promise<KpiDocument> {
  const { targets } = hall.decisions.kpis ?? defaults;
  const months = await hall.store.kpis.months();
  const newest = months.at(-1) ?? null;
  const figures: readonly Figure[] = newest === null ? await standing(hall) : (newest.figures as readonly Figure[]);
  const month = newest?.month ?? null;
  const figureOf = (name: KpiFormula) => figures.find((figure) => figure.name === name);
  const aimed = targets.map((target): KpiRow => {
    const formula = target.formula ?? (target.name as KpiFormula);
    const figure = figureOf(formula);
    const verdict = againstTarget(target, figure?.value ?? null, today);
    const unit = kpiUnits[formula] === 'percent' ? 'pt' : '';
    const off = `off track by ${roundHalfAway(verdict.offBy ?? 0, 2)}${unit === '' ? '' : ` ${unit}`}`;
    const track = verdict.onTrack === null ? why(figure) : verdict.onTrack ? 'on track' : off;
    return {
      name: target.label?.[hall.decisions.home.locale] ?? target.name,
      actual: shown(formula, figure?.value ?? null),
      target: `${target.direction === 'at_most' ? '≤' : '≥'} ${shown(formula, target.target)}`,
      deadline: target.by,
      owner: target.owner,
      month,
      says: verdict.isDue && verdict.onTrack === false ? `${track}, and due` : track,
    };
  });
  const named = new Set(targets.map((target) => target.formula ?? target.name));
  const others = figures
    .filter(({ name }) => !named.has(name))
    .map(
      (figure): KpiRow => ({
        name: figure.name.replaceAll('_', ' '),
        actual: shown(figure.name, figure.value),
        target: null,
        deadline: null,
        owner: null,
        month,
        says: figure.value === null ? why(figure) : figure.n === null ? '' : `of ${figure.n}`,
      }),
    );
  return { rows: [...aimed, ...others], months };
}

/** As things stand on the newest evaluated day, before any month is kept. */
async function standing(hall: Hall): Promise<readonly Figure[]> {
  const asOf = (await hall.store.runs.last(20)).find((run) => run.state !== 'active')?.asOf ?? null;
  if (asOf === null) return [];
  return await figuresOf(hall, asOf.slice(0, 7), asOf, false);
}

function why(figure: Figure | undefined): string {
  if (figure === undefined) return 'nothing was evaluated yet';
  if (figure.name === 'nps') return `${figure.n ?? 0} accounts answered, too few for a value`;
  return figure.n === null || figure.n === 0 ? 'nothing to count yet' : `too few to say (${figure.n})`;
}
function shown(formula: KpiFormula, value: number | null): string | null {
  if (value === null) return null;
  const unit = kpiUnits[formula];
  if (unit === 'percent')
    return `${value.toFixed(formula.includes('churn') || formula.includes('retention') ? 2 : 1)} %`;
  return unit === 'score' && value > 0 ? `+${value}` : String(value);
}

/** The kept months as CSV, one line per figure. */
export function monthsAsCsv(months: readonly KpiMonth[]): string {
  const lines = months.flatMap(({ month, asOf, keptAt, figures }) =>
    figures.map(({ name, value, n }) => [month, name, value, n, unitOf(name), asOf, keptAt].map(csvCell).join(',')),
  );
  return `${['month,figure,value,n,unit,as_of,kept_at', ...lines].join('\n')}\n`;
}
function unitOf(name: string): string {
  return name in kpiUnits ? kpiUnits[name as KpiFormula] : '';
}
