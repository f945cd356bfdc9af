// List views on Account and Contact, each where the fields it filters by are mapped. Names in both languages, because a list view has one
// name for everybody.

import type { CrmMapping } from '../../domain/decisions.ts';
import { type Component, lightField } from './components.ts';

interface Filter {
  readonly field: string;
  readonly operation: string;
  readonly value: string;
}

/** The views of everybody, and the CSM's own; `withLight` where the org has the traffic light. */
export function listViews(mapping: CrmMapping, withLight: boolean): Component[] {
  const account = mapping.objects.account;
  if (account?.object !== 'Account') return [];
  const fieldOf = (word: string) => account.fields.find((field) => field.word === word)?.field;
  const light = withLight ? [lightField] : [];
  const views: Component[] = [];
  const add = (
    name: string,
    label: string,
    filters: readonly (Filter | null)[],
    words: readonly string[],
    more: { readonly scope?: 'Mine'; readonly any?: true } = {},
  ) => {
    const there = filters.filter((filter) => filter !== null);
    if (there.length === 0 || (more.any !== true && there.length < filters.length)) return;
    const isAny = more.any === true && there.length > 1;
    views.push({
      type: 'ListView',
      fullName: `Account.${name}`,
      body: {
        ...(isAny ? { booleanFilter: there.map((_, at) => at + 1).join(' OR ') } : {}),
        columns: ['ACCOUNT.NAME', ...light, 'CORE.USERS.ALIAS', ...words.flatMap((word) => fieldOf(word) ?? [])],
        filterScope: more.scope ?? 'Everything',
        filters: there,
        label,
      },
    });
  };
  const where = (word: string, operation: string, value: string): Filter | null => {
    const field = fieldOf(word);
    return field === undefined ? null : { field, operation, value };
  };
  const trouble = [where('health_band', 'equals', 'red'), where('health_alert', 'equals', '1')];
  const why = ['health_score', 'health_band', 'health_reasons', 'support_priority_rank', 'next_action'];
  if (trouble[0] !== null) {
    add('At_Risk', 'At Risk / 要対応', trouble, why, { any: true });
    add('My_At_Risk', 'My At Risk / 自分の要対応', trouble, why, { any: true, scope: 'Mine' });
  }
  const moved = ['health_score', 'health_change_30d', 'health_change_note', 'health_reasons'];
  add('Dropped', 'Dropped by 10 / 急落', [where('health_change_30d', 'lessOrEqual', '-10')], moved);
  const green = [where('health_band', 'equals', 'green'), where('health_confidence', 'equals', 'low,none')];
  add('Green_Low_Confidence', 'Green, low confidence / 要確認', green, ['health_score', 'health_coverage']);
  add('Not_Scored', 'Unknown / 判定不能', [where('health_band', 'equals', 'unknown,not_scored')], ['health_coverage']);
  add('Parked', 'Parked / 保留', [where('parked_until', 'greaterOrEqual', 'TODAY')], ['health_score', 'parked_until']);
  const renewing = [...green, where('metric_days_to_renewal', 'lessOrEqual', '90')];
  add('Green_Renewing', 'Green, renewal in 90 days / 更新間近の要確認', renewing, ['health_score', 'health_coverage']);
  const late = [where('metric_onboarding_days_late', 'greaterThan', '0')];
  add('Onboarding_Late', 'Onboarding late / 導入遅延', late, ['health_score', 'metric_onboarding_completion']);
  // Overdue ones are due this week too.
  const due = [where('next_action_due', 'lessOrEqual', 'THIS_WEEK')];
  add('My_Actions_Due', 'My actions due / 今週の自分の施策', due, ['health_band', 'next_action', 'next_action_due'], {
    scope: 'Mine',
  });
  add('Champion_Gone', 'No champion / 推進者不在', [where('metric_champions_active', 'equals', '0')], ['health_score']);
  const selling = ['health_score', 'upsell_type', 'upsell_reason', 'upsell_flag_since'];
  add('Upsell', 'Upsell / アップセル候補', [where('upsell_flag', 'equals', '1')], selling);
  return [...views, ...peopleViews(mapping)];
}

/** Champions whom nobody has seen, where contacts say so. */
function peopleViews(mapping: CrmMapping): Component[] {
  const contact = mapping.objects.contact;
  const fieldOf = (word: string) => contact?.fields.find((field) => field.word === word)?.field;
  const inactive = fieldOf('champion_inactive');
  if (contact?.object !== 'Contact' || inactive === undefined) return [];
  const words = ['customer_role', 'last_active_date', 'contact_health_score'];
  return [
    {
      type: 'ListView',
      fullName: 'Contact.Champion_Gone',
      body: {
        columns: ['FULL_NAME', 'ACCOUNT.NAME', 'CORE.USERS.ALIAS', ...words.flatMap((word) => fieldOf(word) ?? [])],
        filterScope: 'Everything',
        filters: [{ field: inactive, operation: 'equals', value: '1' }],
        label: 'Champion gone / 推進者休眠',
      },
    },
  ];
}
