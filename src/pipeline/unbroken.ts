// What of a mapping can still be worked with when a CRM lacks something: a field that is gone stops that field, people's and deals'
// records that may not be touched stop those, and only what concerns accounts stops the CRM.

import type { CrmMapping } from '../domain/decisions.ts';
import type { Problem } from '../domain/nouns.ts';

const kinds = ['account', 'contact', 'opportunity'] as const;

/** The mapping without what these errors name; null where accounts cannot be written at all. */
export function withoutBroken(mapping: CrmMapping, errors: readonly Problem[]): CrmMapping | null {
  if (errors.length === 0) return mapping;
  const taskFields = Object.values(mapping.task?.fields ?? {});
  const isAboutTasks = ({ where }: Problem) => /task/i.test(where);
  // An error that names no object of ours may be about any of them.
  const isAbout = (kind: (typeof kinds)[number], { where }: Problem): boolean => {
    const named = kinds.filter((one) => names(where, mapping.objects[one]?.object ?? ''));
    return named.length === 0 || named.includes(kind);
  };
  const isOfField = (error: Problem): boolean =>
    taskFields.some((field) => names(error.where, field)) ||
    kinds.some((kind) => mapping.objects[kind]?.fields.some(({ field }) => names(error.where, field)) === true);
  const whole = errors.filter((error) => !isOfField(error));
  const objects: { -readonly [K in keyof CrmMapping['objects']]: CrmMapping['objects'][K] } = {};
  for (const kind of kinds) {
    const object = mapping.objects[kind];
    if (object === undefined) continue;
    const mine = errors.filter((error) => isAbout(kind, error));
    if (whole.some((error) => mine.includes(error) && !isAboutTasks(error))) {
      if (kind === 'account') return null;
      continue;
    }
    const stands = ({ field }: { readonly field: string }) => !mine.some((error) => names(error.where, field));
    objects[kind] = { ...object, fields: object.fields.filter(stands) };
  }
  const isTaskBroken =
    errors.some((error) => taskFields.some((field) => names(error.where, field)) && !isOfOtherObject(error)) ||
    whole.some(isAboutTasks);
  return { ...mapping, objects, task: isTaskBroken ? null : mapping.task };

  /** A field of an account may be called like one of tasks. */
  function isOfOtherObject(error: Problem): boolean {
    return !isAboutTasks(error) && kinds.some((kind) => names(error.where, mapping.objects[kind]?.object ?? ''));
  }
}

/** Whether a name stands in a text as a word of its own. */
function names(text: string, name: string): boolean {
  const escaped = name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return name !== '' && new RegExp(`(^|[^A-Za-z0-9_])${escaped}($|[^A-Za-z0-9_])`).test(text);
}
