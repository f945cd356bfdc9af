// The vendor's CLI against the pretend org, step by step, as an admin would: sign in, deploy what `kenko setup --write` made,
// by SOAP and by REST, look at it, load rows of which half are bad, and read back what `kenko run` wrote.

import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { environmentOf, seedFolder } from '../../../../src/cli/sandbox.ts';
import { pretendClient } from '../../../../src/sandbox/salesforce/oauth.ts';
import type { OrgHalf } from '../../../../src/sandbox/salesforce/org.ts';
import type { Sandbox } from '../../../../src/sandbox/server.ts';
import { cliEnvironment, type Ended, start } from './shell.ts';

export interface Scene {
  /** An org to deploy to by SOAP, and one to deploy to by REST. */
  readonly sandbox: Sandbox;
  readonly other: Sandbox;
  readonly folder: string;
  readonly script: string;
}
export interface Step {
  readonly name: string;
  /** All later steps stand on this one. */
  readonly isGround?: boolean;
  /** Returns figures worth printing. */
  readonly run: (scene: Scene) => Promise<string | undefined>;
}

const kenkoScript = resolve(import.meta.dirname, '../../../../src/kenko.js');
const bad = 5_000;
const rows = 10_000;

function sf(scene: Scene, args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const cwd = join(scene.folder, 'deploy/salesforce');
  return start(scene.script, [...args, '--json'], { cwd, env: cliEnvironment(scene.folder, more) });
}
function kenko(scene: Scene, ...args: string[]): Promise<Ended> {
  const env = { ...process.env, ...environmentOf(scene.sandbox), NO_COLOR: '1' };
  const home = join(scene.folder, 'home');
  return start(kenkoScript, [...args, '--home', home], { cwd: scene.folder, env });
}
const halfOf = (sandbox: Sandbox) => sandbox.salesforce.half as OrgHalf;
/** Fails with what the command printed, when it ended otherwise than wanted. */
function ended(outcome: Ended, exitCode = 0): Record<string, unknown> {
  const told = `exit code ${outcome.exitCode}: ${(outcome.stderr + outcome.stdout).slice(0, 900)}`;
  equal(outcome.exitCode, exitCode, told);
  return (outcome.json?.['result'] ?? {}) as Record<string, unknown>;
}

