// sources.yaml → source settings. Where a source reads a CRM, the mapping translates: config/ speaks our words, and only
// here they become the CRM's fields.

import type { ColumnSettings, SourceSettings } from '../../domain/decisions.ts';
import type { MappingFile } from '../schema/mapping.ts';
import type { SourcesFile } from '../schema/sources.ts';
import { wordsOrName } from './words.ts';

type SourceGiven = SourcesFile['sources'][string];
/** Mappings by CRM, as read. */
export type MappingFiles = Readonly<Partial<Record<string, MappingFile>>>;

/** All sources, in the order of the file. `settings` were checked by the kind and are given beside. */
export function completeSources(
  file: SourcesFile,
  settings: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  mappings: MappingFiles,
  phoneCountry: string,
): SourceSettings[] {
  return Object.entries(file.sources).map(([name, given]) => {
    const translate = translator(given, mappings);
    return {
      name,
      kind: given.kind,
      holds: given.holds,
      settings: settings.get(name) ?? given.settings,
      key: given.key.map(translate),
      account: account(given, translate),
      contact: given.contact === null ? null : translate(given.contact),
      at: given.at === null ? null : translate(given.at),
      columns: columns(given, translate, phoneCountry),
      ids: Object.fromEntries(Object.entries(given.ids).map(([kind, column]) => [kind, translate(column)])),
      freshWithinDays: given.fresh_within_days,
      lookbackSeconds: given.lookback_seconds,
      minMatchShare: given.force ? 0 : given.min_match_share,
      rejectLimit: given.reject_limit,
      label: wordsOrName(given.label, name),
    };
  });
}

/** Our names of the fields of one CRM object → theirs; standard fields and mapped words alike. Null: no such object. */
export function fieldsOfObject(mapping: MappingFile, object: string): ReadonlyMap<string, string> | null {
  if (!isObjectName(object)) return null;
  const mapped = mapping.objects[object];
  if (mapped === undefined) return null;
  return new Map([
    ...Object.entries(mapped.fields).map(
      ([word, field]) => [word, typeof field === 'string' ? field : field.field] as const,
    ),
    ...Object.entries(mapped.reads),
  ]);
}
/** The CRM object a source reads, in our word; null where it reads no CRM. */
export function objectRead(given: SourceGiven, mappings: MappingFiles): string | null {
  return mappings[given.kind] === undefined ? null : String(given.settings['object'] ?? 'account');
}
function isObjectName(name: string): name is 'account' | 'contact' | 'opportunity' {
  return name === 'account' || name === 'contact' || name === 'opportunity';
}

/** Our name → the column. The same where the source is no CRM; names nobody mapped are told by a rule. */
function translator(given: SourceGiven, mappings: MappingFiles): (name: string) => string {
  const object = objectRead(given, mappings);
  const mapping = mappings[given.kind];
  const fields = mapping === undefined || object === null ? null : fieldsOfObject(mapping, object);
  return (name) => fields?.get(name) ?? name;
}
/** Settings of a source that reads a CRM, with the CRM's name of the object in the place of ours. */
export function inTheirWords(
  given: SourceGiven,
  settings: Readonly<Record<string, unknown>>,
  mappings: MappingFiles,
): Readonly<Record<string, unknown>> {
  const object = objectRead(given, mappings);
  if (object === null || !isObjectName(object)) return settings;
  const { only, ...others } = settings;
  const translate = translator(given, mappings);
  return {
    ...others,
    object: mappings[given.kind]?.objects[object]?.object ?? object,
    // Which records to read is said in our words too.
    ...(isGroup(only)
      ? { only: Object.fromEntries(Object.entries(only).map(([word, value]) => [translate(word), value])) }
      : {}),
  };
}
function isGroup(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
function account(given: SourceGiven, translate: (name: string) => string): SourceSettings['account'] {
  if (given.account === null) return null;
  if (typeof given.account === 'string') return { column: translate(given.account), kind: given.account };
  return { column: translate(given.account.column), kind: given.account.kind };
}
function columns(
  given: SourceGiven,
  translate: (name: string) => string,
  phoneCountry: string,
): Record<string, ColumnSettings> {
  return Object.fromEntries(
    Object.entries(given.columns).map(([name, column]) => {
      const long =
        typeof column === 'string'
          ? { type: column, from: undefined, format: null, required: false, map: null, min: null, max: null }
          : column;
      const format = long.format === 'phone' ? `phone_${phoneCountry.toLowerCase()}` : long.format;
      return [name, { ...long, format, from: translate(long.from ?? name) }];
    }),
  );
}
