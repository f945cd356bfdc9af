// Rules about mappings: words that exist, types that fit, fields that are named once, and people's fields left alone.

import type { FieldType } from '../../domain/decisions.ts';
import { recordWord, recordWords } from '../../domain/record-words.ts';
import { isKnownWord } from '../complete/mapping.ts';
import { words } from '../complete/words.ts';
import { nearest, type Path } from '../problem.ts';
import { type Parts, type Rule, rule } from './rule.ts';

type Mapping = Parts['mappings'][string];
type ObjectName = 'account' | 'contact' | 'opportunity';
interface Mapped {
  readonly crm: string;
  readonly object: ObjectName;
  readonly word: string;
  readonly field: Exclude<Mapping['objects']['account']['fields'][string], string>;
  readonly path: Path;
}

/** Which types may stand for which, so that no value is lost on the way. */
const mayBe: Readonly<Record<FieldType, readonly FieldType[]>> = {
  text: ['text', 'long_text'],
  long_text: ['long_text', 'text'],
  number: ['number', 'percent', 'currency', 'text'],
  percent: ['percent', 'number', 'text'],
  currency: ['currency', 'number', 'text'],
  checkbox: ['checkbox', 'text'],
  date: ['date', 'text'],
  datetime: ['datetime', 'date', 'text'],
  picklist: ['picklist', 'text'],
  multi_picklist: ['multi_picklist', 'text'],
};
const taskWords = [
  'key',
  'play',
  'subject',
  'body',
  'due_on',
  'priority',
  'score_when_created',
  'outcome',
  'snooze_until',
];
const neededTaskWords = ['subject', 'due_on', 'priority'];

/** All values that a segment or a matrix of this model gives a word; null where neither has its name. */
function valuesOf(word: string, parts: Pick<Parts, 'segments' | 'scorecard'>): string[] | null {
  const segment = parts.segments.segments[word];
  if (segment !== undefined) return segment.values.map((one) => one.value);
  const matrix = parts.scorecard.matrices[word];
  return matrix === undefined ? null : [...new Set(Object.values(matrix.cells).map((cell) => String(cell.value)))];
}

function eachField(parts: Pick<Parts, 'mappings'>, visit: (mapped: Mapped) => void): void {
  for (const [crm, mapping] of Object.entries(parts.mappings)) {
    for (const object of ['account', 'contact', 'opportunity'] as const) {
      for (const [word, given] of Object.entries(mapping.objects[object]?.fields ?? {})) {
        const field = typeof given === 'string' ? { field: given } : given;
        visit({ crm, object, word, field, path: ['objects', object, 'fields', word] });
      }
    }
  }
}

