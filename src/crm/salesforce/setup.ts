// What an org lacks for our work, and the making of it over the Metadata API. It only ever adds: existing fields keep
// their definition, picklists keep their values, and the permission set keeps what others put into it. The nightly user
// needs none of these rights; setup is run once, by somebody who has them.

import { adviceFor } from '../../clients/salesforce/codes.ts';
import type { MetadataResult, ObjectDescription, Row } from '../../clients/salesforce/connect.ts';
import { asRow } from '../../clients/salesforce/connect.ts';
import { problemOf } from '../../clients/salesforce/errors.ts';
import type { Problem } from '../../domain/nouns.ts';
import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import type { Needs, Piece } from '../crm.ts';
import {
  type Component,
  customField,
  fieldName,
  isCustom,
  lightField,
  type NeededField,
  neededFields,
  permissionSet,
  permissionSetName,
  picklistValue,
} from './components.ts';
import { packageFiles } from './deploy-files.ts';
import { type Hand, problemOfError } from './hand.ts';
import { listViews } from './list-views.ts';
import { reports } from './reports.ts';
import { translations } from './translations.ts';

/** The pieces that are not there, fields before the permissions that name them. Needs no metadata rights. */
export async function missingPieces(hand: Hand, needs: Needs, signal: AbortSignal): Promise<Piece[]> {
  const fields = neededFields(needs);
  const described = new Map<string, ObjectDescription>();
  for (const object of new Set(fields.map((needed) => needed.object))) {
    described.set(object, await hand.client.describe(object, signal));
  }
  const pieces: Piece[] = [];
  let hidden = false;
  for (const needed of fields) {
    const found = described.get(needed.object)?.fields.get(needed.field.field);
    if (found === undefined) {
      if (isCustom(needed.field.field)) {
        pieces.push(fieldPiece(needed));
        hidden = true;
      }
      continue;
    }
    if (needed.written && !found.updateable && !found.calculated && isCustom(needed.field.field)) hidden = true;
    if (!found.restrictedPicklist || !needed.written) continue;
    const known = new Set(found.picklistValues.filter((option) => option.active).map((option) => option.value));
    const lacking = needed.field.options.filter((option) => !known.has(option));
    if (lacking.length > 0 && isCustom(needed.field.field)) pieces.push(optionPiece(needed, lacking));
  }
  if (hidden) pieces.push(permissionPiece(fields));
  const isLit = described.get('Account')?.fields.has(lightField) === true;
  pieces.push(...(await missingLists(hand, needs, isLit, signal)));
  pieces.push(...(await missingReports(hand, needs, signal)));
  pieces.push(...(await missingTranslations(hand, fields, hidden, signal)));
  return pieces;
}

function fieldPiece(needed: NeededField): Piece {
  const component = customField(needed);
  const shape = component.body;
  const size = shape['length'] ?? (shape['precision'] === undefined ? '' : `${shape['precision']},${shape['scale']}`);
  return {
    kind: 'field',
    name: component.fullName,
    says: `Field "${shape['label']}" (${shape['type']}${size === '' ? '' : ` ${size}`}) on ${needed.object}. ${needed.field.help.en}`.trim(),
    spec: { ...component },
  };
}
function optionPiece(needed: NeededField, values: readonly string[]): Piece {
  return {
    kind: 'option',
    name: `${fieldName(needed)}: ${values.join(', ')}`,
    says: `Picklist ${needed.field.field} on ${needed.object} gets the values ${values.join(', ')}; those it has stay.`,
    spec: {
      fullName: fieldName(needed),
      values: values.map((value) => picklistValue(needed.kind, needed.field, value)),
    },
  };
}
function permissionPiece(fields: readonly NeededField[]): Piece {
  const component = permissionSet(fields);
  const count = (component.body['fieldPermissions'] as readonly unknown[]).length;
  return {
    kind: 'permission',
    name: permissionSetName,
    says: `Permission set "Kenko Sync": read and edit ${count} fields of ours, assigned to the user we sign in as.`,
    spec: { ...component },
  };
}

async function missingLists(hand: Hand, needs: Needs, isLit: boolean, signal: AbortSignal): Promise<Piece[]> {
  const views = listViews(needs.mapping, isLit);
  if (views.length === 0) return [];
  const known = await knownLists(hand, views, signal);
  return views
    .filter((view) => known !== null && !known.has(view.fullName))
    .map((view) => ({
      kind: 'list',
      name: view.fullName,
      says: `List view "${view.body['label']}" on Account, for everybody.`,
      spec: { ...view },
    }));
}
/** Reports, dashboards and the report type as one deployment, where none of our reports is there. */
async function missingReports(hand: Hand, needs: Needs, signal: AbortSignal): Promise<Piece[]> {
  const components = reports(needs.mapping);
  const ours = components.filter(({ type }) => type === 'Report');
  if (ours.length === 0) return [];
  const names = ours.map(({ fullName }) => fullName);
  const known = await firstAnswer([
    async () => {
      const list = names.map((name) => `'${name.split('/')[1]}'`).join(',');
      const soql = `SELECT DeveloperName FROM Report WHERE DeveloperName IN (${list})`;
      return (await hand.client.rows(soql, { name: 'reports', signal })).length;
    },
    async () => (await hand.client.readMetadata('Report', names.slice(0, 10))).length,
  ]);
  if (known === null || known > 0) return [];
  const boards = components.filter(({ type }) => type === 'Dashboard').length;
  return [
    {
      kind: 'other',
      name: 'Reports and dashboards',
      says: `${ours.length} reports, ${boards} dashboards and a report type, in a folder "Kenko" that everybody may read.`,
      spec: { components },
    },
  ];
}

