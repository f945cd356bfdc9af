// S1, S2: secrets, and people whom a CRM knows, are found in nothing that we print, log, answer or keep, not even when the
// CRM repeats what it was sent.

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { machine, openApp } from '../../src/app.ts';
import { consoleApp } from '../../src/console/server.ts';
import { type CanaryHome, canaryHome, filesBelow, leaks } from './canaries.ts';

let home: CanaryHome;
beforeAll(async () => {
  home = await canaryHome();
});
afterAll(() => home.close());

const everything = () => ({ ...home.printed, ...filesBelow(home.folder) });
const json = (text: string) => JSON.parse(text) as { plan: { id: string }; runId: string };

describe('S1 secrets', () => {
  it('S1 S2 stand in nothing that any command prints, logs or keeps', async () => {
    const codes: number[] = [];
    const say = async (...argv: string[]) => {
      const ended = await home.kenko(...argv);
      codes.push(ended.exitCode);
      return ended;
    };
    const account = home.box.world.accounts.find(({ inCrm }) => inCrm)?.key ?? '';
    const contact = home.box.world.contacts.find((one) => one.account === account)?.key ?? '';
    await say('init', '--crm', 'both');
    await say('check');
    await say('check', '--online', '--json');
    await say('setup', '--dry-run');
    const plan = json((await say('plan', '--json')).stdout);
    const applied = json((await say('apply', plan.plan.id, '--json')).stdout);
    await say('status', '--verify', '--kpi', '--reasons', '--json');
    await say('explain', account);
    await say('retry', '--rejected', '--json');
    await say('undo', applied.runId, '--json');
    await say('export', '--contact', contact);
    await say('erase', '--contact', contact);

    // 3: the first plan waits for a yes; 5: this sandbox is furnished only in part.
    expect(codes.filter((code) => ![0, 3, 5].includes(code))).toEqual([]);
    expect(home.salesforce.writes.length + home.hubspot.writes.length).toBeGreaterThan(5);
    expect(home.printed.stderr).toContain('"event":"batch"');
    expect(leaks(home.secrets, everything())).toEqual([]);
  });

  it('S2 S14 are not told when a CRM repeats what it was sent, in any of its refusals', async () => {
    const codes: number[] = [];
    for (const [side, path, status, argv] of [
      ['salesforce', /oauth2\/token/, 401, ['check', '--online', '--json']],
      ['salesforce', /services\/data/, 400, ['run', '--json']],
      ['salesforce', /services\/data/, 401, ['check', '--online']],
      ['hubspot', /./, 400, ['run']],
      ['hubspot', /./, 401, ['check', '--online', '--json']],
      ['hubspot', /./, 403, ['plan']],
    ] as const) {
      home[side].spite = { path, status };
      codes.push((await home.kenko(...argv)).exitCode);
      home[side].spite = null;
    }

    expect(home.salesforce.spited.length).toBeGreaterThan(3);
    expect(home.hubspot.spited.length).toBeGreaterThan(3);
    expect(codes.filter((code) => ![2, 4, 5, 6].includes(code))).toEqual([]);
    // The echo did arrive, and is told without what was secret in it.
    expect(home.printed.stdout + home.printed.stderr).toContain('you sent');
    expect(leaks(home.secrets, everything())).toEqual([]);
  });

  it('S1 S14 are answered by no page and no health answer of the console', async () => {
    const app = await openApp({
      home: home.folder,
      needs: 'state',
      logLevel: 'silent',
      stderr: process.stderr,
      actor: 'test',
      machine: { ...machine(), env: home.env },
      emit: () => undefined,
    });
    const console = consoleApp({
      host: '127.0.0.1',
      port: 0,
      token: home.secrets['console'] as string,
      store: app.hall.store,
      decisions: app.hall.decisions,
      prepared: app.hall.prepared,
      version: '0',
      now: app.hall.clock.now,
      draining: () => false,
      nextSlot: async () => null,
    });
    const answers: Record<string, string> = {};
    const account = home.box.world.accounts.find(({ inCrm }) => inCrm)?.key ?? '';
    for (const path of [
      '/livez',
      '/readyz',
      '/sign-in',
      '/',
      '/overview.json',
      '/metrics',
      '/accounts',
      `/account/${account}`,
    ]) {
      const answer = await console.request(path, {
        headers: { host: '127.0.0.1', authorization: `Bearer ${home.secrets['console']}` },
      });
      answers[path] = `${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`;
    }
    await app.close();

    expect(answers['/']).toContain('200 ');
    expect(answers[`/account/${account}`]).toContain('200 ');
    expect(leaks(home.secrets, answers)).toEqual([]);
  });

  it.each([
    ['a token written into a mapping', 'mappings/hubspot.yaml', '${HUBSPOT_ACCESS_TOKEN}', 'hubspotToken'],
    ['a password written into a source', 'config/sources.yaml', 'path: data/contracts.csv', 'database'],
  ])('S1 %s is refused, and not repeated', async (_what, file, from, secret) => {
    const path = join(home.folder, file);
    const before = await readFile(path, 'utf8');
    const value = home.secrets[secret] as string;
    const to = secret === 'database' ? `path: data/contracts.csv, password: ${value}` : value;
    await writeFile(path, before.replace(from, to));

    const checked = await home.kenko('check', '--json');
    await writeFile(path, before);

    expect(checked.exitCode).toBe(2);
    expect(checked.stdout).toContain('a secret is written into the file');
    expect(leaks(home.secrets, { stdout: checked.stdout, stderr: checked.stderr })).toEqual([]);
  });
});

describe('S2 logs', () => {
  it('S2 S15 hold nobody’s name or address, and neither does the state file of the shipped home', () => {
    const { stdout, stderr } = home.printed;

    expect(stderr.split('\n').filter((line) => line.startsWith('{"level"')).length).toBeGreaterThan(20);
    expect(leaks(home.people, { stdout, stderr, ...filesBelow(join(home.folder, 'state')) })).toEqual([]);
  });
});
