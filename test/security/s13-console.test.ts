// S13: the console against web pages that a person visits, against strangers who guess, and against names that are code.

import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { consoleApp } from '../../src/console/server.ts';
import { createSessions } from '../../src/console/sessions.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import { run } from '../../src/pipeline/run.ts';
import type { Store } from '../../src/state/store.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { kenko } from './command-line.ts';

const token = 'pretend-token-of-a-test-0123456789';
const hostile = [
  '<img src=x onerror=alert(1)>',
  '<script>alert(1)</script>',
  "'><svg/onload=alert(1)>",
  'javascript:alert(1)',
  '</td></table><form action=//evil.example>',
  '<a href=javascript:alert(1)>x</a>',
];
let home: SmallHome;
let store: Store;
let hall: Hall;
let app: ReturnType<typeof consoleApp>;
let now = '2026-06-01T06:00:00.000Z';
const push = (minutes: number) => {
  now = new Date(Date.parse(now) + minutes * 60_000).toISOString();
};
const open = (publicUrl: string | null = null) => {
  const { decisions, prepared } = hall;
  return consoleApp({
    ...{ host: '127.0.0.1', port: 0, token, store, prepared, version: '0' },
    decisions: { ...decisions, home: { ...decisions.home, console: { ...decisions.home.console, publicUrl } } },
    now: () => now,
    draining: () => false,
    nextSlot: async () => null,
  });
};

beforeAll(async () => {
  home = await smallHome([
    { id: 'plain', logins: 20, satisfaction: 10 },
    ...hostile.map((id) => ({ id, logins: 1, satisfaction: 1 })),
  ]);
  ({ hall, store } = await home.open());
  const request = { kind: 'run', until: null, source: null, account: null, asOf: null, slot: null } as const;
  await run(hall, { ...request, reread: true, lifted: false }, new AbortController().signal);
});
afterAll(async () => {
  await store.close();
  await home.remove();
});
beforeEach(() => {
  push(24 * 60);
  app = open();
});

const host = '127.0.0.1:8620';
const own = { host, origin: `http://${host}`, 'content-type': 'application/x-www-form-urlencoded' };
const ask = (path: string, headers: Record<string, string> = {}) =>
  app.request(path, { headers: { host, ...headers } });
