// Rules about the border between config/ and mappings/: config decides in our words, mappings translate. Looked for in
// the files as written, so that no setting of any kind slips through.

import type { Path } from '../problem.ts';
import type { YamlFile } from '../read.ts';
import type { Finding, Parts } from './rule.ts';

/** Names that only a CRM uses: custom fields of Salesforce, prefixed properties of HubSpot, camel-cased standard fields. */
const theirs = /^([A-Za-z][A-Za-z0-9_]*__[cr]|kenko_[a-z0-9_]+|hs_[a-z0-9_]+|hubspot_owner_id)$/;

/** Every CRM field that a file of config/ names. `fields` are those of the mappings. */
export function crmFieldsIn(part: string, file: YamlFile, fields: ReadonlySet<string>): Finding[] {
  const found: Finding[] = [];
  const look = (text: string, path: Path, at: 'key' | 'value') => {
    if (!theirs.test(text) && !fields.has(text)) return;
    found.push({
      file: part,
      path,
      at,
      what: `${text} is a field of a CRM`,
      why: 'config/ decides in our words, so that it holds for every CRM; mappings/ translates',
      fix: 'Use our word here, and name the field in mappings/.',
    });
  };
  const walk = (data: unknown, path: Path) => {
    if (typeof data === 'string') look(data, path, 'value');
    else if (Array.isArray(data)) {
      data.forEach((item, index) => {
        walk(item, [...path, index]);
      });
    } else if (typeof data === 'object' && data !== null) {
      for (const [key, value] of Object.entries(data)) {
        look(key, [...path, key], 'key');
        walk(value, [...path, key]);
      }
    }
  };
  walk(file.data, []);
  return found;
}

/** Fields of all mappings that cannot be mistaken for a word of ours: they hold a capital letter or two underscores. */
export function fieldsNamed(mappings: Parts['mappings']): ReadonlySet<string> {
  const names = Object.values(mappings).flatMap((mapping) =>
    [mapping.objects.account, mapping.objects.contact, mapping.objects.opportunity].flatMap((object) => [
      ...Object.values(object?.reads ?? {}),
      ...Object.values(object?.fields ?? {}).map((field) => (typeof field === 'string' ? field : field.field)),
    ]),
  );
  return new Set(names.filter((name) => /[A-Z].*[A-Z]|__/.test(name)));
}
