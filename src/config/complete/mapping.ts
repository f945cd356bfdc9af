// mappings/salesforce.yaml and hubspot.yaml → CRM mappings. A mapped word inherits type, label, help and length from the
// vocabulary of record words; `metric_<name>` and `dimension_<name>` take theirs from the model.

import type { CrmMapping, FieldMapping, FieldType, MetricDefinition, ObjectMapping } from '../../domain/decisions.ts';
import type { Words } from '../../domain/nouns.ts';
import { type RecordWord, recordWord } from '../../domain/record-words.ts';
import type { MappingFile } from '../schema/mapping.ts';
import { words } from './words.ts';

type ObjectName = 'account' | 'contact' | 'opportunity';
type FieldGiven = MappingFile['objects']['account']['fields'][string];

/** What free words (`metric_nps`, `dimension_usage`) are called and typed by. */
export interface Model {
  readonly metrics: readonly MetricDefinition[];
  readonly dimensions: Readonly<Record<string, Words>>;
}

/** One CRM. The connection was checked by the CRM's kind and is given beside. */
export function completeMapping(
  crm: string,
  file: MappingFile,
  connection: Readonly<Record<string, unknown>>,
  model: Model,
): CrmMapping {
  const objects: Partial<Record<ObjectName, ObjectMapping>> = {};
  for (const name of ['account', 'contact', 'opportunity'] as const) {
    const given = file.objects[name];
    if (given === undefined) continue;
    objects[name] = {
      object: given.object,
      fields: Object.entries(given.fields).map(([word, field]) => completeField(name, word, field, model)),
      ...(Object.keys(given.only).length === 0 ? {} : { only: given.only }),
    };
  }
  return {
    crm,
    connection,
    objects,
    task:
      file.task === undefined
        ? null
        : {
            mode: file.task.mode,
            fields: file.task.fields,
            priorities: file.task.priorities,
            closedStatus: file.task.closed_status ?? null,
            ownerFallback: file.task.owner_fallback,
            owners: file.task.owners,
            pools: file.task.pools,
          },
    idKind: file.id_kind ?? crm,
  };
}

function completeField(object: ObjectName, word: string, given: FieldGiven, model: Model): FieldMapping {
  const own = typeof given === 'string' ? { field: given } : given;
  const known = knownWord(object, word, model);
  return {
    word,
    field: own.field,
    type: own.type ?? known.type,
    write: own.write ?? (known.who === 'human' ? 'never' : 'unless_edited'),
    digits: own.digits ?? known.digits,
    length: own.length ?? known.length,
    options: own.options ?? known.options,
    label: own.label === undefined ? known.label : words(own.label),
    help: own.help === undefined ? known.help : words(own.help),
  };
}

type Known = Pick<RecordWord, 'who' | 'digits' | 'length' | 'label' | 'help'> & {
  readonly type: FieldType;
  readonly options: readonly string[];
};
/** What is known of a word; a plain text for a word that nobody knows, which a rule refuses. */
function knownWord(object: ObjectName, word: string, model: Model): Known {
  const listed = recordWord(object, word);
  if (listed !== undefined) return { ...listed, options: listed.options.map((option) => option.value) };
  const metric = model.metrics.find((one) => `metric_${one.name}` === word);
  if (metric !== undefined) {
    return {
      who: 'kenko',
      digits: 2,
      length: 255,
      options: [],
      type: typeOf(metric),
      label: metric.label,
      help: words(metric.why),
    };
  }
  const dimension = Object.entries(model.dimensions).find(([name]) => `dimension_${name}` === word);
  const label = dimension?.[1] ?? words(word.replaceAll('_', ' '));
  return {
    who: 'kenko',
    digits: 1,
    length: 255,
    options: [],
    type: dimension === undefined ? 'text' : 'number',
    label,
    help: label,
  };
}
function typeOf(metric: MetricDefinition): FieldType {
  if (metric.unit === 'date') return 'date';
  if (metric.unit === 'yes_no') return 'checkbox';
  if (metric.unit === 'text') return 'text';
  return metric.unit === 'currency' ? 'currency' : 'number';
}

/** True for a word that a record may show: a listed one, or a metric or dimension of this model. */
export function isKnownWord(object: ObjectName, word: string, model: Model): boolean {
  if (recordWord(object, word) !== undefined) return true;
  if (object !== 'account') return false;
  return (
    model.metrics.some((metric) => `metric_${metric.name}` === word) ||
    Object.keys(model.dimensions).some((name) => `dimension_${name}` === word)
  );
}
