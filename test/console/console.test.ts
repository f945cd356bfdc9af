// The console: its door, its health answers, and pages whose text comes from a CRM and is therefore anybody's.

import { afterEach, describe, expect, it } from 'vitest';
import { consoleApp } from '../../src/console/server.ts';
import { createCounters } from '../../src/pipeline/metrics.ts';
import { run } from '../../src/pipeline/run.ts';
import type { Store } from '../../src/state/store.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';

const token = 'pretend-token-of-a-test';
let home: SmallHome;
let store: Store;
afterEach(async () => {
  await store.close();
  await home.remove();
});

async function open(draining = false) {
  home = await smallHome([
    { id: 'a', logins: 20, satisfaction: 10 },
    { id: '<img src=x onerror=alert(1)>', logins: 1, satisfaction: 1 },
  ]);
  const opened = await home.open();
  store = opened.store;
  await run(
    opened.hall,
    { kind: 'run', until: null, source: null, account: null, asOf: null, slot: null, reread: true, lifted: false },
    new AbortController().signal,
  );
  const app = consoleApp({
    host: '127.0.0.1',
    port: 0,
    token,
    store,
    decisions: opened.hall.decisions,
    prepared: opened.hall.prepared,
    version: '0',
    now: home.clock.now,
    draining: () => draining,
    nextSlot: async () => '2026-06-02T05:00:00.000Z',
    counters: createCounters(),
    intervalSeconds: 86_400,
  });
  const ask = (path: string, init: RequestInit = {}) =>
    app.request(path, { ...init, headers: { host: '127.0.0.1:8620', ...init.headers } });
  return { ask, signedIn: (path: string) => ask(path, { headers: { authorization: `Bearer ${token}` } }) };
}

describe('the door of the console', () => {
  it('answers 403 to a foreign host before anything else', async () => {
    const { ask } = await open();

    for (const path of ['/', '/livez', '/accounts.json']) {
      expect(
        (await ask(path, { headers: { host: 'evil.example', authorization: `Bearer ${token}` } })).status,
        path,
      ).toBe(403);
    }
  });

  it('lets nobody in without the token, on loopback neither', async () => {
    const { ask } = await open();

    expect((await ask('/')).headers.get('location')).toBe('/sign-in');
    expect((await ask('/accounts.json')).status).toBe(401);
    expect((await ask('/accounts.json', { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
  });

  it('signs in by form from its own pages only, and looks at no token after five wrong ones a minute', async () => {
    const { ask } = await open();
    const form = (value: string, headers: Record<string, string>) =>
      ask('/sign-in', { method: 'POST', body: new URLSearchParams({ token: value }), headers });
    const own = { origin: 'http://127.0.0.1:8620' };

    const foreign = await form(token, { origin: 'http://evil.example' });
    const right = await form(token, own);
    for (let i = 0; i < 5; i++) await form('wrong', own);
    const sixth = await form(token, own);

    expect(foreign.status).toBe(403);
    expect(right.headers.get('set-cookie')).toContain('HttpOnly');
    expect(right.headers.get('set-cookie')).toContain('SameSite=Strict');
    expect(sixth.status).toBe(401);
  });

  it('says on every answer what a browser may not do', async () => {
    const { signedIn } = await open();

    const page = await signedIn('/');

    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('cache-control')).toBe('no-store');
  });
});

describe('health', () => {
  it('is alive and ready, without a token', async () => {
    const { ask } = await open();

    expect((await ask('/livez')).status).toBe(200);
    expect(await (await ask('/readyz')).json()).toMatchObject({ ready: true });
  });

  it('is not ready while it drains, and stays alive', async () => {
    const { ask } = await open(true);

    expect((await ask('/readyz')).status).toBe(503);
    expect((await ask('/livez')).status).toBe(200);
  });
});

describe('pages', () => {
  it('show a hostile account name as text', async () => {
    const { signedIn } = await open();

    const page = await (await signedIn('/accounts')).text();

    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img');
  });

  it('have a twin in JSON', async () => {
    const { signedIn } = await open();

    expect(await (await signedIn('/overview.json')).json()).toMatchObject({
      next: '2026-06-02T05:00:00.000Z',
      runs: [{ state: 'done' }],
    });
    expect(await (await signedIn('/account/a.json')).json()).toMatchObject({ account: 'a', score: 100 });
    expect((await signedIn('/account/nobody.json')).status).toBe(404);
  });

  it('show what is wrong, a run with its gates, and a plan old → new, with hostile names as text', async () => {
    const { signedIn } = await open();

    const overview = await (await signedIn('/')).text();
    const json = (await (await signedIn('/overview.json')).json()) as { runs: { id: string }[]; trouble: unknown[] };
    const runId = json.runs[0]?.id ?? '';
    const run = await (await signedIn(`/run/${runId}`)).text();
    const plan = await (await signedIn('/plan/1')).text();
    const twin = (await (await signedIn('/plan/1.json')).json()) as { effects: { changes: unknown[] }[] };

    expect(json.trouble).toEqual([]);
    expect(overview).toContain(`href="/run/${runId}"`);
    expect(run).toContain('href="/plan/1"');
    expect(run).toContain('New rules are not asked about');
    expect(plan).toContain('health_score: <span class="dim">–</span> → 100');
    expect(plan).toContain('open a task');
    expect(plan).not.toContain('<img');
    expect(twin.effects).toHaveLength(3);
    for (const missing of ['/plan/99', '/plan/x', '/run/x', '/run/x.json', '/plan/1%20OR%201'])
      expect((await signedIn(missing)).status).toBe(404);
  });

  it('explain an account in the words of the terminal', async () => {
    const { signedIn } = await open();

    expect(await (await signedIn('/account/a')).text()).toContain('Company a');
  });
});
