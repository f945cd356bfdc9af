// Rules about what is said of single people: its rows name people, its columns exist, and what the mappings want to write is
// defined.

import { nearest, type Path } from '../problem.ts';
import { checkCondition, type Facts, rowFacts } from './facts.ts';
import { type Parts, type Rule, rule, type Tell } from './rule.ts';

const file = 'contacts';

/** Word of a contact → what contacts.yaml must say for it. */
const needs: Readonly<Record<string, 'use' | 'nps' | 'value_enhancement' | 'score'>> = {
  last_active_date: 'use',
  active_days_28d: 'use',
  champion_inactive: 'use',
  nps_score: 'nps',
  nps_answer_date: 'nps',
  value_enhancement_score: 'value_enhancement',
  contact_health_score: 'score',
};
const partNeeds = {
  active_days_28d: 'use',
  days_inactive: 'use',
  nps_score: 'nps',
  value_enhancement_score: 'value_enhancement',
} as const;
const parts = Object.keys(partNeeds) as (keyof typeof partNeeds)[];

export const contactRules: readonly Rule[] = [
  rule('people_are_named_by_rows', ['contacts', 'sources'], ({ contacts, sources }, tell) => {
    for (const key of ['use', 'nps', 'value_enhancement'] as const) {
      const asked = contacts[key];
      if (asked === undefined) continue;
      const source = sources.sources[asked.source];
      if (source === undefined) {
        const near = nearest(asked.source, Object.keys(sources.sources));
        tell({
          file,
          path: [key, 'source'],
          what: `there is no source ${asked.source}`,
          why: 'nothing could be said of anybody',
          fix: near === null ? 'Use the name of a source in config/sources.yaml.' : `Did you mean ${near}?`,
        });
        continue;
      }
      if (source.contact === null)
        tell({
          file,
          path: [key, 'source'],
          what: `the rows of ${asked.source} name no person`,
          why: 'it would be said of nobody',
          fix: `Name the column with the person in config/sources.yaml:   contact: user_id`,
        });
      const facts = rowFacts({ sources }, asked.source);
      checkCondition(asked.where, { file, path: [key, 'where'] }, facts, tell, asked.source);
      const columns: readonly (readonly [string | undefined, string, 'number' | 'day'])[] =
        'field' in asked
          ? [
              [asked.field, 'field', 'number'],
              [asked.answered_on, 'answered_on', 'day'],
            ]
          : [[asked.amount, 'amount', 'number']];
      for (const [column, setting, type] of columns)
        if (column !== undefined)
          checkColumn({ column, type, source: asked.source, path: [key, setting] }, facts, tell);
    }
  }),

  rule('people_have_what_their_score_is_made_of', ['contacts'], ({ contacts }, tell) => {
    for (const part of parts) {
      const given = contacts.score[part];
      if (given === undefined) continue;
      if (contacts[partNeeds[part]] === undefined)
        tell({
          file,
          path: ['score', part],
          at: 'key',
          what: `the score counts ${part}, and nothing says where it comes from`,
          why: 'it would never be known',
          fix: `Add ${partNeeds[part]}: to this file, or take ${part} out of the score.`,
        });
      const { kind } = given.normalise;
      if (kind === 'percentile' || kind === 'robust_z')
        tell({
          file,
          path: ['score', part, 'normalise', 'kind'],
          what: `${kind} compares accounts, and people are no accounts`,
          why: 'there is nobody to compare a person with',
          fix: 'Use linear, tiers, piecewise or band.',
        });
    }
  }),

  rule('mapped_people_are_measured', ['contacts', 'mappings'], ({ contacts, mappings }, tell) => {
    for (const [crm, mapping] of Object.entries(mappings)) {
      for (const [word, given] of Object.entries(mapping.objects.contact?.fields ?? {})) {
        if (typeof given !== 'string' && given.write === 'never') continue;
        const need = needs[word];
        if (need === undefined || isSaid(contacts, need)) continue;
        tell({
          file: crm,
          path: ['objects', 'contact', 'fields', word],
          at: 'key',
          what: `${word} is mapped, and config/contacts.yaml does not say what it is made of`,
          why: 'the field would stay empty',
          fix: `Add ${need}: to config/contacts.yaml, or take the field out of the mapping.`,
        });
      }
    }
  }),
];

function isSaid(contacts: Parts['contacts'], need: (typeof needs)[string]): boolean {
  return need === 'score' ? parts.some((part) => contacts.score[part] !== undefined) : contacts[need] !== undefined;
}

function checkColumn(
  asked: { readonly column: string; readonly type: 'number' | 'day'; readonly source: string; readonly path: Path },
  facts: Facts,
  tell: Tell,
): void {
  const { column, type, source, path } = asked;
  const fact = facts.get(column);
  const near = fact === undefined ? nearest(column, facts.keys()) : null;
  if (fact === undefined)
    tell({
      file,
      path,
      what: `the source ${source} has no column ${column}`,
      why: 'nothing could be read from it',
      fix: near === null ? `Declare it there:   ${column}: ${type}` : `Did you mean ${near}?`,
    });
  else if (fact.type !== type && fact.type !== 'any')
    tell({
      file,
      path,
      what: `${column} is ${fact.type}; a ${type} is needed`,
      why: 'nothing could be made of it',
      fix: `Name a column of type ${type}.`,
    });
}