const send = (path: string, headers: Record<string, string>, body = new URLSearchParams({ token }).toString()) =>
  app.request(path, { method: 'POST', body, headers });
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
const cookieOf = (answer: Response) => (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';

describe('S13 the Host header', () => {
  it.each([
    'evil.example',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '169.254.169.254',
    '',
    '[::2]',
    '127.0.0.1@evil',
  ])('S13 %j is answered with 403 before anything else, with the token as well', async (foreign) => {
    for (const path of ['/', '/livez', '/sign-in', '/overview.json']) {
      const answer = await ask(path, { host: foreign, ...bearer(token) });

      expect(answer.status, path).toBe(403);
      expect(await answer.text()).toBe('This host is not served here.\n');
    }
  });

  it('S13 may be that of the public address, where a proxy stands before it', async () => {
    app = open('https://kenko.example.com');

    expect((await ask('/livez', { host: 'kenko.example.com' })).status).toBe(200);
    expect((await ask('/livez', { host: 'other.example.com' })).status).toBe(403);
  });
});

describe('S13 a form', () => {
  it.each([
    ['of another site', { ...own, origin: 'https://evil.example' }],
    ['of another port of this machine', { ...own, origin: 'http://127.0.0.1:3000' }],
    ['of a sandboxed frame', { ...own, origin: 'null' }],
    ['without Origin', { host, 'content-type': own['content-type'] }],
    ['that the browser calls cross-site', { ...own, 'sec-fetch-site': 'cross-site' }],
    ['that the browser calls same-site', { ...own, 'sec-fetch-site': 'same-site' }],
    ['sent as plain text', { ...own, 'content-type': 'text/plain' }],
    ['sent as JSON', { ...own, 'content-type': 'application/json' }],
    ['without a kind', { host, origin: own.origin, 'content-type': '' }],
  ])('S13 %s is refused with 403, though the token in it is right', async (_what, headers) => {
    expect((await send('/sign-in', headers)).status).toBe(403);
    expect((await send('/sign-out', headers)).status).toBe(403);
  });

  it('S13 larger than any form of ours is not read', async () => {
    const body = `token=${'x'.repeat(10_000)}`;
    const told = await send('/sign-in', { ...own, 'content-length': String(body.length) }, body);
    const hidden = await send('/sign-in', own, body);

    expect(told.status).toBe(413);
    expect(hidden.status).toBeGreaterThanOrEqual(400);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('S13 %s finds nothing', async (method) => {
    const answer = await app.request('/', { method, headers: { ...own, ...bearer(token) } });

    expect([403, 404]).toContain(answer.status);
  });
});

describe('S13 signing in', () => {
  it('S13 is needed for everything but health, on loopback too', async () => {
    for (const path of ['/', '/accounts', '/account/plain', '/nothing'])
      expect((await ask(path)).headers.get('location'), path).toBe('/sign-in');
    for (const path of ['/overview.json', '/accounts.json', '/account/plain.json', '/metrics'])
      expect((await ask(path)).status, path).toBe(401);
    for (const path of ['/livez', '/readyz']) expect((await ask(path)).status, path).toBe(200);
    expect(await (await ask('/readyz')).json()).toEqual({ ready: true, schema: expect.any(Number) });
  });

  it('S13 gives a cookie that no script reads and no other site sends, and over TLS no other host', async () => {
    const plain = (await send('/sign-in', own)).headers.get('set-cookie') ?? '';
    app = open('https://kenko.example.com');
    const behindProxy = { ...own, host: 'kenko.example.com', origin: 'https://kenko.example.com' };
    const tls = (await send('/sign-in', behindProxy)).headers.get('set-cookie') ?? '';

    expect(plain).toMatch(/^kenko_console=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(tls).toMatch(/^__Host-kenko_console=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
    expect(plain).not.toContain(token);
  });

  it('S13 ends after 30 idle minutes, after 12 hours, by signing out, and with the process', async () => {
    const signedIn = async () => cookieOf(await send('/sign-in', own));
    const alive = async (cookie: string) => (await ask('/', { cookie })).status === 200;

    const idle = await signedIn();
    push(29);
    expect(await alive(idle)).toBe(true);
    push(31);
    expect(await alive(idle)).toBe(false);

    const long = await signedIn();
    for (let step = 0; step < 35; step++) {
      push(20);
      expect(await alive(long), `${step}`).toBe(true);
    }
    push(20);
    expect(await alive(long)).toBe(false);

    const out = await signedIn();
    await send('/sign-out', { ...own, cookie: out });
    expect(await alive(out)).toBe(false);

    const older = await signedIn();
    app = open();
    expect(await alive(older)).toBe(false);
  });

  it('S13 is tried five times a minute, by form or by header; then the right token waits as well', async () => {
    for (let nth = 0; nth < 3; nth++) expect((await ask('/', bearer(`wrong-${nth}`))).status).toBe(401);
    for (let nth = 0; nth < 2; nth++) expect((await send('/sign-in', own, 'token=wrong')).status).toBe(401);

    const byForm = await send('/sign-in', own);
    const byHeader = await ask('/', bearer(token));
    push(1.1);
    const later = await ask('/', bearer(token));

    expect(byForm.status).toBe(401);
    expect([byHeader.status, byHeader.headers.get('retry-after')]).toEqual([429, '60']);
    expect(later.status).toBe(200);
  });

  it('S13 S18 stands in the audit, and so do refusals, once a minute', async () => {
    const before = (await store.audit.rows(0, 1_000)).length;
    await send('/sign-in', own);
    for (let nth = 0; nth < 50; nth++) await send('/sign-in', own, 'token=wrong');

    const noted = (await store.audit.rows(0, 1_000)).slice(before);
    expect(noted.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
      'console sign_in',
      'console sign_in_refused',
    ]);
    expect(JSON.stringify(noted)).not.toContain(token);
  });

  it('S13 never takes a guess for the token or an id', () => {
    const sessions = createSessions({ token, now: () => now });
    fc.assert(
      fc.property(fc.string(), (guess) => {
        push(2);
        expect(sessions.isAlive(guess)).toBe(false);
        expect(sessions.signIn(guess)).toBeNull();
      }),
    );
    push(2);
    expect(sessions.signIn(token)).not.toBeNull();
  });
});

describe('S13 every answer', () => {
  it.each(['/', '/livez', '/sign-in', '/accounts', '/nothing', '/overview.json', '/style.css'])(
    'S13 says what a browser may not do: %s',
    async (path) => {
      for (const headers of [bearer(token), {}, { host: 'evil.example' }]) {
        const answer = await ask(path, headers as Record<string, string>);
        const policy = answer.headers.get('content-security-policy') ?? '';

        for (const part of [
          "default-src 'none'",
          "object-src 'none'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
          "form-action 'self'",
        ])
          expect(policy, part).toContain(part);
        expect(policy).not.toMatch(/unsafe|\*|script-src/);
        expect(Object.fromEntries(answer.headers)).toMatchObject({
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
          'cross-origin-opener-policy': 'same-origin',
          'cross-origin-resource-policy': 'same-origin',
          'cache-control': 'no-store',
        });
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    },
  );
});

/** The tags of a page, as a browser reads them: what stands between < and >, strings in quotes taken whole. */
const tagsOf = (page: string) =>
  [...page.matchAll(/<(\/?[a-z!][^\s>/]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/gi)].map(([, name = '', rest = '']) => ({
    name: name.toLowerCase(),
    rest,
  }));

describe('S13 names that are code', () => {
  const plainTags = new Set(
    '!doctype html head meta title link body header strong span nav a form button h1 h2 p table tr th td tbody pre code'
      .split(' ')
      .flatMap((name) => [name, `/${name}`]),
  );
  it('S13 are shown as text on every page: no tag, no attribute and no address comes from them', async () => {
    const { rows } = (await (await ask('/accounts.json', bearer(token))).json()) as { rows: { key: string }[] };
    const pages = ['/', '/accounts', ...rows.map(({ key }) => `/account/${encodeURIComponent(key)}`)];
    expect(rows).toHaveLength(hostile.length + 1);
    for (const path of pages) {
      const answer = await ask(path, bearer(token));
      const page = await answer.text();
      const tags = tagsOf(page);

      expect(answer.status, path).toBe(200);
      expect(
        tags.filter(({ name }) => !plainTags.has(name)),
        path,
      ).toEqual([]);
      expect(
        tags.filter(({ rest }) =>
          /\bon\w+\s*=|\bstyle\s*=|srcdoc|javascript:/i.test(rest.replace(/"\/account\/[^"]*"/, '')),
        ),
        path,
      ).toEqual([]);
      for (const { rest } of tags) {
        const target = /\b(?:href|src|action)\s*=\s*"([^"]*)"/.exec(rest)?.[1];
        if (target !== undefined) expect(target, path).toMatch(/^\/(?!\/)/);
      }
    }
    expect(await (await ask('/accounts', bearer(token))).text()).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });

  it('S13 are text for a JSON reader as well: the browser is told the kind, and to believe it', async () => {
    const answer = await ask('/accounts.json', bearer(token));

    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('S13 kenko start', () => {
  it('S13 does not listen beyond this machine with a token that nobody chose, nor with a short one', async () => {
    const env = {
      HUBSPOT_ACCESS_TOKEN: 'pretend-token',
      SALESFORCE_ACCESS_TOKEN: 'pretend-token',
      SALESFORCE_INSTANCE_URL: 'http://127.0.0.1:9',
    };
    await kenko(['init', `${home.folder}/started`], env);
    const starting = (more: Record<string, string>) =>
      kenko(['start', '--host', '0.0.0.0', '--home', `${home.folder}/started`], { ...env, ...more });

    const open = await starting({ KENKO_CONSOLE_TOKEN: '' });
    const short = await starting({ KENKO_CONSOLE_TOKEN: 'short' });

    expect([open.exitCode, short.exitCode]).toEqual([2, 2]);
    expect(open.stderr).toContain('KENKO_CONSOLE_TOKEN is not set');
    expect(short.stderr).toContain('shorter than');
  });
});
