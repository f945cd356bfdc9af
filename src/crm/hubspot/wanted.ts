// What a portal must have for our work: one group and its properties per object, and the lists a CS manager opens in the
// morning. Pure: the mapping in, plain descriptions out, in HubSpot's own form. Names and labels carry both languages,
// because a portal has one label for everybody.

import type { NewProperty, PropertyOption } from '../../clients/hubspot/furniture.ts';
import type { FieldMapping, FieldType } from '../../domain/decisions.ts';
import type { CrmObject, Words } from '../../domain/nouns.ts';
import { type RecordWord, recordWord } from '../../domain/record-words.ts';
import type { Needs } from '../crm.ts';
import { ownerProperty, propertyTypes, taskProperties } from './convert.ts';
import { objectName, tasks } from './desk.ts';

export const group = { name: 'customer_health', label: 'Customer Health ヘルススコア' } as const;

export interface WantedProperty {
  readonly object: string;
  readonly word: string;
  readonly type: FieldType;
  /** We write it; else people fill it and we only read. */
  readonly written: boolean;
  readonly property: NewProperty;
}
export interface WantedList {
  readonly name: string;
  readonly says: string;
  readonly objectTypeId: string;
  readonly filterBranch: unknown;
}

/** All mapped properties, HubSpot's own (`hs_…`, the owner) left out: those exist or cannot be made. */
export function wantedProperties(needs: Needs): readonly WantedProperty[] {
  const { mapping } = needs;
  const wanted: WantedProperty[] = [];
  for (const object of ['account', 'contact', 'opportunity'] as const) {
    for (const field of mapping.objects[object]?.fields ?? []) {
      if (isHubspots(field.field)) continue;
      wanted.push({
        object: objectName(mapping, object),
        word: field.word,
        type: field.type,
        written: field.write !== 'never',
        property: propertyOf(object, field),
      });
    }
  }
  return needs.tasks && mapping.task !== null ? [...wanted, ...wantedOfTasks(needs)] : wanted;
}
function wantedOfTasks(needs: Needs): readonly WantedProperty[] {
  if (needs.mapping.task === null) return [];
  return Object.entries(taskProperties(needs.mapping.task)).flatMap(([name, property]) => {
    const word = recordWord('task', name);
    if (isHubspots(property) || word === undefined) return [];
    const field: FieldMapping = {
      word: name,
      field: property,
      type: word.type,
      write: word.who === 'human' ? 'never' : 'once',
      digits: word.digits,
      length: word.length,
      options: word.options.map((option) => option.value),
      label: word.label,
      help: word.help,
    };
    return [
      {
        object: tasks,
        word: name,
        type: word.type,
        written: word.who !== 'human',
        property: propertyOf('task', field),
      },
    ];
  });
}
function isHubspots(name: string): boolean {
  return name.startsWith('hs_') || name === ownerProperty;
}

function propertyOf(object: CrmObject, field: FieldMapping): NewProperty {
  const word = recordWord(object, field.word);
  const [type, fieldType] = propertyTypes[field.type][0] ?? ['string', 'text'];
  const note: Words =
    field.write === 'never' ? { en: '', ja: '' } : { en: 'Set by Kenko; do not edit.', ja: 'Kenkoが設定します。' };
  return {
    name: field.field,
    label: both(field.label),
    description: [field.help.en, note.en, field.help.ja, note.ja].filter((text) => text !== '').join(' '),
    groupName: group.name,
    type,
    fieldType,
    options: optionsOf(field, word),
    unique: word?.unique ?? false,
  };
}
function optionsOf(field: FieldMapping, word: RecordWord | undefined): readonly PropertyOption[] {
  // A checkbox has exactly these two values; HubSpot refuses any others.
  if (field.type === 'checkbox')
    return [
      { label: 'Yes はい', value: 'true', displayOrder: 0, hidden: false },
      { label: 'No いいえ', value: 'false', displayOrder: 1, hidden: false },
    ];
  if (field.type !== 'picklist' && field.type !== 'multi_picklist') return [];
  return field.options.map((value, at) => {
    const known = word?.options.find((option) => option.value === value);
    return { label: known === undefined ? value : both(known.label), value, displayOrder: at, hidden: false };
  });
}
function both(words: Words): string {
  return words.en === words.ja || words.ja === '' ? words.en : `${words.en} ${words.ja}`;
}