export const steps: readonly Step[] = [
  {
    name: 'kenko writes the project that an admin deploys',
    isGround: true,
    run: async (scene) => {
      ended(await kenko(scene, 'init', join(scene.folder, 'home')));
      await seedFolder(scene.sandbox, join(scene.folder, 'home'));
      const written = await kenko(scene, 'setup', '--write', join(scene.folder, 'deploy'), '--json');
      equal(written.exitCode, 0, written.stderr);
      const files = ((written.json?.['written'] ?? []) as string[]).filter((path) => path.startsWith('salesforce/'));
      ok(files.some((path) => path.endsWith('Health_Score__c.field-meta.xml')));
      return `${files.length} files`;
    },
  },
  {
    name: 'sign-in by access token',
    isGround: true,
    run: async (scene) => {
      for (const [alias, sandbox] of [
        ['box', scene.sandbox],
        ['other', scene.other],
      ] as const) {
        const args = ['org', 'login', 'access-token', '--instance-url', sandbox.salesforce.url, '--no-prompt'];
        // Users of two orgs must not share a name here, or the CLI takes them for one.
        const user = halfOf(sandbox).org.integrationUser;
        const Username = `${alias}@kenko.example`;
        halfOf(sandbox).store.update('User', user, { Username }, 'system', { asSystem: true });
        ended(await sf(scene, [...args, '--alias', alias], { SF_ACCESS_TOKEN: sandbox.salesforce.token }));
      }
      const shown = ended(await sf(scene, ['org', 'display', '--target-org', 'box']));
      deepEqual([shown['connectedStatus'], shown['apiVersion']], ['Connected', '68.0']);
      return `API ${String(shown['apiVersion'])}`;
    },
  },
  {
    name: 'sign-in by JWT with a registered key, and not with another',
    run: async (scene) => {
      const keys = [1, 2].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
      const half = halfOf(scene.other);
      half.tokens.keys.push(String(keys[0]?.publicKey.export({ type: 'spki', format: 'pem' })));
      half.store.update('User', half.org.integrationUser, { Username: pretendClient.username }, 'system', {
        asSystem: true,
      });
      const signIn = async (at: number) => {
        const file = join(scene.folder, `key-${at}.pem`);
        await writeFile(file, String(keys[at]?.privateKey.export({ type: 'pkcs8', format: 'pem' })), { mode: 0o600 });
        const who = ['--client-id', pretendClient.id, '--username', pretendClient.username, '--jwt-key-file', file];
        const url = scene.other.salesforce.url;
        return sf(scene, ['org', 'login', 'jwt', ...who, '--instance-url', url, '--alias', `jwt${at}`], {
          SF_AUDIENCE_URL: url,
        });
      };
      ended(await signIn(0));
      const refused = await signIn(1);
      ok(refused.exitCode !== 0);
      match(refused.stdout, /invalid_grant|invalid assertion/i);
      return undefined;
    },
  },
  {
    name: 'limits',
    run: async (scene) => {
      const limits = ended(await sf(scene, ['limits', 'api', 'display', '--target-org', 'box']));
      const daily = (limits as unknown as { name: string; max: number; remaining: number }[]).find(
        (one) => one.name === 'DailyApiRequests',
      );
      equal(daily?.max, 15_000);
      return `${daily?.remaining} of ${daily?.max} calls left`;
    },
  },
  {
    name: 'deployment by SOAP',
    run: async (scene) => {
      const path = () => scene.sandbox.salesforce.requests().map((one) => one.path);
      const result = ended(
        await sf(scene, ['project', 'deploy', 'start', '--source-dir', 'force-app', '--target-org', 'box']),
      );
      equal(result['status'], 'Succeeded');
      ok(
        path().some((one) => one.includes('/services/Soap/m/')) && !path().some((one) => one.includes('deployRequest')),
      );
      ok(halfOf(scene.sandbox).store.field('Account', 'Health_Score__c') !== undefined);
      ok(halfOf(scene.sandbox).store.field('Task', 'Kenko_Key__c')?.unique !== undefined);
      return `${String(result['numberComponentsDeployed'])} components`;
    },
  },
  {
    name: 'deployment by REST, to another org',
    run: async (scene) => {
      const args = ['project', 'deploy', 'start', '--source-dir', 'force-app', '--target-org', 'other'];
      const result = ended(await sf(scene, args, { SF_ORG_METADATA_REST_DEPLOY: 'true' }));
      equal(result['status'], 'Succeeded');
      ok(scene.other.salesforce.requests().some((one) => one.method === 'POST' && one.path.includes('deployRequest')));
      ok(halfOf(scene.other).store.field('Account', 'Health_Score__c') !== undefined);
      return `${String(result['numberComponentsDeployed'])} components`;
    },
  },
  {
    name: 'a field that is not well described is refused, with its name, and nothing of the project stays',
    run: async (scene) => {
      const path = join(scene.folder, 'deploy/salesforce/force-app/main/default/objects/Account/fields');
      const xml = (more: string, name: string) =>
        `<?xml version="1.0" encoding="UTF-8"?>\n<CustomField xmlns="http://soap.sforce.com/2006/04/metadata"><fullName>${name}</fullName><label>x</label>${more}</CustomField>\n`;
      await writeFile(join(path, 'Broken__c.field-meta.xml'), xml('<type>Text</type>', 'Broken__c'));
      await writeFile(join(path, 'Whole__c.field-meta.xml'), xml('<type>Date</type>', 'Whole__c'));
      const names = ['CustomField:Account.Broken__c', 'CustomField:Account.Whole__c'].flatMap((one) => [
        '--metadata',
        one,
      ]);
      const outcome = await sf(scene, ['project', 'deploy', 'start', ...names, '--target-org', 'box']);
      equal(outcome.exitCode, 1);
      match(outcome.stdout, /Must specify 'length' for a CustomField of type Text/);
      equal(halfOf(scene.sandbox).store.field('Account', 'Whole__c'), undefined);
      return undefined;
    },
  },
  {
    name: 'describe shows the fields once the permission set is assigned, and not before',
    run: async (scene) => {
      const fields = async () => {
        const told = ended(await sf(scene, ['sobject', 'describe', '--sobject', 'Account', '--target-org', 'box']));
        return (told['fields'] as { name: string; custom: boolean }[]).filter((field) => field.custom);
      };
      const before = (await fields()).length;
      const assign = ['org', 'assign', 'permset', '--name', 'Kenko_Sync', '--target-org', 'box'];
      ended(await sf(scene, assign));
      const after = await fields();
      equal(before, 0);
      ok(after.some((field) => field.name === 'Health_Score__c'));
      return `${after.length} custom fields of Account`;
    },
  },
  {
    name: `bulk upsert of ${rows} rows, ${bad} of them bad`,
    run: async (scene) => {
      const file = join(scene.folder, 'tasks.csv');
      const lines = Array.from({ length: rows }, (_one, at) => {
        const kind = at % 2 === 0 ? 'good' : ['date', 'long', 'parent'][(at >> 1) % 3];
        const subject = kind === 'long' ? 'x'.repeat(300) : `Load ${at}`;
        const day = kind === 'date' ? '2026-13-45' : '2026-12-01';
        const what = kind === 'parent' ? '001ak0000099999AAA' : '';
        return `load-${at},${subject},${day},${what},"quoted, ""${at}"""`;
      });
      await writeFile(file, `${['Kenko_Key__c,Subject,ActivityDate,WhatId,Description', ...lines].join('\n')}\n`);
      const key = ['--sobject', 'Task', '--external-id', 'Kenko_Key__c', '--file', file, '--line-ending', 'LF'];
      const outcome = await sf(scene, ['data', 'upsert', 'bulk', ...key, '--wait', '3', '--target-org', 'box']);
      match(outcome.stdout, /JobComplete|failed/i);
      const jobId = /750\w{15}/.exec(outcome.stdout)?.[0] ?? '';
      const results = ended(await sf(scene, ['data', 'bulk', 'results', '--job-id', jobId, '--target-org', 'box']));
      deepEqual([results['processedRecords'], results['failedRecords']], [rows, bad]);
      const failed = await readFile(join(scene.folder, 'deploy/salesforce', String(results['failedFilePath'])), 'utf8');
      const codes = new Set([...failed.matchAll(/"([A-Z_]+):/g)].map((one) => one[1]));
      deepEqual([...codes].sort(), ['INVALID_CROSS_REFERENCE_KEY', 'INVALID_FIELD', 'STRING_TOO_LONG']);
      const stored = [...halfOf(scene.sandbox).store.all('Task')].filter((task) =>
        String(task.values['Kenko_Key__c']).startsWith('load-'),
      );
      equal(stored.length, rows - bad);
      return `${rows} rows, ${bad} refused by ${codes.size} codes`;
    },
  },
  {
    name: 'bulk export reads the good ones back',
    run: async (scene) => {
      const file = join(scene.folder, 'export.csv');
      const soql = "SELECT Kenko_Key__c, Description FROM Task WHERE Subject LIKE 'Load %'";
      const where = ['--output-file', file, '--result-format', 'csv', '--wait', '3', '--target-org', 'box'];
      ended(await sf(scene, ['data', 'export', 'bulk', '--query', soql, ...where]));
      const lines = (await readFile(file, 'utf8')).trim().split('\n');
      equal(lines.length, rows - bad + 1);
      ok(
        lines.some((line) => line.includes('quoted, ""0""')),
        lines[1],
      );
      return `${lines.length - 1} rows`;
    },
  },
  {
    name: 'what kenko run wrote is read back by sf data query',
    run: async (scene) => {
      const furnished = await kenko(scene, 'setup', '--json');
      equal(furnished.exitCode, 0, furnished.stderr);
      const planned = await kenko(scene, 'plan', '--json');
      const id = String((planned.json?.['plan'] as { id?: unknown } | undefined)?.id);
      const applied = await kenko(scene, 'apply', id, '--json');
      equal(applied.exitCode, 0, applied.stderr);
      const again = await kenko(scene, 'run', '--json');
      equal(again.exitCode, 0, again.stderr);
      const soql =
        'SELECT AccountNumber, Health_Score__c, Health_Band__c, Health_Scored_At__c FROM Account WHERE Health_Score__c != null';
      const found = ended(await sf(scene, ['data', 'query', '--query', soql, '--target-org', 'box']));
      const read = found['records'] as { AccountNumber: string; Health_Score__c: number; Health_Band__c: string }[];
      const stored = [...halfOf(scene.sandbox).store.all('Account')].filter(
        (account) => (account.values['Health_Score__c'] ?? null) !== null,
      );
      ok(read.length > 0, `nothing was written: ${again.stdout.slice(0, 600)}`);
      deepEqual(
        read.map((one) => [one.AccountNumber, one.Health_Score__c, one.Health_Band__c]).sort(),
        stored
          .map(({ values }) => [values['AccountNumber'], values['Health_Score__c'], values['Health_Band__c']])
          .sort() as never,
      );
      return `${read.length} scores`;
    },
  },
];
