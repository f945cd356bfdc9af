// Columns of a HubSpot source: properties by their internal names, and a few that are no properties: the record's id, the
// company or contact that it belongs to, what its stage means, its owner's address. Says which of them are not there.

import type { Property } from '../../clients/hubspot/furniture.ts';
import type { ColumnSettings, SourceSettings } from '../../domain/decisions.ts';
import type { Problem } from '../../domain/nouns.ts';

export const recordId = 'id';
/** Pseudo column → the object whose primary record it names. */
export const associated: Readonly<Record<string, string>> = {
  associated_company: 'companies',
  associated_contact: 'contacts',
  associated_deal: 'deals',
  associated_ticket: 'tickets',
};
/** Where each object keeps its stage and its pipeline; other objects have none. */
export const stageProperties: Readonly<Record<string, { readonly stage: string; readonly pipeline: string }>> = {
  deals: { stage: 'dealstage', pipeline: 'pipeline' },
  tickets: { stage: 'hs_pipeline_stage', pipeline: 'hs_pipeline' },
};
/** What a stage means: its label, whether it is an end, how likely a deal is in it (0..1). */
export const stageColumns = ['stage_label', 'stage_closed', 'stage_probability'] as const;
export const ownerColumn = 'owner_email';
export const ownerProperty = 'hubspot_owner_id';

/** Every column that the settings name, as the source names it. */
export function columnsOf(settings: SourceSettings): readonly string[] {
  const names = [
    ...Object.values(settings.columns).map((column) => column.from),
    ...Object.values(settings.ids),
    ...settings.key,
    settings.account?.column,
    settings.contact,
    settings.at,
  ];
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))];
}
/** True for a column that is no property of the object. */
export function isPseudo(object: string, name: string): boolean {
  if (name === recordId || name in associated || name === ownerColumn) return true;
  return object in stageProperties && (stageColumns as readonly string[]).includes(name);
}
/** Properties to ask HubSpot for: the named ones, and those that pseudo columns are made of. */
export function propertiesOf(object: string, names: readonly string[]): readonly string[] {
  const needed = names.filter((name) => !isPseudo(object, name));
  const stages = stageProperties[object];
  if (stages !== undefined && names.some((name) => (stageColumns as readonly string[]).includes(name)))
    needed.push(stages.stage, stages.pipeline);
  if (names.includes(ownerColumn)) needed.push(ownerProperty);
  return [...new Set(needed)];
}

/** Columns that the object does not have. */
export function missingColumns(
  settings: SourceSettings,
  object: string,
  there: ReadonlyMap<string, Property>,
): readonly Problem[] {
  return columnsOf(settings)
    .filter((name) => !isPseudo(object, name) && !there.has(name))
    .map((name) => ({
      code: 'E_DRIFT',
      severity: 'error',
      where: `source ${settings.name}, hubspot ${object}.${name}`,
      what: `${object} have no property ${name}`,
      why: 'HubSpot would leave it out without a word, and every value would look empty.',
      fix: `Use the internal name of a property (or ${[recordId, ...Object.keys(associated)].slice(0, 3).join(', ')}…) in config/sources.yaml.`,
    }));
}

/** HubSpot's types that can hold a column's type; text holds anything, and a map reads text. */
const holds: Readonly<Record<ColumnSettings['type'], readonly string[] | null>> = {
  text: null,
  number: ['number', 'string', 'enumeration'],
  boolean: ['bool', 'enumeration', 'string'],
  day: ['date', 'datetime', 'string'],
  instant: ['datetime', 'date', 'string'],
};
/** Columns whose declared type HubSpot's cannot fill. */
export function mistyped(
  settings: SourceSettings,
  object: string,
  there: ReadonlyMap<string, Property>,
): readonly Problem[] {
  return Object.values(settings.columns).flatMap((column) => {
    const property = there.get(column.from);
    const allowed = column.map === null ? holds[column.type] : null;
    if (property === undefined || allowed === null || allowed.includes(property.type)) return [];
    return [
      {
        code: 'E_DRIFT',
        severity: 'error' as const,
        where: `source ${settings.name}, hubspot ${object}.${column.from}`,
        what: `it is ${property.type} in HubSpot and declared as ${column.type}`,
        why: 'Every row would be refused.',
        fix: 'Correct the type in config/sources.yaml.',
      },
    ];
  });
}
