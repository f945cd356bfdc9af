// The same furniture as files.

import { ApiSchemas } from 'jsforce/lib/api/metadata/schema.js';
import { afterEach, describe, expect, it } from 'vitest';
import { createStage, mapping } from './stage.ts';

const stage = createStage();
afterEach(() => stage.close());

describe('the files for an admin who deploys by hand', () => {
  it('are an SFDX project with fields on Activity for tasks, one permission set, list views, reports and dashboards', async () => {
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
    const light = 'light/main/default';
    expect(files[`${light}/permissionsets/Kenko_Light.permissionset-meta.xml`]).toContain(
      '<field>Account.Health_Light__c</field>',
    );
    expect(files[`${light}/objects/Account/listViews/At_Risk.listView-meta.xml`]).toContain(
      '<columns>Health_Light__c</columns>',
    );
    expect(files[`${light}/objects/Account/fields/Health_Light__c.field-meta.xml`]).toContain(
      'IMAGE(CASE(TEXT(Health_Band__c), &quot;green&quot;, &quot;/img/samples/light_green.gif&quot;',
    );
    expect(files[`${root}/reports/Kenko/At_Risk_by_ARR.report-meta.xml`]).toContain('<value>red</value>');
    expect(files[`${root}/dashboards/Kenko/CS_Manager.dashboard-meta.xml`]).toContain(
      '<report>Kenko/Band_Distribution</report>',
    );
    expect(files[`${root}/reportTypes/Kenko_Account_Health.reportType-meta.xml`]).toContain('Health_Score__c');
  });

  it('show on dashboards only reports that are there, and in reports only fields that are mapped', async () => {
    const crm = await stage.open(() => ({}));
    const account = { object: 'Account', fields: (mapping.objects.account?.fields ?? []).slice() };
    const few = new Set(['health_score', 'health_band', 'next_action']);
    const small = {
      ...mapping,
      objects: { account: { ...account, fields: account.fields.filter(({ word }) => few.has(word)) } },
    };

    const files = crm.files({ mapping: small, tasks: false });

    const all = Object.entries(files);
    const reports = all.flatMap(([path]) => /reports\/(Kenko\/\w+)\.report-meta/.exec(path)?.[1] ?? []);
    const shown = all.flatMap(([, text]) => [...text.matchAll(/<report>([^<]+)</g)].map((match) => match[1]));
    const fields = all
      .filter(([path]) => /reports\/|listViews|reportTypes/.test(path))
      .flatMap(([, text]) => [...text.matchAll(/(\w+__c)/g)].map((match) => match[1]));
    expect(reports.length).toBeGreaterThan(2);
    expect(shown.length).toBeGreaterThan(2);
    expect(shown.filter((name) => !reports.includes(name ?? ''))).toEqual([]);
    expect([...new Set(fields)].toSorted()).toEqual([
      'Health_Band__c',
      'Health_Light__c',
      'Health_Score__c',
      'Next_Action__c',
    ]);
  });

  it('say in Japanese what every field of ours is called, in a folder of its own', async () => {
    const crm = await stage.open(() => ({}));

    const files = crm.files({ mapping, tasks: true });

    const folder = 'japanese/main/default/objectTranslations/Account-ja';
    const band = files[`${folder}/Health_Band__c.fieldTranslation-meta.xml`] ?? '';
    const fields = Object.keys(files).filter((path) => path.endsWith('.field-meta.xml') && !path.includes('Light'));
    const translated = Object.entries(files).filter(([path]) => path.endsWith('.fieldTranslation-meta.xml'));
    expect(band).toContain('<masterLabel>Red</masterLabel>');
    expect(band).toContain('<translation>危険</translation>');
    expect(files[`${folder}/Account-ja.objectTranslation-meta.xml`]).toContain('<CustomObjectTranslation');
    expect(translated).toHaveLength(fields.length);
    for (const [path, text] of translated)
      expect(/<label>(.*)<\/label>/.exec(text)?.[1]?.length, path).toBeLessThanOrEqual(40);
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
