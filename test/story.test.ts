// The README, from nothing to the empty second plan, by the real command in processes of its own, against the sandbox:
// init, check, setup, plan, apply, plan again, explain, status; then a day on which people work, things go wrong, and one
// run is undone.

import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentOf, type Sandbox, seedFolder } from '../src/cli/sandbox.ts';
import { startSandbox } from '../src/sandbox/server.ts';

const kenkoFile = resolve(import.meta.dirname, '../src/kenko.js');
let folder: string;
let home: string;
let box: Sandbox;

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}
async function kenko(...args: string[]): Promise<Ended> {
  return await new Promise((done) => {
    execFile(
      process.execPath,
      [kenkoFile, ...args, '--home', home],
      { env: { ...process.env, ...environmentOf(box), NO_COLOR: '1' }, maxBuffer: 64 * 2 ** 20 },
      (error, stdout, stderr) => done({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr }),
    );
  });
}
const json = (ended: Ended) =>
  JSON.parse(ended.stdout) as Record<string, never> & {
    exitCode: number;
    plan: { id: string; effects: Record<string, number> };
    effects: Record<string, number>;
    runId: string;
  };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kenko-story-'));
  home = join(folder, 'my-company');
  box = await startSandbox({ accounts: 60 });
}, 60_000);
afterAll(async () => {
  await box.close();
  await rm(folder, { recursive: true, force: true });
});