/** Dynamic lists of companies and contacts, each only where the words that it needs are mapped. */
export function wantedLists(needs: Needs): readonly WantedList[] {
  const fields = needs.mapping.objects.account?.fields ?? [];
  const property = (word: string) => fields.find((field) => field.word === word)?.field ?? null;
  const [band, change, upsell, score] = ['health_band', 'health_change_30d', 'upsell_flag', 'health_score'].map(
    property,
  );
  const lists: WantedList[] = [];
  const add = (name: string, says: string, filters: readonly unknown[], objectTypeId = '0-2') => {
    lists.push({ name, says, objectTypeId, filterBranch: anyOf(filters) });
  };
  if (band) add('Kenko: At risk 要対応', 'Companies in the red band.', [isAnyOf(band, ['red'])]);
  if (change) {
    add('Kenko: Falling 急落', 'Companies that lost 10 points or more in 30 days.', [
      isNumber(change, 'IS_LESS_THAN_OR_EQUAL_TO', -10),
    ]);
  }
  if (upsell) {
    add('Kenko: Upsell-ready アップセル候補', 'Companies with the upsell flag up.', [isTrue(upsell)]);
  }
  const [confidence, renewal] = ['health_confidence', 'metric_days_to_renewal'].map(property);
  if (band && confidence) {
    const thin = [isAnyOf(band, ['green']), isAnyOf(confidence, ['low', 'none'])];
    add('Kenko: Green, low confidence 要確認', 'Green companies of which little is known.', thin);
    if (renewal)
      add(
        'Kenko: Green, renewal in 90 days 更新間近の要確認',
        'Green companies of which little is known, up for renewal.',
        [...thin, isNumber(renewal, 'IS_LESS_THAN_OR_EQUAL_TO', 90)],
      );
  }
  const [late, champions] = ['metric_onboarding_days_late', 'metric_champions_active'].map(property);
  if (late)
    add('Kenko: Onboarding late 導入遅延', 'Companies whose roll-out is behind its plan.', [
      isNumber(late, 'IS_GREATER_THAN', 0),
    ]);
  if (champions)
    add('Kenko: No champion 推進者不在', 'Companies without an active champion.', [
      isNumber(champions, 'IS_EQUAL_TO', 0),
    ]);
  const inactive = needs.mapping.objects.contact?.fields.find((field) => field.word === 'champion_inactive')?.field;
  if (inactive)
    add(
      'Kenko: Champion gone 推進者休眠',
      'Champions who were not seen for a while, or left.',
      [isTrue(inactive)],
      '0-1',
    );
  if (band)
    add('Kenko: Unknown 判定不能', 'Companies without enough data for a score.', [
      isAnyOf(band, ['unknown', 'not_scored']),
    ]);
  if (score) {
    add('Kenko: No owner 担当者なし', 'Scored companies that nobody owns.', [
      { filterType: 'PROPERTY', property: score, operation: operation('ALL_PROPERTY', 'IS_KNOWN', {}) },
      { filterType: 'PROPERTY', property: ownerProperty, operation: operation('ALL_PROPERTY', 'IS_UNKNOWN', {}) },
    ]);
  }
  return lists;
}
function isNumber(property: string, operator: string, value: number): unknown {
  return { filterType: 'PROPERTY', property, operation: operation('NUMBER', operator, { value }) };
}
function isTrue(property: string): unknown {
  return { filterType: 'PROPERTY', property, operation: operation('BOOL', 'IS_EQUAL_TO', { value: true }) };
}
function isAnyOf(property: string, values: readonly string[]): unknown {
  return { filterType: 'PROPERTY', property, operation: operation('ENUMERATION', 'IS_ANY_OF', { values }) };
}
function operation(operationType: string, operator: string, more: Readonly<Record<string, unknown>>): unknown {
  return { operationType, operator, includeObjectsWithNoValueSet: false, ...more };
}
/** HubSpot wants an OR at the root, an AND inside it, and the filters inside that. */
function anyOf(filters: readonly unknown[]): unknown {
  const and = { filterBranchType: 'AND', filterBranchOperator: 'AND', filterBranches: [], filters };
  return { filterBranchType: 'OR', filterBranchOperator: 'OR', filterBranches: [and], filters: [] };
}
