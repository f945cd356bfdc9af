// Furnishing an org over the Metadata API: only ever adding, keeping what others put there, and saying who may.

import { afterEach, describe, expect, it } from 'vitest';
import type { Piece } from '../../../src/crm/crm.ts';
import type { Asked, Told } from '../../clients/salesforce/wire-server.ts';
import { createStage, mapping, never } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

const needs = { mapping, tasks: true };
const soap = (method: string, result: string): Told => ({
  headers: { 'content-type': 'text/xml;charset=UTF-8' },
  body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="http://soap.sforce.com/2006/04/metadata" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><${method}Response><result>${result}</result></${method}Response></soapenv:Body></soapenv:Envelope>`,
});
const made = (method: string, name: string) =>
  soap(method, `<created>true</created><fullName>${name}</fullName><success>true</success>`);
const refused = (method: string, name: string, code: string) =>
  soap(
    method,
    `<errors><message>no</message><statusCode>${code}</statusCode></errors><fullName>${name}</fullName><success>false</success>`,
  );
const fault = (code: string): Told => ({
  status: 500,
  headers: { 'content-type': 'text/xml;charset=UTF-8' },
  body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:sf="http://soap.sforce.com/2006/04/metadata"><soapenv:Body><soapenv:Fault><faultcode>sf:${code}</faultcode><faultstring>${code}: no</faultstring></soapenv:Fault></soapenv:Body></soapenv:Envelope>`,
});
const methodOf = (asked: Asked) => /<(create|read|update|upsert)Metadata>/.exec(asked.text)?.[1] ?? '';
/** An org where describe shows nothing of ours, and SOAP is answered by the test. */
const org =
  (answer: (method: string, asked: Asked) => Told, fields: readonly unknown[] = []) =>
  (asked: Asked): Told => {
    if (asked.path.includes('/services/Soap/m/66.0')) return answer(methodOf(asked), asked);
    if (asked.path === '/services/data') return { body: [{ version: '66.0' }] };
    if (asked.path === '/services/data/v66.0/')
      return { body: { identity: 'https://x/id/00D000000000001EAA/005000000000001AAA' } };
    if (asked.path.endsWith('/describe')) return { body: { name: 'Account', fields } };
    if (asked.path.includes('PermissionSet%20WHERE'))
      return { body: { totalSize: 1, done: true, records: [{ Id: '0PS000000000001AAA' }] } };
    if (asked.path.endsWith('/PermissionSetAssignment'))
      return { status: 201, body: { id: '0Pa000000000001AAA', success: true, errors: [] } };
    return { body: { totalSize: 0, done: true, records: [] } };
  };
const pieceOf = (pieces: readonly Piece[], name: string): Piece => {
  const piece = pieces.find((candidate) => candidate.name.startsWith(name));
  if (piece === undefined) throw new Error(`no piece ${name}`);
  return piece;
};

describe('what an org lacks', () => {
  it('is told field by field before the permissions and the lists, with what each is for', async () => {
    const crm = await stage.open(org(() => ({})));

    const pieces = await crm.missing(needs, never);

    const kinds = pieces.map((piece) => piece.kind);
    expect(kinds.indexOf('permission')).toBe(kinds.lastIndexOf('field') + 1);
    expect(pieces.filter((piece) => piece.kind === 'list').map((piece) => piece.name)).toEqual([
      'Account.At_Risk',
      'Account.My_At_Risk',
      'Account.Dropped',
      'Account.Green_Low_Confidence',
      'Account.Not_Scored',
      'Account.Parked',
      'Account.My_Actions_Due',
      'Account.Upsell',
      'Contact.Champion_Gone',
    ]);
    expect(pieceOf(pieces, 'Reports').says).toContain('15 reports, 4 dashboards');
    expect(pieceOf(pieces, 'Activity.Kenko_Key__c').says).toContain('Kenko Key');
    expect(pieces.some((piece) => piece.name.includes('Task.'))).toBe(false);
    expect(pieces.some((piece) => piece.name.includes('Subject'))).toBe(false);
  });
});

