// The console's routes: server-rendered pages, each with a .json twin, behind the door. It reads the store, and notes in the
// audit who signed in; what changes something is said on the command line.

import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { html } from 'hono/html';
import type { Decisions } from '../domain/decisions.ts';
import type { Prepared } from '../domain/prepare.ts';
import { type Counters, createCounters } from '../pipeline/metrics.ts';
import type { Store } from '../state/store.ts';
import { door, letIn, letOut } from './door.ts';
import { addHealth } from './health.ts';
import { layout } from './layout.ts';
import { addMetrics } from './metrics.ts';
import { accountQuery, accountsQuery, accountsView, accountView } from './pages/accounts.ts';
import { overviewQuery, overviewView } from './pages/overview.ts';
import { planQuery, planView } from './pages/plan.ts';
import { runQuery, runView } from './pages/run.ts';
import { createSessions } from './sessions.ts';
import { style } from './style.ts';

export interface ConsoleOptions {
  readonly host: string;
  readonly port: number;
  /** At least 128 bits, from KENKO_CONSOLE_TOKEN or made at start and printed once. */
  readonly token: string;
  readonly store: Store;
  readonly decisions: Decisions;
  readonly prepared: Prepared;
  readonly version: string;
  readonly now: () => string;
  readonly draining: () => boolean;
  readonly nextSlot: () => Promise<string | null>;
  /** What happened since this process began. */
  readonly counters?: Counters;
  /** Seconds from one slot of the schedule to the next, where there is one. */
  readonly intervalSeconds?: number | null;
}

/** The app without a port, for tests. */
export function consoleApp(options: ConsoleOptions): Hono {
  const app = new Hono();
  const { store, decisions } = options;
  const home = decisions.home.name;
  const sessions = createSessions({ token: options.token, now: options.now });
  const { publicUrl } = decisions.home.console;
  const guard = { hosts: ['localhost', '127.0.0.1', '[::1]', options.host.toLowerCase()], publicUrl, sessions };
  const note = (action: string, why: string) =>
    store.audit.note({
      ...{ at: options.now(), actor: 'console', action, why },
      ...{ runId: null, effectId: null, before: null, after: null },
    });
  app.use(door(guard));
  app.use(bodyLimit({ maxSize: 4_096, onError: (context) => context.text('That is no form of ours.\n', 413) }));
  addHealth(app, { store, version: options.version, draining: options.draining });
  addMetrics(app, {
    store,
    now: options.now,
    version: options.version,
    intervalSeconds: options.intervalSeconds ?? null,
    counters: options.counters ?? createCounters(),
  });
  app.get('/style.css', (context) => context.body(style, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/sign-in', (context) =>
    context.html(
      layout(
        'Sign in',
        html`<form method="post" action="/sign-in"><label>Token <input type="password" name="token" autofocus /></label> <button>Sign in</button></form><p class="dim">kenko start prints it, or KENKO_CONSOLE_TOKEN sets it.</p>`,
        home,
      ),
    ),
  );
  app.post('/sign-in', async (context) => {
    const form = await context.req.parseBody();
    const wasClosed = sessions.isClosed();
    const id = sessions.signIn(String(form['token'] ?? ''));
    if (id !== null) {
      await note('sign_in', 'somebody signed in to the console with its token');
      letIn(context, guard, id);
      return context.redirect('/');
    }
    // Once, not with every try: the audit is no place that a stranger may fill.
    if (!wasClosed && sessions.isClosed()) await note('sign_in_refused', 'five wrong tokens within a minute');
    return context.html(
      layout(
        'Sign in',
        html`<p class="red">That is not the token, or there were too many tries this minute.</p><a href="/sign-in">Again</a>`,
        home,
      ),
      401,
    );
  });
  app.post('/sign-out', (context) => {
    letOut(context, guard);
    return context.redirect('/sign-in');
  });
  const facts = { store, now: options.now, locale: decisions.home.locale };
  app.get('/', async (context) =>
    context.html(layout('Overview', overviewView(await overviewQuery(facts, await options.nextSlot())), home)),
  );
  app.get('/overview.json', async (context) => context.json(await overviewQuery(facts, await options.nextSlot())));
  app.get('/accounts', async (context) =>
    context.html(
      layout('Accounts', accountsView(await accountsQuery(store, context.req.query('after') ?? null)), home),
    ),
  );
  app.get('/accounts.json', async (context) =>
    context.json(await accountsQuery(store, context.req.query('after') ?? null)),
  );
  app.get('/account/:key', async (context) => {
    const key = context.req.param('key');
    const json = key.endsWith('.json');
    const explanation = await accountQuery(options, json ? key.slice(0, -5) : key);
    if (explanation === null)
      return json
        ? context.json({ error: 'not known' }, 404)
        : context.html(layout('Not known', html`<p>No such account, or it was never evaluated.</p>`, home), 404);
    return json
      ? context.json(explanation)
      : context.html(layout(explanation.name, accountView(explanation, decisions), home));
  });
  app.get('/plan/:id', async (context) => {
    const { id, json } = named(context.req.param('id'));
    const plan = await planQuery(store, Number(id), Number(context.req.query('after') ?? 0) || 0);
    if (plan === null)
      return json
        ? context.json({ error: 'not known' }, 404)
        : context.html(layout('Not known', html`<p>There is no such plan, or it was forgotten.</p>`, home), 404);
    return json ? context.json(plan) : context.html(layout(`Plan ${plan.plan}`, planView(plan), home));
  });
  app.get('/run/:id', async (context) => {
    const { id, json } = named(context.req.param('id'));
    const run = await runQuery(store, id);
    if (run === null)
      return json
        ? context.json({ error: 'not known' }, 404)
        : context.html(layout('Not known', html`<p>There is no such run.</p>`, home), 404);
    return json ? context.json(run) : context.html(layout(`Run ${run.run.id}`, runView(run), home));
  });
  app.onError((_error, context) => context.text('Something went wrong; the log has it.\n', 500));
  return app;
}

/** The last part of a path, and whether its JSON twin is meant. */
function named(param: string): { readonly id: string; readonly json: boolean } {
  return param.endsWith('.json') ? { id: param.slice(0, -5), json: true } : { id: param, json: false };
}

/** Listens; `close` ends open connections. */
export async function startConsole(options: ConsoleOptions): Promise<{ readonly url: string; close(): Promise<void> }> {
  const app = consoleApp(options);
  return await new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: options.host, port: options.port }, (address) => {
      resolve({
        url: `http://${options.host}:${address.port}`,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
    server.on('error', reject);
  });
}
