// A permission set in an org: what others put into it stays, what we need is added, and the user we sign in as has it.

import type { Row } from '../../clients/salesforce/connect.ts';
import { problemOf } from '../../clients/salesforce/errors.ts';
import type { Problem } from '../../domain/nouns.ts';
import type { Component } from './components.ts';
import type { Hand } from './hand.ts';
import { isTrue, listOf, plain, problemIn, said } from './metadata-answers.ts';

/** Merges our permissions into the set as it is, and assigns it to the user we are. */
export async function grant(hand: Hand, wanted: Component, signal: AbortSignal): Promise<Problem | null> {
  const name = wanted.fullName;
  const [read] = await hand.client.readMetadata('PermissionSet', [name]);
  const existing = read === undefined ? {} : plain(read);
  const item = {
    fullName: name,
    ...wanted.body,
    ...existing,
    fieldPermissions: merged(existing['fieldPermissions'], wanted.body['fieldPermissions'], 'field'),
    objectPermissions: merged(existing['objectPermissions'], wanted.body['objectPermissions'], 'object'),
  };
  const [result] = await hand.client.changeMetadata('upsert', 'PermissionSet', [item]);
  const problem = problemIn(result, name);
  return problem ?? (await assign(hand, name, signal));
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
async function assign(hand: Hand, name: string, signal: AbortSignal): Promise<Problem | null> {
  const soql = `SELECT Id FROM PermissionSet WHERE Name = '${name}'`;
  const [set] = await hand.client.rows(soql, { name: 'permission-set', signal });
  if (set === undefined) return said(name, 'NOT_FOUND', 'the permission set cannot be seen');
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
  return problemOf(answer.fault, `salesforce ${name}`);
}
