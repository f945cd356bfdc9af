// The figures of one month, counted as accounts stream by: sums only, so that it never grows with the number of accounts. Who
// was lost is not counted here: that needs two months side by side, and the store compares them.

import { daysBetween } from './calendar.ts';
import type { KpiSettings } from './decisions.ts';
import {
  annualRetention,
  customerChurn,
  endOfMonth,
  type KpiFormula,
  npsValue,
  retention,
  revenueChurn,
  ripeQuarter,
} from './kpi.ts';
import type { Account, Outcome, Value } from './nouns.ts';
import { roundHalfAway } from './number.ts';

/** A customer's contract, as far as its roster says. */
export interface Life {
  readonly startedOn: string | null;
  readonly endedOn: string | null;
  /** True where the roster says that it has ended, whether or not it says when. */
  readonly hasEnded: boolean;
  /** Revenue of a month; null where nobody knows. */
  readonly revenue: number | null;
}
/** Null for an account that has no contract at all. */
export function lifeOf(account: Pick<Account, 'attributes'>, settings: KpiSettings['attributes']): Life | null {
  const { attributes } = account;
  const status = attributes[settings.status] ?? null;
  const startedOn = day(attributes[settings.startedOn]);
  if (startedOn === null && status === null) return null;
  const endedOn = day(attributes[settings.endedOn]);
  const revenue = attributes[settings.revenue];
  return {
    startedOn,
    endedOn,
    hasEnded: endedOn !== null || settings.ended.includes(String(status)),
    revenue: typeof revenue === 'number' ? revenue / 12 : null,
  };
}
function day(value: Value | undefined): string | null {
  return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? value.slice(0, 10) : null;
}

/** Whether it was a customer at the end of a month. One that ended on an unknown day is none from now on. */
export function isCustomer({ startedOn, endedOn, hasEnded }: Life, month: string): boolean {
  const end = endOfMonth(month);
  if (startedOn !== null && startedOn >= end) return false;
  return endedOn === null ? !hasEnded : endedOn >= end;
}

/** Earliest ages at which a customer may be lost "early". */
const earlyDays = [90, 180] as const;

export interface Figure {
  readonly name: KpiFormula;
  readonly value: number | null;
  readonly n: number | null;
}
/** What became of the customers of the month before: the store's answer. */
export interface Comparison {
  readonly customers: number;
  readonly lost: number;
  readonly revenue: number;
  readonly cancelled: number;
  readonly contracted: number;
}

/** A month under way. */
export class MonthSum {
  readonly #month: string;
  readonly #early: Record<number, { starts: number; lost: number }> = {};
  #customers = 0;
  #ltv = 0;
  #ltvKnown = 0;
  #promoters = 0;
  #passives = 0;
  #detractors = 0;
  #scored = 0;
  #evaluated = 0;
  #red = 0;
  #arr = 0;
  #arrRed = 0;

  constructor(month: string) {
    this.#month = month;
    for (const days of earlyDays) this.#early[days] = { starts: 0, lost: 0 };
  }

  /** One account: its contract, and what was said of it on the last evaluated day of the month, if any. */
  add(life: Life | null, outcome: Outcome | undefined): void {
    if (life !== null) this.#addLife(life);
    if (outcome !== undefined && outcome.band !== 'not_scored') this.#addOutcome(outcome, life);
  }

  #addLife(life: Life): void {
    if (isCustomer(life, this.#month)) this.#customers++;
    const { startedOn, endedOn } = life;
    if (startedOn === null) return;
    for (const days of earlyDays) {
      const { from, to } = ripeQuarter(this.#month, days);
      const sum = this.#early[days];
      if (sum === undefined || startedOn < from || startedOn >= to) continue;
      sum.starts++;
      if (endedOn !== null && daysBetween(startedOn, endedOn) <= days) sum.lost++;
    }
  }

  #addOutcome(outcome: Outcome, life: Life | null): void {
    this.#evaluated++;
    if (outcome.score.value !== null) this.#scored++;
    const arr = (life?.revenue ?? 0) * 12;
    this.#arr += arr;
    if (outcome.band === 'red') {
      this.#red++;
      this.#arrRed += arr;
    }
    const known = (name: string): number | null => {
      const metric = outcome.metrics.find((one) => one.name === name && one.state === 'known');
      return typeof metric?.value === 'number' ? metric.value : null;
    };
    const ltv = known('ltv');
    if (ltv !== null) {
      this.#ltv += ltv;
      this.#ltvKnown++;
    }
    const nps = known('nps');
    if (nps === null) return;
    if (nps >= 9) this.#promoters++;
    else if (nps >= 7) this.#passives++;
    else this.#detractors++;
  }

  /** All figures; those of too few are null, with how few in `n`. Shares are percent with two decimals. */
  figures(compared: Comparison): readonly Figure[] {
    const churn = customerChurn(compared.lost, compared.customers);
    const nps = npsValue({ promoters: this.#promoters, passives: this.#passives, detractors: this.#detractors });
    const share = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);
    const percent = (value: number | null): number | null => (value === null ? null : roundHalfAway(value * 100, 2));
    const early = earlyDays.map((days): Figure => {
      const { starts, lost } = this.#early[days] ?? { starts: 0, lost: 0 };
      return { name: `early_churn_${days}`, value: percent(share(lost, starts)), n: starts };
    });
    const before = compared.customers;
    return [
      { name: 'customers', value: this.#customers, n: null },
      { name: 'customers_lost', value: before === 0 ? null : compared.lost, n: before },
      { name: 'customer_churn', value: percent(churn), n: before },
      {
        name: 'revenue_churn',
        value: percent(revenueChurn(compared.cancelled, compared.contracted, compared.revenue)),
        n: before,
      },
      { name: 'retention', value: percent(churn === null ? null : retention(churn)), n: before },
      { name: 'annual_retention', value: percent(churn === null ? null : annualRetention(churn)), n: before },
      ...early,
      {
        name: 'ltv',
        value: this.#ltvKnown === 0 ? null : roundHalfAway(this.#ltv / this.#ltvKnown, 0),
        n: this.#ltvKnown,
      },
      { name: 'nps', value: nps.value, n: nps.n },
      { name: 'accounts_with_score', value: percent(share(this.#scored, this.#evaluated)), n: this.#evaluated },
      { name: 'red_accounts', value: percent(share(this.#red, this.#evaluated)), n: this.#evaluated },
      { name: 'arr_in_red', value: percent(share(this.#arrRed, this.#arr)), n: this.#evaluated },
    ];
  }
}
