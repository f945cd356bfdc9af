// The same furniture as files.

import { ApiSchemas } from 'jsforce/lib/api/metadata/schema.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createStage, mapping } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

describe('the files for an admin who deploys by hand', () => {
  it('are an SFDX project with fields on Activity for tasks, one permission set, and two list views', async () => {
    const crm = await stage.open(() => ({}));

    const files = crm.files({ mapping, tasks: true });

    const root = 'force-app/main/default';
    expect(JSON.parse(files['sfdx-project.json'] ?? '')).toMatchObject({ sourceApiVersion: '66.0' });
    expect(files[`${root}/objects/Activity/fields/Kenko_Key__c.field-meta.xml`]).toContain('<unique>true</unique>');
    expect(files[`${root}/objects/Account/fields/Health_Score__c.field-meta.xml`]).toContain(
      '<precision>4</precision>',
    );
    expect(files[`${root}/objects/Account/listViews/At_Risk.listView-meta.xml`]).toContain('<value>red</value>');
    expect(files[`${root}/objects/Account/listViews/Upsell.listView-meta.xml`]).toContain('Upsell_Flag__c');
    const permissions = files[`${root}/permissionsets/Kenko_Sync.permissionset-meta.xml`] ?? '';
    expect(permissions).toContain('<field>Task.Kenko_Key__c</field>');
    expect(permissions).not.toContain('Activity.');
    expect(permissions).not.toContain('<field>Task.Subject</field>');
    expect(Object.keys(files).some((path) => path.includes('/objects/Task/'))).toBe(false);
  });

  it('name only elements that a description of the format made by others knows', async () => {
    const crm = await stage.open(() => ({}));
    const knownIn = (type: string): Set<string> => {
      const schema = ApiSchemas[type as keyof typeof ApiSchemas] as { props: object; extends?: string };
      const parent = schema.extends === undefined ? [] : knownIn(schema.extends);
      return new Set([...Object.keys(schema.props), ...parent]);
    };

    const files = crm.files({ mapping, tasks: true });

    const strange = Object.values(files).flatMap((text) => {
      const type = /^<(\w+) xmlns/m.exec(text)?.[1];
      if (type === undefined) return [];
      const known = knownIn(type);
      return [...text.matchAll(/^ {4}<(\w+)>/gm)].map((match) => match[1] ?? '').filter((name) => !known.has(name));
    });
    expect(strange).toEqual([]);
  });

  it('escape what people wrote into help texts', async () => {
    const crm = await stage.open(() => ({}));
    const [first, ...rest] = mapping.objects.account?.fields ?? [];
    if (first === undefined) throw new Error('the mapping has no fields');
    const odd = { ...first, help: { en: 'a < b & "c"', ja: '' } };
    const needs = {
      mapping: { ...mapping, objects: { account: { object: 'Account', fields: [odd, ...rest] } } },
      tasks: false,
    };

    const files = crm.files(needs);

    expect(Object.values(files).join('')).toContain('a &lt; b &amp; &quot;c&quot;');
  });
});
