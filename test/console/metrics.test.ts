// /metrics is what Prometheus understands, by a strict reader of its text format; labels never name an account; every alert that
// is shipped asks about a figure that exists. And what the two health endpoints say.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { consoleApp } from '../../src/console/server.ts';
import { createCounters, metricsText } from '../../src/pipeline/metrics.ts';
import { run } from '../../src/pipeline/run.ts';
import { intervalSeconds } from '../../src/scheduler/slots.ts';
import type { Store } from '../../src/state/store.ts';
import { typed } from '../support/command-line.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';

const token = 'pretend-token-of-a-test';
let home: SmallHome;
let store: Store;
afterEach(async () => {
  await store.close();
  await home.remove();
});

async function open() {
  home = await smallHome([
    { id: 'canary-a', logins: 20, satisfaction: 10 },
    { id: 'canary-b', logins: 1, satisfaction: 1 },
    { id: 'canary-c', logins: 9, satisfaction: 5 },
  ]);
  home.crm.refused.add(crmId('canary-c'));
  const opened = await home.open();
  store = opened.store;
  const counters = createCounters();
  const report = await run(
    { ...opened.hall, emit: counters.take },
    { kind: 'run', until: null, source: null, account: null, asOf: null, slot: null, reread: true, lifted: false },
    new AbortController().signal,
  );
  counters.ended(report);
  home.clock.push(3_600_000);
  const app = consoleApp({
    host: '127.0.0.1',
    port: 0,
    token,
    store,
    decisions: opened.hall.decisions,
    prepared: opened.hall.prepared,
    version: '1.2.3',
    now: home.clock.now,
    draining: () => false,
    nextSlot: async () => null,
    counters,
    intervalSeconds: 86_400,
  });
  return (path: string, bearer: string | null = token) =>
    app.request(path, {
      headers: { host: '127.0.0.1:8620', ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }) },
    });
}