/** Labels in Japanese, where somebody works in it. */
async function missingTranslations(
  hand: Hand,
  fields: readonly NeededField[],
  isNew: boolean,
  signal: AbortSignal,
): Promise<Piece[]> {
  const speakers = await firstAnswer([
    async () => {
      const soql = "SELECT Id FROM User WHERE LanguageLocaleKey = 'ja' AND IsActive = true LIMIT 1";
      return (await hand.client.rows(soql, { name: 'languages', signal })).length;
    },
  ]);
  const components = translations(fields);
  if (speakers === null || speakers === 0 || components.length === 0) return [];
  const names = components.map(({ fullName }) => fullName);
  const there = isNew
    ? 0
    : await firstAnswer([
        async () =>
          (await hand.client.readMetadata('CustomObjectTranslation', names)).filter((one) =>
            listOf(one['fields']).some((field) => String(field['label'] ?? '') !== ''),
          ).length,
      ]);
  if (there === null || there >= names.length) return [];
  return [
    {
      kind: 'other',
      name: 'Japanese labels',
      says: 'Labels, help texts and options of our fields in Japanese.',
      spec: { components },
    },
  ];
}

/** The first way that the org lets us go; null where it lets us go none. */
async function firstAnswer<T>(ways: readonly (() => Promise<T>)[]): Promise<T | null> {
  for (const way of ways) {
    try {
      return await way();
    } catch (error) {
      rethrowCrash(error);
      if (!(error instanceof KenkoError) || !['E_DRIFT', 'E_REJECTED'].includes(error.code)) throw error;
    }
  }
  return null;
}

/**
 * Full names of the list views that are there, asked as data and, where that is not permitted, as metadata. Null where
 * neither is: list views are a convenience, and an org that does not let us look is furnished without.
 */
async function knownLists(hand: Hand, views: readonly Component[], signal: AbortSignal): Promise<Set<string> | null> {
  const names = views.map((view) => view.fullName);
  const ways = [
    async () => {
      const soql = "SELECT DeveloperName FROM ListView WHERE SobjectType = 'Account'";
      const rows = await hand.client.rows(soql, { name: 'list-views', signal });
      return rows.map((row) => `Account.${String(row['DeveloperName'])}`);
    },
    async () => (await hand.client.readMetadata('ListView', names)).map((view) => String(view['fullName'])),
  ];
  const found = await firstAnswer(ways);
  return found === null ? null : new Set(found);
}

/** Makes one piece; null when it is there now, whoever made it. */
export async function makePiece(hand: Hand, piece: Piece, signal: AbortSignal): Promise<Problem | null> {
  try {
    signal.throwIfAborted();
    switch (piece.kind) {
      case 'field':
      case 'list':
        return await create(hand, piece.spec as unknown as Component);
      case 'option':
        return await addOptions(hand, piece);
      case 'permission':
        return await grant(hand, piece.spec as unknown as Component, signal);
      case 'other':
        return await deploy(hand, piece, signal);
      default:
        return said(piece.name, 'UNKNOWN_PIECE', `Salesforce has no ${piece.kind} to make`);
    }
  } catch (error) {
    rethrowCrash(error);
    if (signal.aborted || !(error instanceof KenkoError)) throw error;
    const problem = problemOfError(error, `salesforce ${piece.name}`);
    return error.code === 'E_DRIFT' || error.code === 'E_REJECTED' ? { ...problem, fix: rights } : problem;
  }
}
const rights =
  'Setup needs "Customize Application", "Modify Metadata Through Metadata API Functions" and "Manage Permission Sets". Run it as such a user, or write the pieces as files and deploy them:\n  kenko setup --write DIR';

async function create(hand: Hand, component: Component): Promise<Problem | null> {
  const item = { fullName: component.fullName, ...component.body };
  const [result] = await hand.client.changeMetadata('create', component.type, [item]);
  return result?.code === 'DUPLICATE_DEVELOPER_NAME' ? null : problemIn(result, component.fullName);
}

/** Several components that belong together, all or nothing. */
async function deploy(hand: Hand, piece: Piece, signal: AbortSignal): Promise<Problem | null> {
  const components = piece.spec['components'] as readonly Component[];
  const refused = await hand.client.deploy(packageFiles(components, hand.client.apiVersion), signal);
  const [first] = refused;
  if (first === undefined) return null;
  return {
    ...said(piece.name, 'DEPLOY_FAILED', `${first.fullName}: ${first.says}`),
    severity: 'warning',
    why: 'It is a convenience: scores and tasks are written without it.',
    fix: 'Look at the message; write the pieces as files, mend them and deploy them yourself:\n  kenko setup --write DIR',
  };
}

