// What an org lacks for our work, and the making of it over the Metadata API. It only ever adds: existing fields keep
// their definition, picklists keep their values, and the permission set keeps what others put into it. The nightly user
// needs none of these rights; setup is run once, by somebody who has them.

import type { ObjectDescription } from '../../clients/salesforce/connect.ts';
import { asRow } from '../../clients/salesforce/connect.ts';
import type { Problem } from '../../domain/nouns.ts';
import { chunks } from '../../lib/batches.ts';
import { KenkoError, rethrowCrash } from '../../lib/errors.ts';
import type { Needs, Piece } from '../crm.ts';
import {
  type Component,
  customField,
  fieldName,
  healthLight,
  isCustom,
  lightField,
  lightPermission,
  type NeededField,
  neededFields,
  permissionSet,
  permissionSetName,
  picklistValue,
} from './components.ts';
import { packageFiles } from './deploy-files.ts';
import { grant } from './grants.ts';
import { type Hand, problemOfError } from './hand.ts';
import { listViews } from './list-views.ts';
import { listOf, plain, problemIn, rights, said } from './metadata-answers.ts';
import { reportFolder, reports } from './reports.ts';
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
  const light = healthLight(needs.mapping);
  const lights = light === null || described.get('Account')?.fields.has(lightField) === true ? [] : lightPieces(light);
  pieces.push(...lights.filter(({ kind }) => kind === 'field'));
  if (hidden) pieces.push(permissionPiece(fields));
  pieces.push(...lights.filter(({ kind }) => kind === 'permission'));
  pieces.push(...(await missingLists(hand, needs, light !== null, signal)));
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

/** The traffic light stands after the band it is made of, and before the list views that show it. */
function lightPieces(light: Component): Piece[] {
  const permission = lightPermission(light);
  return [
    {
      kind: 'field',
      name: light.fullName,
      says: 'Field "Health Light" (formula) on Account: the band as a red, yellow or green light in list views.',
      spec: { ...light },
    },
    {
      kind: 'permission',
      name: permission.fullName,
      says: 'Permission set "Kenko Light": sees the traffic light. Give it to the people who work with the list views.',
      spec: { ...permission },
    },
  ];
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
      says: `List view "${view.body['label']}" on ${view.fullName.split('.')[0]}, for everybody.`,
      spec: { ...view },
    }));
}
/** Reports, dashboards and the report type as one deployment; where some of ours are there, only those that are not. */
async function missingReports(hand: Hand, needs: Needs, signal: AbortSignal): Promise<Piece[]> {
  const components = reports(needs.mapping);
  if (components.length === 0) return [];
  const known = new Set<string>();
  for (const type of ['Report', 'Dashboard'] as const) {
    const names = components.filter((one) => one.type === type).map(({ fullName }) => fullName);
    const found = await knownReports(hand, type, names, signal);
    if (found === null) return [];
    for (const name of found) known.add(`${type} ${name}`);
  }
  // What is there is not deployed again: that would undo what people made of it, the folder's sharing included.
  const lacking =
    known.size === 0
      ? components
      : components.filter(
          ({ type, fullName }) => (type === 'Report' || type === 'Dashboard') && !known.has(`${type} ${fullName}`),
        );
  if (lacking.length === 0) return [];
  const count = (type: Component['type']) => lacking.filter((one) => one.type === type).length;
  const base = known.size === 0 ? ' and a report type, in a folder "Kenko" that everybody may read' : '';
  return [
    {
      kind: 'other',
      name: 'Reports and dashboards',
      says: `${count('Report')} reports, ${count('Dashboard')} dashboards${base}.`,
      spec: { components: lacking },
    },
  ];
}
/** Full names of those that are there; null where the org lets us look no way. */
async function knownReports(
  hand: Hand,
  type: 'Report' | 'Dashboard',
  names: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  if (names.length === 0) return [];
  return await firstAnswer([
    async () => {
      const list = names.map((name) => `'${name.split('/')[1]}'`).join(',');
      const soql = `SELECT DeveloperName FROM ${type} WHERE DeveloperName IN (${list})`;
      const rows = await hand.client.rows(soql, { name: 'reports', signal });
      return rows.map((row) => `${reportFolder}/${String(row['DeveloperName'])}`);
    },
    async () => {
      const found: string[] = [];
      for (const part of chunks(names, 10))
        found.push(...(await hand.client.readMetadata(type, part)).map((one) => String(one['fullName'])));
      return found;
    },
  ]);
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
      const objects = [...new Set(names.map((name) => `'${name.split('.')[0]}'`))].join(',');
      const soql = `SELECT DeveloperName, SobjectType FROM ListView WHERE SobjectType IN (${objects})`;
      const rows = await hand.client.rows(soql, { name: 'list-views', signal });
      return rows.map((row) => `${String(row['SobjectType'])}.${String(row['DeveloperName'])}`);
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
        return await create(hand, piece.spec as unknown as Component);
      case 'list':
        return await createList(hand, piece.spec as unknown as Component);
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
async function create(hand: Hand, component: Component): Promise<Problem | null> {
  const item = { fullName: component.fullName, ...component.body };
  const [result] = await hand.client.changeMetadata('create', component.type, [item]);
  return result?.code === 'DUPLICATE_DEVELOPER_NAME' ? null : problemIn(result, component.fullName);
}

/** A list view with the traffic light; without it where the org has none after all. */
async function createList(hand: Hand, view: Component): Promise<Problem | null> {
  const problem = await create(hand, view);
  const columns = listOfTexts(view.body['columns']);
  if (problem === null || !columns.includes(lightField)) return problem;
  const plainView = { ...view, body: { ...view.body, columns: columns.filter((column) => column !== lightField) } };
  return (await create(hand, plainView)) === null ? null : problem;
}
const listOfTexts = (value: unknown) => (Array.isArray(value) ? value.map(String) : []);

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
