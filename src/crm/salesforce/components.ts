// What our work needs in an org, as Salesforce's own metadata: fields and the permission set; list views, reports and
// translations have files of their own. Pure descriptions; setup.ts makes them over the API, deploy-files.ts prints them as
// files. Both must say the same.

import type { CrmMapping, FieldMapping, FieldType } from '../../domain/decisions.ts';
import type { CrmObject } from '../../domain/nouns.ts';
import { recordWord } from '../../domain/record-words.ts';
import type { Needs } from '../crm.ts';

/** A metadata component: its type, its full name, and its properties in the order in which they are written. */
export interface Component {
  readonly type:
    | 'CustomField'
    | 'PermissionSet'
    | 'ListView'
    | 'ReportType'
    | 'ReportFolder'
    | 'Report'
    | 'DashboardFolder'
    | 'Dashboard'
    | 'CustomObjectTranslation';
  readonly fullName: string;
  readonly body: Readonly<Record<string, unknown>>;
}
/** A field our work needs, on the object that describes it. */
export interface NeededField {
  readonly kind: CrmObject;
  /** `Account`, `Task`: where describe and permissions know it. */
  readonly object: string;
  readonly field: FieldMapping;
  /** False where people fill it and we only read. */
  readonly written: boolean;
}

export const permissionSetName = 'Kenko_Sync';

/** All mapped fields; those of tasks with the types of our vocabulary. */
export function neededFields(needs: Needs): NeededField[] {
  const { mapping } = needs;
  const fields = Object.entries(mapping.objects).flatMap(([kind, object]) =>
    object.fields.map(
      (field): NeededField => ({
        kind: kind as CrmObject,
        object: object.object,
        field,
        written: field.write !== 'never',
      }),
    ),
  );
  return needs.tasks ? [...fields, ...taskFields(mapping)] : fields;
}

/** A custom field can be made; a standard one is there or is not. */
export function isCustom(field: string): boolean {
  return field.endsWith('__c');
}
/** Fields of tasks live on Activity, which Task and Event share; permissions and describe name Task. */
export function fieldName(needed: NeededField): string {
  return `${needed.kind === 'task' ? 'Activity' : needed.object}.${needed.field.field}`;
}

const standardTask: Readonly<Record<string, { readonly type: FieldType; readonly length: number }>> = {
  subject: { type: 'text', length: 255 },
  body: { type: 'long_text', length: 32_000 },
  due_on: { type: 'date', length: 0 },
  priority: { type: 'picklist', length: 0 },
};
function taskFields(mapping: CrmMapping): NeededField[] {
  return Object.entries(mapping.task?.fields ?? {}).map(([word, field]): NeededField => {
    const known = recordWord('task', word);
    const standard = standardTask[word];
    return {
      kind: 'task',
      object: 'Task',
      written: known?.who !== 'human',
      field: {
        word,
        field,
        type: known?.type ?? standard?.type ?? 'text',
        write: known?.who === 'human' ? 'never' : 'once',
        digits: known?.digits ?? 0,
        length: known?.length ?? standard?.length ?? 255,
        options: known?.options.map((option) => option.value) ?? [],
        label: known?.label ?? { en: word, ja: word },
        help: known?.help ?? { en: '', ja: '' },
      },
    };
  });
}