describe('making a piece', () => {
  it('sends a field as our vocabulary describes it, on Activity for tasks', async () => {
    const crm = await stage.open(org((method) => made(`${method}Metadata`, 'Activity.Kenko_Key__c')));
    const pieces = await crm.missing(needs, never);

    const problem = await crm.make(pieceOf(pieces, 'Activity.Kenko_Key__c'), never);

    const sent = stage.server?.asked.find((asked) => asked.path.includes('/Soap/m/'))?.text ?? '';
    expect(problem).toBeNull();
    expect(sent).toContain(
      '<createMetadata><metadata xsi:type="CustomField"><fullName>Activity.Kenko_Key__c</fullName>',
    );
    expect(sent).toContain('<length>40</length>');
    expect(sent).toContain('<unique>true</unique>');
    expect(sent).toContain('<externalId>true</externalId>');
  });

  it('takes "already there" for done', async () => {
    const crm = await stage.open(
      org((method) => refused(`${method}Metadata`, 'Account.Health_Score__c', 'DUPLICATE_DEVELOPER_NAME')),
    );
    const pieces = await crm.missing(needs, never);

    expect(await crm.make(pieceOf(pieces, 'Account.Health_Score__c'), never)).toBeNull();
  });

  it.each([
    ['a refusal of the piece', refused('createMetadata', 'Account.Health_Score__c', 'INSUFFICIENT_ACCESS')],
    ['a refusal of the call', fault('INSUFFICIENT_ACCESS')],
  ])('without the rights says which are needed (%s)', async (_what, told) => {
    const crm = await stage.open(org(() => told));
    const pieces = await crm.missing(needs, never);

    const problem = await crm.make(pieceOf(pieces, 'Account.Health_Score__c'), never);

    expect(problem?.fix).toContain('Customize Application');
    expect(problem?.fix).toContain('kenko setup --write');
  });

  it('of permissions keeps what others granted in the same set, and takes nothing away', async () => {
    const existing = `<records xsi:type="PermissionSet"><fullName>Kenko_Sync</fullName><description>ours now</description>
      <fieldPermissions><editable>true</editable><field>Account.Secret__c</field><readable>true</readable></fieldPermissions>
      <fieldPermissions><editable>false</editable><field>Account.Health_Score__c</field><readable>true</readable></fieldPermissions>
      <fieldPermissions><editable>true</editable><field>Account.CSM_Pulse__c</field><readable>true</readable></fieldPermissions>
      <hasActivationRequired>false</hasActivationRequired><label>Our own label</label>
      <userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions></records>`;
    const crm = await stage.open(
      org((method) => (method === 'read' ? soap('readMetadata', existing) : made('upsertMetadata', 'Kenko_Sync'))),
    );
    const pieces = await crm.missing(needs, never);

    const problem = await crm.make(pieceOf(pieces, 'Kenko_Sync'), never);

    const sent = stage.server?.asked.find((asked) => asked.text.includes('<upsertMetadata>'))?.text ?? '';
    const permission = (field: string) =>
      new RegExp(`<fieldPermissions>(?:(?!</fieldPermissions>).)*<field>${field}</field>.*?</fieldPermissions>`).exec(
        sent,
      )?.[0] ?? '';
    expect(problem).toBeNull();
    expect(sent).toContain('<label>Our own label</label>');
    expect(sent).toContain('<name>ApiEnabled</name>');
    expect(permission('Account.Secret__c')).toContain('<editable>true</editable>');
    expect(permission('Account.Health_Score__c')).toContain('<editable>true</editable>');
    expect(permission('Account.CSM_Pulse__c')).toContain('<editable>true</editable>');
    expect(permission('Account.Health_Override__c')).toContain('<editable>false</editable>');
    expect(sent.match(/<field>Account.Health_Score__c<\/field>/g)).toHaveLength(1);
    expect(stage.server?.asked.find((asked) => asked.path.endsWith('/PermissionSetAssignment'))?.body).toEqual({
      AssigneeId: '005000000000001AAA',
      PermissionSetId: '0PS000000000001AAA',
    });
  });

  const narrow = {
    name: 'Health_Band__c',
    type: 'picklist',
    updateable: true,
    createable: true,
    restrictedPicklist: true,
    picklistValues: [
      { value: 'green', active: true },
      { value: 'amber', active: true },
    ],
  };

  it('of an option keeps the values that the picklist has', async () => {
    const field = `<records xsi:type="CustomField"><fullName>Account.Health_Band__c</fullName><label>Band</label><type>Picklist</type>
      <valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>
      <value><fullName>green</fullName><default>false</default><label>Grün</label></value>
      <value><fullName>amber</fullName><default>true</default><label>Amber</label></value></valueSetDefinition></valueSet></records>`;
    const crm = await stage.open(
      org(
        (method) =>
          method === 'read' ? soap('readMetadata', field) : made('updateMetadata', 'Account.Health_Band__c'),
        [narrow],
      ),
    );
    const pieces = await crm.missing(needs, never);

    const problem = await crm.make(pieceOf(pieces, 'Account.Health_Band__c:'), never);

    const sent = stage.server?.asked.find((asked) => asked.text.includes('<updateMetadata>'))?.text ?? '';
    const values = [...sent.matchAll(/<value><fullName>(\w+)<\/fullName>/g)].map((match) => match[1]);
    expect(problem).toBeNull();
    expect(values).toEqual(['green', 'amber', 'yellow', 'red', 'unknown', 'not_scored']);
    expect(sent).toContain('<label>Grün</label>');
  });

  it('of an option leaves a global value set to the admin', async () => {
    const field = `<records xsi:type="CustomField"><fullName>Account.Health_Band__c</fullName><label>Band</label><type>Picklist</type>
      <valueSet><restricted>true</restricted><valueSetName>Bands</valueSetName></valueSet></records>`;
    const crm = await stage.open(org(() => soap('readMetadata', field), [narrow]));
    const pieces = await crm.missing(needs, never);

    const problem = await crm.make(pieceOf(pieces, 'Account.Health_Band__c:'), never);

    expect(problem).toMatchObject({ code: 'GLOBAL_VALUE_SET' });
    expect(stage.server?.asked.some((asked) => asked.text.includes('<updateMetadata>'))).toBe(false);
  });
});