async function addOptions(hand: Hand, piece: Piece): Promise<Problem | null> {
  const name = String(piece.spec['fullName']);
  const wanted = piece.spec['values'] as readonly { readonly fullName: string }[];
  const [read] = await hand.client.readMetadata('CustomField', [name]);
  if (read === undefined) return said(name, 'NOT_FOUND', 'the field is not there');
  const field = plain(read);
  const definition = asRow(asRow(field['valueSet'])['valueSetDefinition']);
  if (Object.keys(definition).length === 0) {
    return {
      ...said(name, 'GLOBAL_VALUE_SET', 'the picklist takes its values from a global value set'),
      fix: `Add the values there (Setup > Picklist Value Sets): ${wanted.map((value) => value.fullName).join(', ')}`,
    };
  }
  const existing = listOf(definition['value']);
  const known = new Set(existing.map((value) => String(value['fullName'])));
  const value = [...existing, ...wanted.filter((option) => !known.has(option.fullName))];
  const valueSet = { ...asRow(field['valueSet']), valueSetDefinition: { ...definition, value } };
  const [result] = await hand.client.changeMetadata('update', 'CustomField', [{ ...field, valueSet }]);
  return problemIn(result, name);
}

/** Merges our permissions into the set as it is, and assigns it to the user we are. */
async function grant(hand: Hand, wanted: Component, signal: AbortSignal): Promise<Problem | null> {
  const [read] = await hand.client.readMetadata('PermissionSet', [permissionSetName]);
  const existing = read === undefined ? {} : plain(read);
  const item = {
    fullName: permissionSetName,
    ...wanted.body,
    ...existing,
    fieldPermissions: merged(existing['fieldPermissions'], wanted.body['fieldPermissions'], 'field'),
    objectPermissions: merged(existing['objectPermissions'], wanted.body['objectPermissions'], 'object'),
  };
  const [result] = await hand.client.changeMetadata('upsert', 'PermissionSet', [item]);
  const problem = problemIn(result, permissionSetName);
  return problem ?? (await assign(hand, signal));
}
/** By name; what either side grants is granted. */
function merged(existing: unknown, wanted: unknown, name: string): Row[] {
  const byName = new Map<string, Row>();
  for (const row of [...listOf(existing), ...listOf(wanted)]) {
    const before = byName.get(String(row[name]));
    const sum: Record<string, unknown> = { ...before, ...row };
    for (const [right, value] of Object.entries(row)) {
      if (right !== name) sum[right] = isTrue(value) || isTrue(before?.[right]);
    }
    byName.set(String(row[name]), sum);
  }
  return [...byName.values()];
}
async function assign(hand: Hand, signal: AbortSignal): Promise<Problem | null> {
  const soql = `SELECT Id FROM PermissionSet WHERE Name = '${permissionSetName}'`;
  const [set] = await hand.client.rows(soql, { name: 'permission-set', signal });
  if (set === undefined) return said(permissionSetName, 'NOT_FOUND', 'the permission set cannot be seen');
  const user = await hand.client.user(signal);
  const answer = await hand.client.send({
    name: 'assign',
    kind: 'write',
    method: 'POST',
    path: '/sobjects/PermissionSetAssignment',
    body: { AssigneeId: user, PermissionSetId: set['Id'] },
    signal,
  });
  if (answer.ok || answer.fault.code === 'DUPLICATE_VALUE') return null;
  return problemOf(answer.fault, `salesforce ${permissionSetName}`);
}

function problemIn(result: MetadataResult | undefined, name: string): Problem | null {
  if (result?.success === true) return null;
  const code = result?.code ?? 'GARBLED';
  return { ...said(name, code, `${code}: ${result?.says ?? 'no answer for this piece'}`), fix: adviceOf(code) };
}
function adviceOf(code: string): string {
  return /INSUFFICIENT|NO_ACCESS|PERMISSION/.test(code) ? rights : adviceFor(code).fix;
}
function said(name: string, code: string, what: string): Problem {
  return {
    code,
    severity: 'error',
    where: `salesforce ${name}`,
    what,
    why: 'Without it the connector cannot write what it is asked to.',
    fix: rights,
  };
}
/** Without the attributes of the XML (`$`), so that it can be sent back. */
function plain(value: unknown): Record<string, unknown> {
  const clean = (entry: unknown): unknown => {
    if (Array.isArray(entry)) return entry.map(clean);
    if (typeof entry !== 'object' || entry === null) return entry;
    return Object.fromEntries(
      Object.entries(entry).flatMap(([name, inner]) => (name === '$' ? [] : [[name, clean(inner)]])),
    );
  };
  return clean(value) as Record<string, unknown>;
}
function listOf(value: unknown): Row[] {
  if (value === undefined || value === null || value === '') return [];
  return (Array.isArray(value) ? value : [value]).map(asRow);
}
const isTrue = (value: unknown) => value === true || value === 'true';