/** A custom field that fits what we write. */
export function customField(needed: NeededField): Component {
  const { field } = needed;
  const help = [field.help.en, field.help.ja].filter(Boolean).join(' / ');
  return {
    type: 'CustomField',
    fullName: fieldName(needed),
    body: {
      label: field.label.en.slice(0, 40) || field.word,
      description: needed.written ? 'Written by Kenko.' : 'Filled by people, read by Kenko.',
      ...(help === '' ? {} : { inlineHelpText: help.slice(0, 510) }),
      ...shapeOf(needed),
    },
  };
}
function shapeOf({ kind, field }: NeededField): Record<string, unknown> {
  const known = recordWord(kind, field.word);
  switch (field.type) {
    case 'text': {
      const unique = known?.unique === true ? { externalId: true, unique: true, caseSensitive: false } : {};
      return { type: 'Text', length: Math.min(255, Math.max(1, field.length || 255)), required: false, ...unique };
    }
    case 'long_text':
      return { type: 'LongTextArea', length: Math.max(256, field.length), visibleLines: 4 };
    case 'number':
    case 'percent':
    case 'currency': {
      const type = { number: 'Number', percent: 'Percent', currency: 'Currency' }[field.type];
      const precision = Math.min(18, Math.max(known?.precision ?? 18, field.digits + 1));
      return { type, precision, scale: field.digits, required: false };
    }
    case 'checkbox':
      return { type: 'Checkbox', defaultValue: false };
    case 'date':
      return { type: 'Date', required: false };
    case 'datetime':
      return { type: 'DateTime', required: false };
    case 'picklist':
      return { type: 'Picklist', required: false, valueSet: valueSet(kind, field, field.options) };
    case 'multi_picklist':
      return {
        type: 'MultiselectPicklist',
        required: false,
        visibleLines: 4,
        valueSet: valueSet(kind, field, field.options),
      };
  }
}
function valueSet(kind: CrmObject, field: FieldMapping, values: readonly string[]) {
  return {
    restricted: true,
    valueSetDefinition: { sorted: false, value: values.map((value) => picklistValue(kind, field, value)) },
  };
}
/** One option with the label of our vocabulary. */
export function picklistValue(kind: CrmObject, field: FieldMapping, value: string) {
  const option = recordWord(kind, field.word)?.options.find((candidate) => candidate.value === value);
  return { fullName: value, default: false, label: option?.label.en ?? value };
}

/** Reading and, where we write, editing of our fields; and of the objects they are on. Nothing else. */
export function permissionSet(fields: readonly NeededField[]): Component {
  const objects = [...new Set(fields.filter(({ kind }) => kind !== 'task').map(({ object }) => object))].sort();
  return {
    type: 'PermissionSet',
    fullName: permissionSetName,
    body: {
      label: 'Kenko Sync',
      description: 'Lets the integration user of Kenko read and write the fields of Kenko, and no others.',
      hasActivationRequired: false,
      fieldPermissions: fields
        .filter(({ field }) => isCustom(field.field))
        .map(({ object, field, written }) => ({
          field: `${object}.${field.field}`,
          readable: true,
          editable: written,
        })),
      objectPermissions: objects.map((object) => ({
        object,
        allowCreate: false,
        allowDelete: false,
        allowEdit: true,
        allowRead: true,
        modifyAllRecords: false,
        viewAllRecords: false,
      })),
    },
  };
}

/** The band as a traffic light, for list views and reports; null where the band is not mapped to a field of Account. */
export function healthLight(mapping: CrmMapping): Component | null {
  const account = mapping.objects.account;
  const band = account?.fields.find((field) => field.word === 'health_band');
  if (account === undefined || band === undefined || !isCustom(band.field)) return null;
  const value = band.type === 'picklist' ? `TEXT(${band.field})` : band.field;
  const lights = ['green', 'yellow', 'red'].map((name) => `"${name}", "/img/samples/light_${name}.gif"`).join(', ');
  return {
    type: 'CustomField',
    fullName: `${account.object}.${lightField}`,
    body: {
      label: 'Health Light',
      description: 'The health band as a traffic light. A formula: nobody writes it.',
      inlineHelpText: 'The health band as a traffic light. / 健康度の信号表示です。',
      externalId: false,
      formula: `IMAGE(CASE(${value}, ${lights}, "/s.gif"), ${value})`,
      formulaTreatBlanksAs: 'BlankAsBlank',
      required: false,
      type: 'Text',
      unique: false,
    },
  };
}
export const lightField = 'Health_Light__c';
export const lightPermissionName = 'Kenko_Light';

/** Who may see the light: for people, so it is no part of the set of the integration user. */
export function lightPermission(light: Component): Component {
  return {
    type: 'PermissionSet',
    fullName: lightPermissionName,
    body: {
      label: 'Kenko Light',
      description: 'Lets people see the health band as a traffic light.',
      hasActivationRequired: false,
      fieldPermissions: [{ field: light.fullName, readable: true, editable: false }],
    },
  };
}
