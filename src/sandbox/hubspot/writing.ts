// One record made or changed: every property checked, every association checked, then all of it or nothing. Says what
// became of it as data; the routes decide whether that refuses one input or the whole call.

import { refusal, type Refusal as StoreRefusal } from '../fields.ts';
import type { ItemError } from '../half.ts';
import type { StoredRecord } from '../records.ts';
import { invalid, type Refusal, refuse } from './answers.ts';
import { asGiven, badJson, type Given, idOf } from './call.ts';
import { defaultLink, type Kind, kinds, type LinkType, linkTypes } from './kinds.ts';
import { find, nowText, type PortalState, propertyOf } from './state.ts';
import { fitValue, type ValueProblem } from './values.ts';

/** Why one record was not written. `problems` are the bad values, so that a batch can list those of all its inputs. */
export interface Failure {
  readonly refusal: Refusal;
  readonly problems: readonly ValueProblem[];
  /** The record in the way, when one was. */
  readonly existingId: string | null;
}
export type Written =
  | { readonly ok: true; readonly record: StoredRecord; readonly sent: readonly string[]; readonly isNew: boolean }
  | { readonly ok: false; readonly failure: Failure };

function failed(why: Refusal, problems: readonly ValueProblem[] = [], existingId: string | null = null): Written {
  return { ok: false, failure: { refusal: why, problems, existingId } };
}

/**
 * The sentence that lists every bad value as JSON. An entry of a 207 also says whose portal it is and repeats itself in the
 * caller's language (documented); a whole refusal does not (recorded in 2025).
 */
export function problemsText(state: PortalState, problems: readonly ValueProblem[], isEntry = false): string {
  const listed = problems.map((problem) => ({
    isValid: false,
    message: problem.message,
    error: problem.code,
    name: problem.name,
    ...(isEntry ? { localizedErrorMessage: problem.message, portalId: state.id } : {}),
  }));
  return `Property values were not valid: ${JSON.stringify(listed)}`;
}
/** 400 listing every bad value, in the message and again in `errors`. */
export function valuesRefused(state: PortalState, problems: readonly ValueProblem[]): Refusal {
  return invalid(problemsText(state, problems), {
    errors: problems.map((problem) => ({
      message: problem.message,
      code: problem.code,
      context: { propertyName: [problem.name] },
    })),
  });
}

/** The refusal that the fault plan ordered for one item. */
export function orderedFailure(error: ItemError): Failure {
  return {
    refusal: refuse(400, error.code, error.message ?? 'refused by the fault plan'),
    problems: [],
    existingId: null,
  };
}

function isOffered(state: PortalState, kind: Kind, name: string, text: string): boolean {
  if (name === 'hubspot_owner_id') {
    const owner = state.owners.get(text);
    return owner !== undefined && (!owner.archived || state.settings.inactiveOwners === 'accepted');
  }
  return state.pipelines.offers(kind.name, name, text);
}

