// Which reports there are, each with the columns, filters and groups it needs. One that lacks a field it is named for is not
// shipped. What no report can tell (what a metric costs, how a week went, whether plays helped) is told by kenko itself.

import type { CrmMapping } from '../../domain/decisions.ts';
import { isCustom } from './components.ts';

/** One report. A column that is null is not mapped. */
export interface Report {
  readonly name: string;
  readonly title: string;
  /** `AccountList` or `Opportunity`: the vendor's own report types. Default: AccountList. */
  readonly on?: 'Opportunity';
  readonly columns: readonly (string | null)[];
  readonly where?: readonly (readonly [column: string | null, operator: string, value: string])[];
  readonly groups?: readonly (string | null)[];
  /** Groups by month, where a group is a day. */
  readonly byMonth?: string;
  readonly sum?: string | null;
  readonly averages?: readonly (string | null)[];
  readonly sort?: readonly [column: string | null, order: 'Asc' | 'Desc'];
}

/** Words that tell how much an account is worth, best first. */
const valueWords = ['metric_arr', 'arr', 'lifetime_value'];
const parts = ['usage', 'value', 'engagement', 'sentiment', 'support'];

/** The reports that the mapped fields can fill; none where the band is not mapped. */
export function reportsFor(mapping: CrmMapping): readonly Report[] {
  const account = mapping.objects.account;
  if (account?.object !== 'Account') return [];
  const of = fieldsOf('Account', account.fields);
  const band = of('health_band');
  if (band === null) return [];
  const worth = valueWords.map(of).find((field) => field !== null) ?? null;
  const score = of('health_score');
  const name = 'ACCOUNT.NAME';
  const owner = 'USERS.NAME';
  const listed: readonly Report[] = [
    {
      name: 'At_Risk_by_ARR',
      title: worth === of('lifetime_value') ? 'At Risk by Value / 要対応' : 'At Risk by ARR / 要対応',
      columns: [name, owner, score, worth, of('health_reasons'), of('next_action')],
      where: [[band, 'equals', 'red']],
      sort: [worth ?? score, worth === null ? 'Asc' : 'Desc'],
    },
    {
      name: 'Movers',
      title: 'Movers / 急落した顧客',
      columns: [name, owner, score, of('health_change_30d'), of('health_change_note')],
      where: [[of('health_change_30d'), 'lessOrEqual', '-10']],
      sort: [of('health_change_30d'), 'Asc'],
    },
    { name: 'Band_Distribution', title: 'Band Distribution / 健康度の分布', columns: [name], groups: [band] },
    {
      name: 'Bands_by_Owner',
      title: 'Bands by Owner / 担当者別の健康度',
      columns: [name, score],
      groups: [owner, band],
    },
    {
      name: 'Bands_by_Touch_Model',
      title: 'Bands by Touch Model / タッチ別の健康度',
      columns: [name, score],
      groups: [of('touch_model'), band],
    },
    {
      name: 'Bands_by_Industry',
      title: 'Bands by Industry / 業種別の健康度',
      columns: [name, score],
      groups: ['INDUSTRY', band],
    },
    { name: 'Value_by_Band', title: 'Value by Band / 健康度別の金額', columns: [name], groups: [band], sum: worth },
    {
      name: 'Value_by_Touch_Model',
      title: 'LTV by Touch Model / タッチ別のLTV',
      columns: [name],
      groups: [of('touch_model')],
      sum: of('lifetime_value'),
    },
    {
      name: 'Parts_by_Band',
      title: 'Why We Are Red / 健康度別の部分スコア',
      columns: [name],
      groups: [band],
      averages: parts.map((part) => of(`health_${part}_score`)),
    },
    {
      name: 'Trend_by_Band',
      title: 'Trend by Band / 健康度別の傾向',
      columns: [name],
      groups: [of('health_trend'), band],
      averages: [of('health_change_30d')],
    },
    {
      name: 'Workload_by_Owner',
      title: 'At Risk by Owner / 担当者別の要対応',
      columns: [name, score, of('next_action'), of('next_action_due')],
      where: [[band, 'equals', 'red']],
      groups: [owner],
    },
    {
      name: 'Actions_by_Owner',
      title: 'Open Actions by Owner / 担当者別の施策',
      columns: [name, score, of('next_action'), of('next_action_due')],
      where: [[of('next_action'), 'notEqual', '']],
      groups: [owner],
    },
    {
      name: 'Champion_Gone',
      title: 'No Champion / 推進者不在',
      columns: [name, score, of('next_action')],
      where: [[of('metric_champions_active'), 'equals', '0']],
      groups: [owner],
    },
    {
      name: 'Onboarding_Late',
      title: 'Onboarding Late / 導入遅延',
      columns: [name, score, of('metric_onboarding_completion'), of('metric_onboarding_days_late')],
      where: [[of('metric_onboarding_days_late'), 'greaterThan', '0']],
      groups: [owner],
    },
    {
      name: 'Green_Renewing',
      title: 'Green, Renewal in 90 Days / 更新間近の要確認',
      columns: [name, score, of('metric_days_to_renewal'), of('health_coverage')],
      where: [
        [band, 'equals', 'green'],
        [of('health_confidence'), 'equals', 'low,none'],
        [of('metric_days_to_renewal'), 'lessOrEqual', '90'],
      ],
      groups: [owner],
    },
    {
      name: 'NPS_by_Band',
      title: 'NPS by Band / 健康度別のNPS',
      columns: [name],
      groups: [band],
      averages: [of('metric_nps')],
    },
    {
      name: 'Coverage_by_Confidence',
      title: 'Coverage by Confidence / 信頼度別のデータ充足率',
      columns: [name],
      groups: [of('health_confidence')],
      averages: [of('health_coverage')],
    },
    {
      name: 'Unknown_by_Owner',
      title: 'Unknown by Owner / 担当者別の判定不能',
      columns: [name, of('health_coverage')],
      where: [[band, 'equals', 'unknown,not_scored']],
      groups: [owner],
    },
    {
      name: 'Upsell_Candidates',
      title: 'Upsell Candidates / アップセル候補',
      columns: [name, score, of('upsell_type'), of('upsell_reason')],
      where: [[of('upsell_flag'), 'equals', '1']],
      groups: [owner],
    },
    ...renewals(mapping),
  ];
  return listed.filter(isPossible);
}

