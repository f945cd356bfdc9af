// S3: no token is ever stored, and a key that may do more than it needs is told so before it is used.

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CanaryHome, canaryHome, filesBelow, leaks } from './canaries.ts';

let home: CanaryHome;
beforeAll(async () => {
  home = await canaryHome();
  await home.kenko('init');
});
afterAll(() => home.close());

const problemsOf = (stdout: string) =>
  (JSON.parse(stdout) as { problems: { severity: string; where: string; what: string; fix: string }[] }).problems;

const needed = [
  'crm.objects.companies.read',
  'crm.objects.companies.write',
  'crm.objects.contacts.read',
  'crm.objects.contacts.write',
  'crm.objects.owners.read',
];

describe('S3 rights', () => {
  it('S3 a key of HubSpot with more scopes than the mapping needs is warned of, by name', async () => {
    const asked = async (more: readonly string[]) => {
      home.hubspot.retell = (path, answer) =>
        path.includes('access-token-info') ? JSON.stringify({ hubId: 1, scopes: [...needed, ...more] }) : answer;
      const ended = await home.kenko('check', '--online', '--json');
      home.hubspot.retell = null;
      return problemsOf(ended.stdout).filter(({ what }) => /scope|may do more/i.test(what));
    };

    const over = await asked(['crm.schemas.companies.write', 'automation', 'settings.users.write']);
    const right = await asked([]);

    expect(over.map(({ severity }) => severity)).toContain('warning');
    for (const scope of ['crm.schemas.companies.write', 'automation', 'settings.users.write'])
      expect(JSON.stringify(over)).toContain(scope);
    expect(right.filter(({ severity }) => severity === 'warning')).toEqual([]);
  });

  it.each([
    ['PermissionsModifyAllData', 'Modify All Data'],
    ['PermissionsViewAllData', 'View All Data'],
  ])('S3 a user of Salesforce with %s is warned of', async (right, name) => {
    let asked = 0;
    home.salesforce.retell = (_path, answer) => {
      const changed = answer.replace(`"${right}":false`, `"${right}":true`);
      if (changed !== answer) asked += 1;
      return changed;
    };

    const told = problemsOf((await home.kenko('check', '--online', '--json')).stdout);
    home.salesforce.retell = null;

    expect(asked).toBeGreaterThan(0);
    expect(told.filter(({ what }) => what.includes(name.toLowerCase())).map(({ severity }) => severity)).toEqual([
      'warning',
    ]);
  });

  it('S3 asking and planning store no token, session or key, in no file', async () => {
    await home.kenko('plan', '--json');

    expect(home.salesforce.spited).toEqual([]);
    expect(leaks(home.secrets, filesBelow(home.folder))).toEqual([]);
  });
});
