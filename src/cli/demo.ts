// kenko demo: the whole way against the sandbox, in a temporary folder, and then what a CS manager would see.

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type App, machine, openApp } from '../app.ts';
import { startConsole } from '../console/server.ts';
import { explainText } from '../domain/explain.ts';
import type { Fields } from '../domain/nouns.ts';
import { BugError } from '../lib/errors.ts';
import { applyPlan } from '../pipeline/approve.ts';
import { explanationOf } from '../pipeline/explain.ts';
import type { RunReport } from '../pipeline/report.ts';
import { type RunRequest, run as runPipeline } from '../pipeline/run.ts';
import { setUp } from '../pipeline/setup.ts';
import { version } from './about.ts';
import { type CommandContext, given } from './command.ts';
import { writeHome } from './init.ts';
import { paint, say, sayJson, table } from './output.ts';
import { planText } from './plan-text.ts';
import { createProgress } from './progress.ts';
import { reportText } from './report-text.ts';
import { environmentOf, openSandbox, type Sandbox, seedFolder } from './sandbox.ts';

const accounts = 500;
const wholePlan: RunRequest = {
  kind: 'plan',
  until: 'plan',
  source: null,
  account: null,
  asOf: null,
  slot: null,
  reread: true,
  lifted: false,
};

export async function demo(context: CommandContext): Promise<number> {
  const home = await mkdtemp(join(tmpdir(), 'kenko-demo-'));
  const box = await openSandbox(accounts);
  const heading = (text: string) =>
    say(
      context.output,
      '',
      paint(context.output, 'bold', `── ${text} ${'─'.repeat(Math.max(3, 96 - text.length))}`),
      '',
    );
  let app: App | null = null;
  try {
    say(
      context.output,
      `Two pretend CRMs with ${accounts} customers listen on this machine; the home folder is\n  ${home}`,
    );
    await writeHome({ home, crm: 'both', model: 'b2b_saas_default', locale: 'en' });
    await seedFolder(box, home);
    app = await openDemo(context, home, box);
    const { hall } = app;

    heading('kenko setup: the fields the CRMs lack');
    const made = await setUp(hall, { make: true, onPiece: () => undefined }, context.signal);
    for (const result of made)
      say(context.output, `${result.crm}: ${result.made} of ${result.missing.length} pieces made`);

    heading('kenko plan: what would be written');
    const first = await runPipeline(hall, wholePlan, context.signal);
    if (first.plan === null) throw new BugError('the demo made no plan', { why: JSON.stringify(first.problems) });
    say(context.output, await planText(context, hall.store, Number(first.plan.id)), '', reportText(context, first));

    heading(`kenko apply ${first.plan.id}: a person's yes to exactly that plan`);
    const applied = await applyPlan(hall, Number(first.plan.id), context.signal);
    say(context.output, reportText(context, applied));

    heading('kenko run: the world is unchanged, so nothing is written');
    const second = await runPipeline(hall, { ...wholePlan, kind: 'run', until: null }, context.signal);
    say(context.output, reportText(context, second));

    const account = await interesting(app);
    const explanation = await explanationOf(hall, account, null);
    if (explanation === null) throw new BugError('the demo evaluated nobody');
    heading(`kenko explain ${account.key}`);
    say(context.output, explainText(explanation, hall.decisions.home.locale));

    heading('what a CS manager now sees');
    say(context.output, ...(await managerTables(app, context.signal)));
    const written = Object.fromEntries(
      await Promise.all(
        hall.crms.map(async ({ crm }) => [
          crm.name,
          (await hall.store.outbox.written(crm.name, 'account', [account.key])).get(account.key) ?? {},
        ]),
      ),
    );
    sayJson(context.output, {
      runs: [whole(first, applied), second],
      explain: { ...explanation, written },
      sandbox: {
        salesforce: { url: box.salesforce.url, requests: box.salesforce.counts() },
        hubspot: { url: box.hubspot.url, requests: box.hubspot.counts() },
      },
    });
    const emptySecond = Object.values(second.plan?.effects ?? {}).every((count) => count === 0);
    say(context.output, '', `State, config and data stay in ${home}`);
    if (given(context, 'keep')) await keepRunning(context, app, box, home);
    return applied.exitCode === 0 && second.exitCode === 0 && emptySecond
      ? 0
      : Math.max(applied.exitCode, second.exitCode, emptySecond ? 0 : 10);
  } finally {
    await app?.close();
    await box.close();
  }
}

/** The first run as one report: the plan's findings with what became of its effects. */
function whole(planned: RunReport, applied: RunReport): RunReport {
  return {
    ...planned,
    kind: 'run',
    state: applied.state,
    exitCode: applied.exitCode,
    effects: { ...applied.effects, conflicts: planned.effects.conflicts },
    apiCalls: applied.apiCalls,
    durationMs: {
      ...planned.durationMs,
      ...applied.durationMs,
      total: (planned.durationMs['total'] ?? 0) + (applied.durationMs['total'] ?? 0),
    },
  };
}

