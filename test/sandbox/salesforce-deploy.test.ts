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

describe('a deployment', () => {
  test('by SOAP makes the fields and the permission set of the zip, whatever their order in it', async () => {
    const files = {
      'permissionsets/Kenko.permissionset': set('Account.Deployed__c'),
      'objects/Account.object': object(field('Deployed__c', number)),
      'package.xml': '<Package/>',
    };

    const result = await jsforce.metadata.deploy(zip(files), { singlePackage: true }).complete(true);

    expect(result).toMatchObject({
      status: 'Succeeded',
      success: true,
      numberComponentsDeployed: 2,
      numberComponentErrors: 0,
    });
    expect(sandbox.salesforce.half.store.field('Account', 'Deployed__c')).toMatchObject({
      kind: 'number',
      precision: 4,
    });
    expect(sandbox.salesforce.half.store.findBy('PermissionSet', 'Name', 'Kenko')).toHaveLength(1);
  });

  test('by REST is started with a multipart call and asked for by its id', async () => {
    const file = zip({ 'objects/Activity.object': object(field('Rest__c', '<type>Text</type><length>40</length>')) });

    const started = await jsforce.metadata.deployRest(file, {});
    const status = await jsforce.metadata.checkDeployStatus(String(started.id), true);

    expect(status).toMatchObject({ done: true, status: 'Succeeded' });
    expect(sandbox.salesforce.half.store.field('Task', 'Rest__c')?.length).toBe(40);
  });

  test('tells which component failed and why', async () => {
    const file = zip({ 'objects/Account.object': object(field('Broken__c', '<type>Text</type>')) });

    const result = await jsforce.metadata.deploy(file, {}).complete(true);

    expect(result).toMatchObject({ status: 'Failed', success: false, numberComponentErrors: 1 });
    expect(JSON.stringify(result.details)).toContain("Must specify 'length' for a CustomField of type Text");
  });

  test('that only checks makes nothing', async () => {
    const file = zip({ 'objects/Account.object': object(field('Checked__c', number)) });

    await jsforce.metadata.deploy(file, { checkOnly: true }).complete(true);

    expect(sandbox.salesforce.half.store.field('Account', 'Checked__c')).toBeUndefined();
  });
});