/** What is up for renewal, month by month, by the health that the deals show. */
function renewals(mapping: CrmMapping): readonly Report[] {
  const deal = mapping.objects.opportunity;
  if (deal?.object !== 'Opportunity') return [];
  const band = fieldsOf('Opportunity', deal.fields)('health_band');
  return [
    {
      name: 'Renewals_by_Month',
      title: 'Open Deals by Month and Band / 月別の商談と健康度',
      on: 'Opportunity',
      columns: ['OPPORTUNITY_NAME'],
      groups: ['CLOSE_DATE', band],
      byMonth: 'CLOSE_DATE',
      sum: 'AMOUNT',
    },
  ];
}

function fieldsOf(object: string, fields: readonly { readonly word: string; readonly field: string }[]) {
  return (word: string): string | null => {
    const field = fields.find((one) => one.word === word)?.field;
    return field === undefined || !isCustom(field) ? null : `${object}.${field}`;
  };
}

/** A report says what it is named for, or it is not shipped: a filter, group or sum without its field is none. */
function isPossible({ where = [], groups = [], sum, averages, sort }: Report): boolean {
  return (
    where.every(([column]) => column !== null) &&
    groups.every((group) => group !== null) &&
    sum !== null &&
    (averages === undefined || averages.some((column) => column !== null)) &&
    (sort === undefined || sort[0] !== null)
  );
}