/** The values as they would stand, and what is wrong with the others. */
function checkValues(state: PortalState, kind: Kind, given: Given, standing: StoredRecord | null) {
  const values: Record<string, string | null> = {};
  const problems: ValueProblem[] = [];
  for (const [name, raw] of Object.entries(given)) {
    if (typeof raw === 'object' && raw !== null) throw badJson(`Cannot deserialize value of property ${name}`);
    const text = raw === null || raw === undefined ? '' : String(raw);
    const property = propertyOf(state, kind, name);
    if (property === undefined)
      problems.push({ name, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist`, value: text });
    else if (property.readOnlyValue)
      problems.push({
        name,
        code: 'READ_ONLY_VALUE',
        message: `"${name}" is a calculated property; its value cannot be set.`,
        value: text,
      });
    else {
      const stands = standing?.values[name] ?? null;
      const got = fitValue(property, text, stands === null ? null : String(stands));
      if ('problem' in got) problems.push(got.problem);
      else if (got.text !== null && property.externalOptions && !isOffered(state, kind, name, got.text))
        problems.push({
          name,
          code: 'INVALID_OPTION',
          message: `${got.text} was not one of the allowed options: []`,
          value: got.text,
        });
      else values[name] = got.text;
    }
  }
  return { values, problems };
}

/** What HubSpot fills in by itself when certain properties are set. */
function consequences(
  state: PortalState,
  kind: Kind,
  values: Readonly<Record<string, string | null>>,
): Record<string, string | null> {
  const more: Record<string, string | null> = {};
  const domain = values['domain'];
  if (kind.name === 'companies' && domain && values['website'] === undefined) more['website'] = domain;
  const email = values['email'];
  if (kind.name === 'contacts' && email) more['hs_email_domain'] = email.split('@')[1] ?? null;
  const fullName = [values['firstname'], values['lastname']].filter((part) => part).join(' ');
  if (kind.name === 'contacts' && (fullName || email)) more['hs_full_name_or_email'] = fullName || (email ?? null);
  // The day of a meeting is when it starts, unless somebody says otherwise.
  const starts = values['hs_meeting_start_time'];
  if (kind.name === 'meetings' && starts && values['hs_timestamp'] === undefined) more['hs_timestamp'] = starts;
  if (kind.name === 'tasks' && values['hs_task_status'] !== undefined) {
    const isDone = values['hs_task_status'] === 'COMPLETED';
    more['hs_task_is_completed'] = String(isDone);
    more['hs_task_completion_date'] = isDone ? nowText(state) : null;
  }
  return more;
}

/** An association that is to be made, with a target that is there. */
interface Bond {
  readonly type: LinkType;
  readonly toId: string;
}

function bondsIn(state: PortalState, kind: Kind, given: unknown): Bond[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw badJson('Cannot deserialize associations');
  return given.flatMap((entry) => {
    const one = asGiven(entry);
    const toId = idOf(asGiven(one['to'])['id']);
    const types = one['types'];
    if (toId === null || !Array.isArray(types) || types.length === 0)
      throw badJson('some of required attributes are not set [to, types]');
    return types.map((type) => ({ type: bondType(kind, asGiven(type)), toId })).map((bond) => checkTarget(state, bond));
  });
}

/** The type of association that a body names, when it leads away from the object type; throws the 400. */
export function bondType(kind: Kind, spec: Given): LinkType {
  const number = Number(spec['associationTypeId']);
  const type = linkTypes.find((one) => one.id === number);
  if (spec['associationCategory'] !== 'HUBSPOT_DEFINED' || type === undefined)
    throw invalid(
      `${String(spec['associationTypeId'])} is not a valid association type id of ${String(spec['associationCategory'])}`,
    );
  if (type.from !== kind.name) {
    const expected = kinds.find((one) => one.name === type.from)!;
    throw invalid(
      `invalid from object type ${kind.typeId} for associations to be created. expected: ${expected.typeId}`,
    );
  }
  return type;
}
function checkTarget(state: PortalState, bond: Bond): Bond {
  const target = kinds.find((one) => one.name === bond.type.to)!;
  const record = find(state, target, bond.toId);
  if (record !== null) return { ...bond, toId: record.id };
  throw invalid('One or more associations are invalid', {
    context: { INVALID_OBJECT_IDS: [bond.toId], objectId: [bond.toId], objectType: [target.typeId] },
  });
}

/** Associates two records; a logged activity moves the modified date of what it hangs on. */
export function bind(state: PortalState, type: LinkType, fromId: string, toId: string): void {
  state.links.add(type, fromId, toId);
  const near = kinds.find((one) => one.name === type.from);
  const isActivity = near?.created === 'hs_createdate' && !near.readOnly;
  if (isActivity) state.store.touch(type.to, toId);
}
/** Associates two records by the unlabelled type; false where the two object types cannot be linked. */
export function bindPlain(state: PortalState, from: string, fromId: string, to: string, toId: string): boolean {
  const type = defaultLink(from, to);
  if (type !== undefined) bind(state, type, fromId, toId);
  return type !== undefined;
}

function fromStore(state: PortalState, kind: Kind, id: string, refusals: readonly StoreRefusal[]): Written {
  const one = refusals[0] ?? refusal('rule', null);
  if (one.kind !== 'duplicate') return failed(invalid(`${one.field ?? kind.legacy}: ${one.message ?? one.kind}`));
  return failed(
    invalid(
      `Cannot set PropertyValueCoordinates{portalId=${state.id}, objectTypeId=ObjectTypeId{legacyObjectType=${kind.legacy}}, propertyName=${one.field}, value=${String(one.value)}} on ${id}. ${one.otherId} already has that value.`,
    ),
    [],
    one.otherId,
  );
}

export interface WriteOptions {
  readonly by: string;
  /** From `2026-09` on, what admins require is enforced. */
  readonly version: string;
}

/** What an admin's rules miss in a record as it would stand; null before version 2026-09, which enforces them first. */
function missing(
  state: PortalState,
  kind: Kind,
  values: Readonly<Record<string, unknown>>,
  options: WriteOptions,
  isNew: boolean,
): Refusal | null {
  if (!options.version.startsWith('20') || options.version < '2026-09') return null;
  const isEmpty = (name: string) => (values[name] ?? null) === null;
  const { requiredProperties, conditionalProperties } = state.settings;
  // The form asks for them when a record is made; later they may be emptied.
  const required = isNew ? (requiredProperties[kind.name] ?? []).filter(isEmpty) : [];
  const conditional = (conditionalProperties[kind.name] ?? [])
    .filter((rule) => values[rule.when] === rule.is && isEmpty(rule.needs))
    .map((rule) => rule.needs);
  const code = required.length > 0 ? 'MISSING_REQUIRED_PROPERTY' : 'MISSING_CONDITIONAL_REQUIRED_PROPERTY';
  const names = required.length > 0 ? required : conditional;
  if (names.length === 0) return null;
  return invalid(`Some required properties were not set: ${names.join(', ')}`, {
    errors: names.map((name) => ({
      message: `Property "${name}" is required`,
      code,
      context: { propertyName: [name] },
    })),
  });
}

/** Makes a record. The store may refuse what another record already holds. */
export function create(state: PortalState, kind: Kind, given: Given, options: WriteOptions): Written {
  const { values, problems } = checkValues(state, kind, asGiven(given['properties']), null);
  if (problems.length > 0) return failed(valuesRefused(state, problems), problems);
  const filled = { ...values, ...consequences(state, kind, values) };
  const unset = kind.required.filter((name) => (filled[name] ?? null) === null);
  if (unset.length > 0)
    return failed(
      invalid(`Error creating ${kind.legacy}. Some required properties were not set.`, {
        context: { properties: unset },
      }),
    );
  const lacking = missing(state, kind, values, options, true);
  if (lacking !== null) return failed(lacking);
  const email = values['email'] ?? null;
  const same =
    kind.name === 'contacts' && email !== null ? state.store.findBy('contacts', 'email', email)[0] : undefined;
  if (same !== undefined)
    return failed(refuse(409, 'CONFLICT', `Contact already exists. Existing ID: ${same.id}`), [], same.id);
  const bonds = bondsIn(state, kind, given['associations']);
  const source = {
    hs_object_source: 'INTEGRATION',
    hs_object_source_id: options.by.replace(/^api:/, ''),
    hs_object_source_label: 'INTEGRATION',
  };
  // The id is given before the store is asked: HubSpot names the half-made record in its refusal of a taken value.
  const id = state.store.type(kind.name)!.nextId();
  const ofContact = { hs_all_contact_vids: id, hs_lifecyclestage_lead_date: nowText(state) };
  const stamps = { ...kind.stamped, ...kind.born, ...source, ...(kind.name === 'contacts' ? ofContact : {}) };
  const whole = { ...stamps, ...filled };
  const born = state.store.insert(kind.name, whole, options.by, { asSystem: true, id });
  if (!born.ok) return fromStore(state, kind, id, born.refusals);
  for (const bond of bonds) bind(state, bond.type, id, bond.toId);
  return { ok: true, record: state.store.get(kind.name, id)!, sent: Object.keys(values), isNew: true };
}

/** Changes a record that is there; properties that are not named stay. */
export function change(
  state: PortalState,
  kind: Kind,
  record: StoredRecord,
  given: Given,
  options: WriteOptions,
): Written {
  const { values, problems } = checkValues(state, kind, asGiven(given['properties']), record);
  if (problems.length > 0) return failed(valuesRefused(state, problems), problems);
  const after = { ...record.values, ...values };
  const lacking = missing(state, kind, after, options, false);
  if (lacking !== null) return failed(lacking);
  const whole = { ...values, ...consequences(state, kind, values) };
  const kept = state.store.update(kind.name, record.id, whole, options.by, { asSystem: true });
  if (!kept.ok) return fromStore(state, kind, record.id, kept.refusals);
  return { ok: true, record: kept.record, sent: Object.keys(values), isNew: false };
}