async function openDemo(context: CommandContext, home: string, box: Sandbox): Promise<App> {
  const here = machine();
  const progress = createProgress(context);
  return await openApp({
    home,
    needs: 'crms',
    logLevel: context.logLevel,
    stderr: context.stderr,
    actor: 'demo',
    machine: { ...here, env: { ...here.env, ...environmentOf(box), KENKO_STATE: undefined } },
    emit: (event) => (event.kind === 'end' ? progress.end() : progress.show(event)),
  });
}

/** An account worth explaining: the lowest score that is known. */
async function interesting(app: App) {
  const { store } = app.hall;
  let worst: { readonly key: string; readonly score: number } | null = null;
  let after: string | null = null;
  for (;;) {
    const page = await store.accounts.pages(after, 200);
    if (page.length === 0) break;
    after = page.at(-1)?.key ?? null;
    const asOf = (await store.history.outcome(page[0]?.key ?? '', null))?.asOf ?? '';
    for (const [key, outcome] of await store.history.outcomesOf(
      page.map((account) => account.key),
      asOf,
    )) {
      const score = outcome.score.value;
      if (score !== null && outcome.actions.length > 0 && (worst === null || score < worst.score))
        worst = { key, score };
    }
  }
  const account = await store.accounts.get(worst?.key ?? '');
  if (account === null) throw new BugError('the demo found nobody to explain');
  return account;
}

/** The worst accounts as each CRM shows them now, read back from the CRM itself. */
async function managerTables(app: App, signal: AbortSignal): Promise<string[]> {
  const out: string[] = [];
  const words = [
    'health_score',
    'health_band',
    'health_alert',
    'touch_model',
    'upsell_flag',
    'next_action',
    'next_action_due',
  ];
  for (const { crm, mapping } of app.hall.crms) {
    const rows: (readonly [string, Fields])[] = [];
    let after: string | null = null;
    for (;;) {
      const page = await app.hall.store.accounts.pages(after, 500);
      if (page.length === 0) break;
      after = page.at(-1)?.key ?? null;
      const names = new Map(page.map((account) => [account.key, account.name]));
      const targets = page.flatMap((account) =>
        account.ids[mapping.idKind] === undefined
          ? []
          : [{ account: account.key, object: 'account' as const, id: account.ids[mapping.idKind] ?? '' }],
      );
      for (const record of await crm.read(targets, words, signal))
        if (typeof record.fields['health_score'] === 'number')
          rows.push([names.get(record.account) ?? record.account, record.fields]);
    }
    const worst = rows.sort((a, b) => Number(a[1]['health_score']) - Number(b[1]['health_score'])).slice(0, 6);
    const upsell = rows
      .filter(([, fields]) => fields['upsell_flag'] === true)
      .sort((a, b) => Number(b[1]['health_score']) - Number(a[1]['health_score']))
      .slice(0, 4);
    const line = ([name, fields]: readonly [string, Fields]) => [
      name.slice(0, 26),
      String(fields['health_score']),
      String(fields['health_band'] ?? ''),
      fields['health_alert'] === true ? 'alert' : '',
      String(fields['touch_model'] ?? ''),
      fields['upsell_flag'] === true ? 'upsell' : '',
      String(fields['next_action'] ?? '–').slice(0, 44),
      String(fields['next_action_due'] ?? ''),
    ];
    out.push(
      `${crm.name}`,
      table(['account', 'score', 'band', '', 'touch', 'flag', 'next action', 'due'], [...worst, ...upsell].map(line), [
        'left',
        'right',
      ]),
      '',
    );
  }
  return out;
}

async function keepRunning(context: CommandContext, app: App, box: Sandbox, home: string): Promise<void> {
  const token = machine().chance.id() + machine().chance.id();
  const server = await startConsole({
    host: '127.0.0.1',
    port: 0,
    token,
    store: app.hall.store,
    decisions: app.hall.decisions,
    prepared: app.hall.prepared,
    version,
    now: app.hall.clock.now,
    draining: () => false,
    nextSlot: async () => null,
  });
  say(context.output, '', `console     ${server.url}   token ${token}`);
  const pretend = Object.entries(environmentOf(box)).map(([name, value]) => `export ${name}='${value}'\n`);
  if (!context.output.json) context.output.asIs(pretend.join(''));
  say(context.output, `kenko --home ${home} status`, '', 'Stop with Ctrl-C.');
  await new Promise<void>((done) => {
    if (context.signal.aborted) done();
    context.signal.addEventListener('abort', () => done(), { once: true });
  });
  await server.close();
}
