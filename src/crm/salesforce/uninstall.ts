// What setup has made in an org, as far as it is still there: what an admin would delete to be rid of us. Reads only; taking
// away is a person's to do, because reports, flows and layouts of the org may have come to lean on it.

import { soqlText } from '../../clients/salesforce/soql.ts';
import type { Needs, Piece } from '../crm.ts';
import { fieldName, isCustom, lightField, lightPermissionName, neededFields, permissionSetName } from './components.ts';
import type { Hand } from './hand.ts';
import { listViews } from './list-views.ts';
import { reportFolder, reports } from './reports.ts';

/** Reports, list views, permission set, fields: Salesforce keeps a field that something else still shows. */
export async function piecesToDelete(hand: Hand, needs: Needs, signal: AbortSignal): Promise<readonly Piece[]> {
  const fields = neededFields(needs).filter((needed) => isCustom(needed.field.field));
  const described = new Map<string, ReadonlySet<string>>();
  for (const object of new Set(fields.map((needed) => needed.object)))
    described.set(object, new Set((await hand.client.describe(object, signal)).fields.keys()));
  const isLit = described.get('Account')?.has(lightField) === true;
  const names = async (soql: string, name: string) =>
    (await hand.client.rows(soql, { name, signal })).map((row) => String(row['DeveloperName'] ?? row['Name']));
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], name: string, says: string) =>
    pieces.push({ kind, name, says, spec: { delete: kind, name } });

  const made = reports(needs.mapping).flatMap(({ type, fullName }) => (type === 'Report' ? [last(fullName)] : []));
  const known = new Set(
    made.length === 0 ? [] : await names(`SELECT DeveloperName FROM Report${among(made)}`, 'reports'),
  );
  for (const name of made.filter((one) => known.has(one)))
    add(
      'other',
      `report ${name}`,
      `a report in the folder "${reportFolder}"; with the last one the folder and its dashboards`,
    );
  const soql = "SELECT DeveloperName, SobjectType FROM ListView WHERE SobjectType IN ('Account','Contact')";
  const rows = await hand.client.rows(soql, { name: 'list-views', signal });
  const views = new Set(rows.map((row) => `${String(row['SobjectType'])}.${String(row['DeveloperName'])}`));
  for (const { fullName, body } of listViews(needs.mapping, isLit))
    if (views.has(fullName))
      add('list', fullName, `a list view on ${fullName.split('.')[0]}, "${String(body['label'])}"`);
  const ourSets = [permissionSetName, lightPermissionName].map(soqlText).join(', ');
  const sets = await names(`SELECT Name FROM PermissionSet WHERE Name IN (${ourSets})`, 'permission-sets');
  for (const name of sets.toSorted())
    add('permission', name, 'a permission set; take it from whoever has it before it can be deleted');
  if (isLit) add('field', `Account.${lightField}`, 'a formula field that shows the band as a light');
  for (const needed of fields) {
    if (described.get(needed.object)?.has(needed.field.field) !== true) continue;
    // Whether setup made a field or found it there nobody can tell from the field.
    const whose = needed.written
      ? 'its values are ours, unless it was there before us'
      : 'people fill it in, so look at it first';
    add('field', fieldName(needed), `a field; ${whose}. Deleted fields can be restored for 15 days`);
  }
  return pieces;
}

function last(fullName: string): string {
  return fullName.split(/[./]/).at(-1) ?? fullName;
}
function among(names: readonly string[]): string {
  return ` WHERE DeveloperName IN (${names.map(soqlText).join(', ')})`;
}
