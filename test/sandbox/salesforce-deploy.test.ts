import { deflateRawSync } from 'node:zlib';
import type { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { connect } from './salesforce-connect.ts';

let sandbox: Sandbox;
let jsforce: Connection;
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 2 });
  jsforce = await connect(sandbox);
  jsforce.metadata.pollInterval = 5;
});
afterAll(() => sandbox.close());

/** A zip with the first file stored and the others deflated; checksums are left out, nobody here looks at them. */
function zip(files: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  Object.entries(files).forEach(([name, content], at) => {
    const raw = Buffer.from(content);
    const data = at === 0 ? raw : deflateRawSync(raw);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(at === 0 ? 0 : 8, 8);
    local.writeUInt32LE(data.length, 18);
    local.writeUInt32LE(raw.length, 22);
    local.writeUInt16LE(Buffer.byteLength(name), 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(at === 0 ? 0 : 8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(raw.length, 24);
    entry.writeUInt16LE(Buffer.byteLength(name), 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(local, Buffer.from(name), data);
    directory.push(entry, Buffer.from(name));
    offset += local.length + Buffer.byteLength(name) + data.length;
  });
  const end = Buffer.alloc(22);
  const size = directory.reduce((sum, one) => sum + one.length, 0);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(files).length, 8);
  end.writeUInt16LE(Object.keys(files).length, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end]);
}

const object = (fields: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">${fields}</CustomObject>`;
const field = (name: string, more: string) =>
  `<fields><fullName>${name}</fullName><label>${name}</label>${more}</fields>`;
const number = '<type>Number</type><precision>4</precision><scale>1</scale>';
const set = (name: string) =>
  `<PermissionSet xmlns="http://soap.sforce.com/2006/04/metadata"><label>Kenko</label><fieldPermissions><editable>true</editable><field>${name}</field><readable>true</readable></fieldPermissions></PermissionSet>`;

/** A package.xml that names what the zip is to bring: kind → members. */
const manifest = (types: Readonly<Record<string, readonly string[]>>) =>
  `<Package xmlns="http://soap.sforce.com/2006/04/metadata">${Object.entries(types)
    .map(
      ([kind, names]) =>
        `<types>${names.map((name) => `<members>${name}</members>`).join('')}<name>${kind}</name></types>`,
    )
    .join('')}<version>66.0</version></Package>`;
const length = '<type>Text</type><length>40</length>';
const fieldOf = (object: string, name: string) => sandbox.salesforce.half.store.field(object, name);

describe('a deployment', () => {
  test('by SOAP makes the fields and the permission set of the zip, whatever their order in it', async () => {
    const files = {
      'permissionsets/Kenko.permissionset': set('Account.Deployed__c'),
      'objects/Account.object': object(field('Deployed__c', number)),
      'package.xml': manifest({ CustomField: ['Account.Deployed__c'], PermissionSet: ['Kenko'] }),
    };

    const result = await jsforce.metadata.deploy(zip(files), { singlePackage: true }).complete(true);

    expect(result).toMatchObject({
      status: 'Succeeded',
      success: true,
      numberComponentsDeployed: 2,
      numberComponentErrors: 0,
    });
    expect(fieldOf('Account', 'Deployed__c')).toMatchObject({ kind: 'number', precision: 4 });
    expect(sandbox.salesforce.half.store.findBy('PermissionSet', 'Name', 'Kenko')).toHaveLength(1);
  });

  test('by REST is started with a multipart call, pends, and is asked for by its id', async () => {
    const file = zip({
      'objects/Activity.object': object(field('Rest__c', length)),
      'package.xml': manifest({ CustomField: ['Activity.Rest__c'] }),
    });

    const started = await jsforce.metadata.deployRest(file, {});
    const first = await jsforce.metadata.checkDeployStatus(String(started.id), true);
    const second = await jsforce.metadata.checkDeployStatus(String(started.id), true);

    expect([first.status, second.status]).toEqual(['Pending', 'Succeeded']);
    expect(fieldOf('Task', 'Rest__c')?.length).toBe(40);
  });

  test('tells which component failed and why, and leaves nothing of the others', async () => {
    const file = zip({
      'objects/Account.object': object(field('Broken__c', '<type>Text</type>') + field('Whole__c', length)),
      'package.xml': manifest({ CustomField: ['Account.Broken__c', 'Account.Whole__c'] }),
    });

    const result = await jsforce.metadata.deploy(file, {}).complete(true);

    expect(result).toMatchObject({ status: 'Failed', success: false, numberComponentErrors: 1 });
    expect(JSON.stringify(result.details)).toContain("Must specify 'length' for a CustomField of type Text");
    expect(fieldOf('Account', 'Whole__c')).toBeUndefined();
  });

  test('keeps the good ones when the caller gives rollback up', async () => {
    const file = zip({
      'objects/Account.object': object(field('Broken__c', '<type>Text</type>') + field('Kept__c', length)),
      'package.xml': manifest({ CustomField: ['Account.Broken__c', 'Account.Kept__c'] }),
    });

    const result = await jsforce.metadata.deploy(file, { rollbackOnError: false }).complete(true);

    expect(result.status).toBe('SucceededPartial');
    expect(fieldOf('Account', 'Kept__c')?.length).toBe(40);
  });

  test('that only checks makes nothing', async () => {
    const file = zip({
      'objects/Account.object': object(field('Checked__c', number)),
      'package.xml': manifest({ CustomField: ['Account.Checked__c'] }),
    });

    const result = await jsforce.metadata.deploy(file, { checkOnly: true }).complete(true);

    expect(result).toMatchObject({ status: 'Succeeded', checkOnly: true });
    expect(fieldOf('Account', 'Checked__c')).toBeUndefined();
  });

  test.each([
    ['no package.xml', { 'objects/Account.object': object(field('A__c', length)) }, 'No package.xml found'],
    [
      'a component that is named but not there',
      { 'package.xml': manifest({ CustomField: ['Account.Missing__c'] }) },
      'was not found in zipped directory',
    ],
    [
      'a component that is there but not named',
      { 'permissionsets/Extra.permissionset': set('Account.Name'), 'package.xml': manifest({}) },
      'Not in package.xml',
    ],
    [
      'a permission set that speaks of a field that is not there',
      {
        'permissionsets/Stray.permissionset': set('Account.Stray__c'),
        'package.xml': manifest({ PermissionSet: ['Stray'] }),
      },
      'no CustomField named Account.Stray__c found',
    ],
    [
      'a list view with a column that is not there',
      {
        'objects/Account.object': object(
          '<listViews><fullName>All_Of</fullName><columns>Nowhere__c</columns><filterScope>Everything</filterScope><label>x</label></listViews>',
        ),
        'package.xml': manifest({ ListView: ['Account.All_Of'] }),
      },
      'Could not resolve list view column: Nowhere__c',
    ],
    [
      'a report with a field that is not there',
      {
        'reports/Folder/One.report':
          '<Report><name>One</name><columns><field>Account.Lost__c</field></columns></Report>',
        'package.xml': manifest({ Report: ['Folder/One'] }),
      },
      'no CustomField named Account.Lost__c found',
    ],
  ])('is refused for %s', async (_name, files, text) => {
    const result = await jsforce.metadata.deploy(zip(files), {}).complete(true);

    expect(result.success).toBe(false);
    expect(JSON.stringify(result.details)).toContain(text);
  });

  test('takes folders of reports, named with a slash at the end as the vendor’s tools do', async () => {
    const file = zip({
      'reports/Kenko-meta.xml': '<ReportFolder><name>Kenko</name><accessType>Public</accessType></ReportFolder>',
      'reports/Kenko/One.report': '<Report><name>One</name><columns><field>ACCOUNT.NAME</field></columns></Report>',
      'package.xml': manifest({ Report: ['Kenko/', 'Kenko/One'] }),
    });

    const result = await jsforce.metadata.deploy(file, {}).complete(true);

    const rows = await jsforce.query("SELECT Name, FolderName FROM Report WHERE DeveloperName = 'One'");

    expect(result).toMatchObject({ status: 'Succeeded', numberComponentsDeployed: 2 });
    expect(rows.records).toMatchObject([{ Name: 'One', FolderName: 'Kenko' }]);
  });

  test('brings objects of an admin’s making, and takes fields away by destructive changes', async () => {
    const more =
      '<label>Renewal</label><pluralLabel>Renewals</pluralLabel><nameField><label>No</label><type>Text</type></nameField><deploymentStatus>Deployed</deploymentStatus><sharingModel>ReadWrite</sharingModel>';
    const made = zip({
      'objects/Renewal__c.object': object(`${field('Due__c', '<type>Date</type>')}${more}`),
      'package.xml': manifest({ CustomObject: ['Renewal__c'], CustomField: ['Renewal__c.Due__c'] }),
    });
    const unmade = zip({
      'package.xml': manifest({}),
      'destructiveChanges.xml': manifest({ CustomField: ['Renewal__c.Due__c'] }),
    });

    await jsforce.metadata.deploy(made, {}).complete(true);
    const was = fieldOf('Renewal__c', 'Due__c')?.kind;
    const id = (await jsforce.sobject('Renewal__c').create({ Name: 'R1' })).id;
    await jsforce.metadata.deploy(unmade, {}).complete(true);

    expect(was).toBe('date');
    expect(id).toMatch(/^a0\w{16}$/);
    expect(fieldOf('Renewal__c', 'Due__c')).toBeUndefined();
  });

  test('without the right to change metadata is refused by REST and by SOAP', async () => {
    const file = zip({ 'package.xml': manifest({}) });
    sandbox.salesforce.half.setKnob('modifyMetadata', false);

    const refused = await Promise.allSettled([
      jsforce.metadata.deployRest(file, {}),
      jsforce.metadata.deploy(file, {}).complete(true),
    ]);
    sandbox.salesforce.half.setKnob('modifyMetadata', true);

    expect(refused.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(refused.map((one) => String((one as PromiseRejectedResult).reason))).toEqual([
      expect.stringContaining('ModifyMetadata'),
      expect.stringContaining('ModifyMetadata'),
    ]);
  });
});