describe('a newcomer follows the README', () => {
  it('writes a home folder, and never writes over it', async () => {
    const first = await kenko('init', home);
    const second = await kenko('init', home);

    expect(first.exitCode, first.stderr).toBe(0);
    expect(second.exitCode).toBe(2);
    expect(second.stderr).toContain('there already');
  });

  it('checks it: the examples give what they say', async () => {
    await seedFolder(box, home);

    const checked = await kenko('check');

    expect(checked.exitCode, checked.stdout).toBe(0);
    expect(checked.stdout).toMatch(/examples: (\d+) of \1 give what they say/);
  });

  it('is told what the CRMs lack before anything is made', async () => {
    const online = await kenko('check', '--online', '--json');
    const dry = await kenko('setup', '--dry-run', '--json');

    expect(online.exitCode).toBe(5);
    expect(dry.exitCode).toBe(0);
    expect(box.salesforce.counts().mutating + box.hubspot.counts().mutating).toBe(0);
    expect(dry.stdout).toContain('Health_Score__c');
    expect(dry.stdout).toContain('kenko_health_score');
  });

  it('furnishes them, and the second time nothing is missing', async () => {
    const made = await kenko('setup');
    const again = await kenko('setup', '--json');
    const online = await kenko('check', '--online', '--json');

    expect(made.exitCode, made.stdout).toBe(0);
    expect((JSON.parse(again.stdout) as { crms: { missing: unknown[] }[] }).crms.map((crm) => crm.missing)).toEqual([
      [],
      [],
    ]);
    expect(online.exitCode, online.stdout).toBe(0);
  });

  it('sees a plan that is held, because nothing was ever applied; planning changes nothing', async () => {
    box.salesforce.forgetRequests();
    box.hubspot.forgetRequests();

    const planned = await kenko('plan', '--json');

    expect(planned.exitCode).toBe(3);
    expect(json(planned).plan.effects['set']).toBeGreaterThan(100);
    expect(box.salesforce.counts().mutating + box.hubspot.counts().mutating).toBe(0);
  });

  it('says yes to exactly that plan', async () => {
    const planned = json(await kenko('plan', '--json'));

    const applied = await kenko('apply', planned.plan.id, '--json');

    const total = Object.values(planned.plan.effects).reduce((sum, count) => sum + count, 0);
    expect(applied.exitCode, applied.stderr).toBe(0);
    expect(json(applied).effects).toMatchObject({
      applied: total,
      rejected: 0,
      skipped: 0,
      unknown: 0,
      superseded: 0,
      waiting: 0,
    });
  });

  it('finds nothing to do after it, and writes nothing', async () => {
    box.salesforce.forgetRequests();
    box.hubspot.forgetRequests();

    const again = await kenko('plan', '--expect-none');
    const run = await kenko('run', '--json');

    expect(again.exitCode, again.stdout).toBe(0);
    expect(json(run).effects).toMatchObject({ applied: 0, rejected: 0, unknown: 0 });
    expect(box.salesforce.counts().mutating + box.hubspot.counts().mutating).toBe(0);
  });

  it('is not stopped by people in the CRM who belong to no company', async () => {
    for (let index = 0; index < 30; index++) {
      const made = await fetch(`${box.hubspot.url}/crm/v3/objects/contacts`, {
        method: 'POST',
        headers: { authorization: `Bearer ${box.hubspot.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ properties: { email: `stranger-${index}@example.test` } }),
      });
      expect(made.status).toBe(201);
    }

    const run = await kenko('run', '--json');

    expect(run.exitCode, run.stdout.slice(-2_000)).toBe(0);
    expect(json(run).effects).toMatchObject({ applied: 0, rejected: 0, unknown: 0 });
  });

  it('can ask why, for an account by its key and by its name', async () => {
    const byKey = await kenko('explain', 'A0001', '--json');
    const explanation = JSON.parse(byKey.stdout) as {
      name: string;
      score: number;
      parts: { points: number | null; lost: number }[];
      written: Record<string, Record<string, unknown>>;
    };
    const byName = await kenko('explain', explanation.name);

    const sum = (values: readonly number[]) => Math.round(values.reduce((all, value) => all + value, 0) * 10) / 10;
    expect(byName.stdout).toContain(explanation.name);
    expect(
      sum(explanation.parts.map((part) => part.points ?? 0)) + sum(explanation.parts.map((part) => part.lost)),
    ).toBeCloseTo(100, 5);
    expect(explanation.written['salesforce']?.['health_score']).toBe(explanation.score);
  });

  it('sees in status what happened, and that the invariants hold', async () => {
    const status = await kenko('status', '--verify', '--json');

    expect(status.exitCode, status.stdout).toBe(0);
    expect(JSON.parse(status.stdout)).toMatchObject({ broken: [] });
  });
});

describe('an admin meets trouble', () => {
  it('gets a broken rule told with its line, and no run starts', async () => {
    const file = join(home, 'config/plays.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace(/at_most: \d+/, 'at_most: ninety'));

    const run = await kenko('run');
    await writeFile(file, text);

    expect(run.exitCode).toBe(2);
    expect(run.stderr).toMatch(/config\/plays\.yaml:\d+:\d+/);
    expect(run.stderr).toContain('ninety');
  });

  it('is told which source is gone, and nothing is written', async () => {
    const file = join(home, 'data/tickets.csv');
    const text = await readFile(file, 'utf8');
    await rm(file);
    box.salesforce.forgetRequests();

    const run = await kenko('run', '--json');
    await writeFile(file, text);

    expect(run.exitCode).toBe(8);
    expect(run.stdout).toContain('data/tickets.csv');
    expect(box.salesforce.counts().mutating).toBe(0);
  });

  it('is told that the sign-in is refused, and with which key to mend it', async () => {
    const ended = await new Promise<Ended>((done) => {
      execFile(
        process.execPath,
        [kenkoFile, 'plan', '--home', home],
        {
          env: {
            ...process.env,
            ...environmentOf(box),
            HUBSPOT_ACCESS_TOKEN: 'pretend-and-wrong',
            SALESFORCE_ACCESS_TOKEN: 'pretend-and-wrong',
          },
        },
        (error, stdout, stderr) => done({ exitCode: Number(error?.code ?? 0), stdout, stderr }),
      );
    });

    expect(ended.exitCode, ended.stdout).toBe(6);
    expect(ended.stdout + ended.stderr).not.toContain('pretend-and-wrong');
  });
});

describe('a day later', () => {
  it('undoes a run where nobody has changed anything since, and leaves the rest to people', async () => {
    const status = JSON.parse((await kenko('status', '--json')).stdout) as {
      runs: { id: string; kind: string; state: string }[];
    };
    const applied = status.runs.find((run) => run.kind === 'apply' && run.state === 'done');
    const scoreShown = () => {
      const { store } = box.salesforce.half;
      const [account] = store.findBy('Account', 'AccountNumber', 'A0001');
      return account === undefined ? undefined : store.value(account, 'Health_Score__c');
    };
    const before = scoreShown();

    const undone = await kenko('undo', applied?.id ?? '', '--json');

    expect(undone.exitCode, undone.stderr).toBe(0);
    expect(json(undone).effects['applied']).toBeGreaterThan(100);
    expect(before).not.toBeNull();
    expect(scoreShown()).toBeNull();
  });
});
