// What may stand in the way of a write besides the record itself: permissions on the object and the record, locks and
// triggers that a test has planted, and an admin's duplicate rule.

import type { ItemError } from '../half.ts';
import { error, type SfError, usualText } from './answers.ts';
import { type Org, objectAccess } from './state.ts';

/** An error that a test asks for by its code, in its own words or in the usual ones. */
export function worded(wanted: ItemError): SfError {
  return error(wanted.code, wanted.message ?? usualText(wanted.code), wanted.fields ?? []);
}
const noAccess = () => error('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', []);

/** Objects that a system permission is needed for besides access: to make a task, to give a permission set. */
const needs: Readonly<Record<string, string>> = { Task: 'EditTask', PermissionSetAssignment: 'AssignPermissionSets' };

/** Why the running user may not make a record of this object; null when they may. */
export function barredInsert(org: Org, type: string): SfError | null {
  const wanted = org.settings.insertErrors[type];
  if (wanted !== undefined) return worded(wanted);
  return mayEdit(org, type) ? null : noAccess();
}

/** Why this record cannot be changed or deleted now; null when it can. */
export function barredChange(org: Org, type: string, id: string): SfError | null {
  if (org.settings.recordAccess[id] === 'none')
    return error('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
  const wanted = org.settings.recordErrors[id];
  if (wanted !== undefined) return worded(wanted);
  return mayEdit(org, type) && org.settings.recordAccess[id] !== 'read' ? null : noAccess();
}

function mayEdit(org: Org, type: string): boolean {
  const need = needs[type];
  return objectAccess(org, type) === 'edit' && (need === undefined || !org.settings.lacks.includes(need));
}

/** The refusal by a duplicate rule, with the record that it takes for the same. */
export function duplicatesDetected(org: Org, type: string): SfError {
  const [same] = org.store.all(type);
  return {
    ...error('DUPLICATES_DETECTED', usualText('DUPLICATES_DETECTED')),
    more: {
      duplicateResult: {
        allowSave: true,
        duplicateRule: `${type}s_DR`,
        duplicateRuleEntityType: type,
        errorMessage: usualText('DUPLICATES_DETECTED'),
        matchResults: [
          {
            entityType: type,
            errors: [],
            matchEngine: 'FuzzyMatchEngine',
            matchRecords: [
              {
                additionalInformation: [],
                fieldDiffs: [],
                matchConfidence: 100,
                record: { attributes: { type }, Id: same?.id ?? null },
              },
            ],
            rule: `Standard_${type}_Match_Rule`,
            size: 1,
            success: true,
          },
        ],
      },
    },
  };
}