export const mappingRules: readonly Rule[] = [
  rule('mapped_words_exist', ['mappings', 'definitions', 'scorecard'], (parts, tell) => {
    const model = {
      metrics: parts.definitions,
      dimensions: Object.fromEntries(
        Object.entries(parts.scorecard.dimensions).map(([name, label]) => [name, words(label)]),
      ),
    };
    eachField(parts, ({ crm, object, word, path }) => {
      if (isKnownWord(object, word, model)) return;
      const known = [
        ...recordWords.filter((one) => one.object === object).map((one) => one.word),
        ...(object === 'account' ? parts.definitions.map((metric) => `metric_${metric.name}`) : []),
      ];
      const near = nearest(word, known);
      tell({
        file: crm,
        path,
        at: 'key',
        what: `${word} is no word that ${object} records have`,
        why: 'nothing would ever be written there',
        fix: near === null ? 'Use a word of the list, metric_<name> or dimension_<name>.' : `Did you mean ${near}?`,
      });
    });
  }),

  rule('mapped_types_fit', ['mappings'], (parts, tell) => {
    eachField(parts, ({ crm, object, word, field, path }) => {
      const known = recordWord(object, word);
      if (known === undefined || field.type === undefined || mayBe[known.type].includes(field.type)) return;
      tell({
        file: crm,
        path: [...path, 'type'],
        what: `${word} is ${known.type}; a field of type ${field.type} cannot hold it`,
        why: 'values would be refused or lost',
        fix: `Use one of ${mayBe[known.type].join(', ')}.`,
      });
    });
  }),

  rule('a_field_is_named_once', ['mappings'], ({ mappings }, tell) => {
    for (const [crm, mapping] of Object.entries(mappings)) {
      const named = (entries: readonly (readonly [string, Path])[]) => {
        const seen = new Map<string, Path>();
        for (const [field, path] of entries) {
          const other = seen.get(field.toLowerCase());
          seen.set(field.toLowerCase(), path);
          if (other === undefined) continue;
          tell({
            file: crm,
            path,
            what: `the field ${field} is named twice`,
            why: `${String(other.at(-1))} has it already, and two words would overwrite each other`,
            fix: 'Give one of them another field.',
          });
        }
      };
      for (const object of ['account', 'contact', 'opportunity'] as const) {
        named(
          Object.entries(mapping.objects[object]?.fields ?? {}).map(([word, given]) => [
            typeof given === 'string' ? given : given.field,
            ['objects', object, 'fields', word],
          ]),
        );
      }
      named(Object.entries(mapping.task?.fields ?? {}).map(([word, field]) => [field, ['task', 'fields', word]]));
    }
  }),

  rule('standard_fields_are_only_read', ['mappings'], ({ mappings }, tell) => {
    for (const [crm, mapping] of Object.entries(mappings)) {
      for (const object of ['account', 'contact', 'opportunity'] as const) {
        const read = new Set(Object.values(mapping.objects[object]?.reads ?? {}));
        for (const [word, given] of Object.entries(mapping.objects[object]?.fields ?? {})) {
          const field = typeof given === 'string' ? { field: given } : given;
          const write = 'write' in field ? field.write : undefined;
          const isHuman = recordWord(object, word)?.who === 'human';
          if (!read.has(field.field) || write === 'never' || (write === undefined && isHuman)) continue;
          tell({
            file: crm,
            path: ['objects', object, 'fields', word],
            what: `the field ${field.field} is read as a standard field and would be written as ${word}`,
            why: 'names, owners and ids belong to people and to the CRM',
            fix: 'Map the word to a field of its own.',
          });
        }
      }
    }
  }),

  rule('people_keep_their_fields', ['mappings'], (parts, tell) => {
    eachField(parts, ({ crm, object, word, field, path }) => {
      const known = recordWord(object, word);
      if (known?.who !== 'human' || known.shared || field.write === undefined || field.write === 'never') return;
      tell({
        file: crm,
        path: [...path, 'write'],
        what: `${word} is filled in by people and cannot be written: ${field.write}`,
        why: 'what a person says about an account is theirs',
        fix: 'Remove write, or say:   write: never',
      });
    });
  }),

  rule('picklists_hold_all_values', ['mappings', 'segments', 'scorecard'], (parts, tell) => {
    eachField(parts, ({ crm, object, word, field, path }) => {
      const known = recordWord(object, word);
      if (known === undefined || known.who === 'human' || known.options.length === 0) return;
      const wanted = valuesOf(word, parts) ?? (known.fact === null ? known.options.map((option) => option.value) : []);
      const held = field.options ?? known.options.map((option) => option.value);
      const lacking = wanted.filter((value) => !held.includes(value));
      if (lacking.length === 0) return;
      tell({
        file: crm,
        path: field.options === undefined ? path : [...path, 'options'],
        what: `the options of ${word} lack ${lacking.join(', ')}`,
        why: 'the CRM would refuse those values',
        fix: `Name all of them:   ${word}: {field: ${field.field}, options: [${wanted.join(', ')}]}`,
      });
    });
  }),

  rule('tasks_have_what_they_need', ['mappings'], ({ mappings }, tell) => {
    for (const [crm, mapping] of Object.entries(mappings)) {
      const { task } = mapping;
      if (task === undefined) continue;
      for (const word of Object.keys(task.fields)) {
        if (taskWords.includes(word)) continue;
        const near = nearest(word, taskWords);
        tell({
          file: crm,
          path: ['task', 'fields', word],
          at: 'key',
          what: `${word} is no word that tasks have`,
          why: `the words are ${taskWords.join(', ')}`,
          fix: near === null ? 'Remove it.' : `Did you mean ${near}?`,
        });
      }
      const lacking = neededTaskWords.filter((word) => task.fields[word] === undefined);
      if (lacking.length > 0) {
        tell({
          file: crm,
          path: ['task', 'fields'],
          at: 'key',
          what: `tasks have no field for ${lacking.join(', ')}`,
          why: 'a person could not see what to do by when',
          fix: `Add:   ${lacking[0]}: <their field>`,
        });
      }
      if (task.mode === 'exactly_once' && task.fields['key'] === undefined) {
        tell({
          file: crm,
          path: ['task', 'mode'],
          what: 'exactly_once needs a field for key',
          why: 'without a unique key in the CRM a task may be made twice after a lost answer',
          fix: 'Add the field under task.fields, or accept it:   mode: at_least_once',
        });
      }
    }
  }),

  rule('record_ids_have_a_numbering', ['mappings', 'sources'], ({ mappings, sources }, tell) => {
    for (const [crm, mapping] of Object.entries(mappings)) {
      const kind = mapping.id_kind ?? crm;
      const rosters = Object.values(sources.sources).filter((source) => source.holds === 'roster');
      if (rosters.some((source) => kind in source.ids)) continue;
      tell({
        file: crm,
        path: ['id_kind'],
        at: 'key',
        what: `no roster says which record of ${crm} an account is (numbering ${kind})`,
        why: 'nothing could be written: records are updated by their id and never searched for',
        fix: `Add a roster of kind ${crm} to config/sources.yaml with   ids: {${kind}: record_id, …}`,
      });
    }
  }),

  rule('budgets_are_for_crms', ['kenko', 'mappings'], ({ kenko, mappings }, tell) => {
    const known = Object.keys(mappings);
    for (const crm of Object.keys(kenko.budgets)) {
      const near = nearest(crm, known);
      if (known.includes(crm) || near === null) continue;
      tell({
        file: 'kenko',
        path: ['budgets', crm],
        at: 'key',
        what: `there is no CRM called ${crm}`,
        why: `mapped are ${known.join(', ')}`,
        fix: `Did you mean ${near}?`,
      });
    }
  }),
];