interface Read {
  readonly types: ReadonlyMap<string, string>;
  /** Name and labels as they stand → value. */
  readonly samples: ReadonlyMap<string, number>;
  readonly labels: ReadonlySet<string>;
}
/** Reads the text format as its grammar says and throws at the first line that does not fit. */
function readStrictly(text: string): Read {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  const labels = new Set<string>();
  let helped = '';
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-z_][a-z0-9_]*) (?:[^\\]|\\\\|\\n)+$/.exec(line);
    const type = /^# TYPE ([a-z_][a-z0-9_]*) (counter|gauge)$/.exec(line);
    const sample =
      /^([a-z_][a-z0-9_]*)(\{(?:[a-z_]+="(?:[^"\\]|\\["\\n])*",?)+\})? (-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/.exec(line);
    if (help !== null) {
      helped = help[1] ?? '';
      if (types.has(helped)) throw new Error(`${helped} is told twice`);
    } else if (type !== null) {
      if (type[1] !== helped) throw new Error(`${type[1]} has no help before it`);
      types.set(helped, type[2] ?? '');
    } else if (sample !== null) {
      const [, name = '', given = '', value] = sample;
      if (name !== helped || !types.has(name)) throw new Error(`${name} stands outside of its family`);
      if (samples.has(name + given)) throw new Error(`${name}${given} stands twice`);
      samples.set(name + given, Number(value));
      for (const match of given.matchAll(/([a-z_]+)="/g)) labels.add(match[1] ?? '');
    } else throw new Error(`not a line of the format: ${line}`);
  }
  return { types, samples, labels };
}

describe('/metrics', () => {
  it('is understood line by line, counts only upwards where it says so, and names no account', async () => {
    const ask = await open();

    const answer = await ask('/metrics');
    const text = await answer.text();
    const { types, samples, labels } = readStrictly(text);

    expect(answer.headers.get('content-type')).toContain('text/plain; version=0.0.4');
    expect(types.size).toBeGreaterThan(25);
    for (const [name, type] of types) expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter']);
    expect([...types.keys()].filter((name) => !name.startsWith('kenko_'))).toEqual(['process_start_time_seconds']);
    expect([...labels].sort()).toEqual(
      ['crm', 'job', 'kind', 'node', 'object', 'op', 'outcome', 'source', 'state', 'version'].filter((name) =>
        labels.has(name),
      ),
    );
    expect(text).not.toMatch(/canary|Company/);
    expect(samples.get(`kenko_build_info{version="1.2.3",node="${process.versions.node}"}`)).toBe(1);
    expect(samples.get('kenko_runs_total{job="kenko",outcome="partial"}')).toBe(1);
    expect(samples.get('kenko_effects_total{crm="salesforce",object="account",op="set",outcome="applied"}')).toBe(2);
    expect(samples.get('kenko_effects_total{crm="salesforce",object="account",op="set",outcome="rejected"}')).toBe(1);
    expect(samples.get('kenko_dead_letters')).toBe(1);
    expect(samples.get('kenko_plan_held')).toBe(0);
    expect(samples.get('kenko_trouble{kind="rejected"}')).toBe(1);
    expect(samples.get('kenko_source_fresh{source="usage"}')).toBe(1);
    expect(samples.get('kenko_source_rows{source="customers"}')).toBe(3);
    expect(samples.get('kenko_source_last_record_timestamp_seconds{source="usage"}')).toBe(
      Date.parse('2026-05-31T00:00:00Z') / 1_000,
    );
    expect(samples.get('kenko_run_last_exit_code{job="kenko"}')).toBe(4);
    expect(samples.get('kenko_db_size_bytes')).toBeGreaterThan(100_000);
  });

  it('is told to nobody without the token, and to nobody by a redirect', async () => {
    const ask = await open();

    const without = await ask('/metrics', null);
    const wrong = await ask('/metrics', 'another-token');

    expect([without.status, wrong.status]).toEqual([401, 401]);
    expect(without.headers.get('www-authenticate')).toBe('Bearer');
    expect(await without.text()).not.toContain('kenko_');
  });

  it('is printed by kenko status --metrics for a machine without a scraper', async () => {
    await open();

    const { exit, out } = await typed(home.folder, 'status', '--metrics');

    expect(exit).toBe(0);
    expect(readStrictly(out).samples.get('kenko_schedule_interval_seconds')).toBe(86_400);
  });

  it('keeps what a label could break out of inside of its quotes', async () => {
    await open();
    const text = metricsText([
      { name: 'kenko_x', type: 'gauge', help: 'a\\b\nc', samples: [{ labels: { source: 'a"} 1\nb\\' }, value: 1 }] },
    ]);

    expect([...readStrictly(text).samples.keys()]).toEqual(['kenko_x{source="a\\"} 1\\nb\\\\"}']);
  });
});

describe('the alerts that are shipped', () => {
  it('each ask about figures that are told, and say what to do', async () => {
    const ask = await open();
    const { types } = readStrictly(await (await ask('/metrics')).text());
    const file = parse(readFileSync(join(import.meta.dirname, '../../docs/alerts.yaml'), 'utf8')) as {
      readonly groups: readonly { readonly rules: readonly Readonly<Record<string, unknown>>[] }[];
    };
    const rules = file.groups.flatMap((group) => group.rules);

    const unknown = rules.flatMap((rule) =>
      [...String(rule['expr']).matchAll(/\b(?:kenko|process)_[a-z_]+/g)]
        .map(([name]) => name)
        .filter((name) => !types.has(name)),
    );

    expect(rules.length).toBeGreaterThan(9);
    expect(unknown).toEqual([]);
    for (const rule of rules) {
      expect(
        Object.keys(rule).filter((key) => !['alert', 'expr', 'for', 'labels', 'annotations'].includes(key)),
      ).toEqual([]);
      expect(rule).toMatchObject({
        alert: expect.stringMatching(/^Kenko[A-Z][A-Za-z]+$/),
        expr: expect.stringMatching(/kenko_/),
        labels: { severity: expect.stringMatching(/^(info|warning|critical)$/) },
        annotations: { summary: expect.any(String), description: expect.any(String) },
      });
      if (rule['for'] !== undefined) expect(rule['for']).toMatch(/^\d+[mh]$/);
    }
    expect(new Set(rules.map((rule) => rule['alert'])).size).toBe(rules.length);
  });
});

describe('/readyz', () => {
  it('says no as soon as nothing can be written any more, while /livez goes on', async () => {
    const ask = await open();
    expect((await ask('/readyz', null)).status).toBe(200);

    await store.close();

    expect((await ask('/readyz', null)).status).toBe(503);
    expect((await ask('/livez', null)).status).toBe(200);
  });
});

describe('the interval of a schedule', () => {
  it.each([
    ['0 5 * * *', 86_400],
    ['0 5 * * 1-5', 3 * 86_400],
    ['*/15 * * * *', 900],
  ])('%s is the longest wait between two slots', async (cron, seconds) => {
    await open();

    expect(intervalSeconds({ cron, zone: 'UTC' }, '2026-06-03T06:00:00.000Z')).toBe(seconds);
  });
});
