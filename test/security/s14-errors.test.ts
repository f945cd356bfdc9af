// S14: what nobody expected is told without secrets, ends everything with 70, and leads to no write; a gate that breaks
// holds like one that says no.

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bugOf } from '../../src/cli/commands.ts';
import { errorJson, errorText } from '../../src/cli/output.ts';
import { systemClock } from '../../src/lib/clock.ts';
import { AuthError, ConfigError } from '../../src/lib/errors.ts';
import { createLog, scrub } from '../../src/lib/log.ts';
import { hideSecrets, Secret } from '../../src/lib/secret.ts';
import { run } from '../../src/pipeline/run.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import { smallHome } from '../support/small-home.ts';

const word = 'Zx81canary4711';
const forms: readonly (readonly [string, string])[] = [
  ['a bearer header', `Authorization: Bearer ${word}.${word}`],
  ['a basic header', `authorization: Basic ${word}==`],
  ['a session of Salesforce', `session 00D000000000001!${word}`],
  ['a private-app token of HubSpot', `token pat-na1-${word}`],
  ['a JSON web token', `eyJ${word}.${word}.${word}`],
  ['a parameter of an address', `https://api.example/x?access_token=${word}&a=1`],
  ['a field of a form', `client_secret=${word}&grant_type=x`],
  ['a field of JSON', `{"refresh_token":"${word}"}`],
  ['a sign-in in an address', `postgres://reader:${word}@db.example/x`],
  ['an e-mail address', `for ${word}@person.example`],
  ['a private key', `-----BEGIN PRIVATE KEY-----\n${word}\n-----END PRIVATE KEY-----`],
];

describe('S2 an error', () => {
  it.each(forms)('S2 with %s in message, stack, address and cause is told without it', (_what, text) => {
    const inner = new Error(text, { cause: new Error(text) });
    const thrown = Object.assign(new Error(`failed: ${text}`, { cause: inner }), { url: text });
    const lines: string[] = [];
    const log = createLog({ level: 'debug', destination: { write: (line) => void lines.push(line) }, now: () => '' });
    const problem = { code: 'E_X', severity: 'error', where: text, what: text, why: text, fix: text } as const;

    log.error('trouble', { error: thrown, where: text, url: text, payload: text, stackHead: thrown.stack ?? '' });
    log.with({ path: text }).warn('trouble', { error: new AuthError(text, { cause: thrown }) });
    const told = [
      bugOf(thrown, 'run'),
      new AuthError(text, { where: text, why: text, fix: text, cause: inner }),
      new ConfigError([problem]),
    ].flatMap((error) => [errorText({ color: false }, error), JSON.stringify(errorJson(error))]);

    expect(lines).toHaveLength(2);
    expect([...lines, ...told].join('\n')).not.toContain(word);
  });

  it('S2 writes a log line as one line of JSON, whatever is in it', () => {
    const lines: string[] = [];
    const log = createLog({ level: 'info', destination: { write: (line) => void lines.push(line) }, now: () => 'now' });

    log.info('event', {
      customer: 'Canary Ltd',
      payload: { name: 'Canary Ltd' },
      where: 'a\n{"level":"error","event":"forged"}\r\u2028\u0000\u001b[31m',
    });

    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('Canary Ltd');
    expect(lines[0]?.match(/\n/g)).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', event: 'event' });
  });

  it('S1 knows a secret by its value, in every usual spelling and whatever it looks like', () => {
    const plain = 'correct horse/battery+staple"é';
    new Secret(plain);
    new Secret('mysql://reader:s%40me-password-7@db.example:3306/x');
    new Secret(`-----BEGIN PRIVATE KEY-----\\n${'A1b2'.repeat(16)}\\n-----END PRIVATE KEY-----`);

    const spellings = [
      plain,
      JSON.stringify(plain),
      encodeURIComponent(plain),
      Buffer.from(plain).toString('base64'),
      's%40me-password-7',
      's@me-password-7',
      'A1b2'.repeat(16),
    ];
    for (const text of spellings) {
      expect(scrub(`it said ${text} twice: ${text}`)).toBe(
        text.startsWith('"') ? 'it said "***" twice: "***"' : 'it said *** twice: ***',
      );
    }
    expect(hideSecrets('correct horse')).toBe('correct horse');
  });

  it('S1 forgets old passing tokens and no lasting one', () => {
    new Secret('a-lasting-secret-1');
    for (let nth = 0; nth < 100; nth++) new Secret(`passing-token-${nth}-end`, 'passing');

    expect(hideSecrets('a-lasting-secret-1 passing-token-99-end passing-token-3-end')).toBe(
      '*** *** passing-token-3-end',
    );
  });
});

describe('S14 an error that nobody catches', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kenko-last-resort-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('S14 ends a run in the middle with 70, closes it as failed, writes nothing more and repeats no secret', async () => {
    const token = `Q${'canary'.repeat(4)}9`;
    // Thrown outside of everything that is waited for, as a mistake in a callback would be, when a signal says so.
    await writeFile(
      join(folder, 'mistake.mjs'),
      `process.on('SIGUSR2', () => { throw new Error('sent ' + process.env.HUBSPOT_ACCESS_TOKEN + ' to nobody'); });\n`,
    );
    let child: ReturnType<typeof execFile> | null = null;
    const calls: string[] = [];
    const crm = createServer((request, response) => {
      calls.push(`${request.method} ${request.url}`);
      if (calls.length === 1) child?.kill('SIGUSR2');
      setTimeout(() => response.writeHead(503).end(), 300);
    });
    await new Promise<void>((ready) => crm.listen(0, '127.0.0.1', ready));
    const env = {
      ...process.env,
      HUBSPOT_BASE_URL: `http://127.0.0.1:${(crm.address() as AddressInfo).port}`,
      HUBSPOT_ACCESS_TOKEN: token,
      NODE_OPTIONS: `--import ${join(folder, 'mistake.mjs')}`,
    };
    const kenko = (...args: string[]) =>
      new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
        child = execFile(
          process.execPath,
          [resolve(import.meta.dirname, '../../src/kenko.js'), ...args, '--home', join(folder, 'home')],
          { env },
          (error, stdout, stderr) => done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
        );
      });
    await kenko('init', '--crm', 'hubspot');

    const ended = await kenko('run', '--json', '--log-level', 'debug');
    await new Promise<void>((done) => {
      crm.close(() => done());
      crm.closeAllConnections();
    });

    expect(ended.code, ended.stderr).toBe(70);
    expect(ended.stderr.match(/E_BUG/g)).toHaveLength(1);
    expect(ended.stderr).toContain('sent *** to nobody');
    expect(ended.stdout + ended.stderr).not.toContain('canary');
    expect(calls.filter((call) => !call.startsWith('GET'))).toEqual([]);
    const store = await openSqliteStore({ path: join(folder, 'home/state/kenko.sqlite'), clock: systemClock });
    expect((await store.runs.last(1))[0]).toMatchObject({ state: 'failed', exitCode: 70 });
    await store.close();
  });
});

describe('S14 a gate that breaks', () => {
  it.each(['freshness', 'coverage', 'outcome', 'destruction', 'budget'])(
    'S14 (%s) leads to no write, and the run is closed as failed',
    async (limit) => {
      const home = await smallHome([
        { id: 'a', logins: 20, satisfaction: 10 },
        { id: 'b', logins: 1, satisfaction: 1 },
      ]);
      const { hall, store } = await home.open();
      const gates = new Proxy(hall.decisions.gates, {
        get: (given, name) => {
          if (name === limit) throw new TypeError(`cannot read ${limit}`);
          return Reflect.get(given, name) as unknown;
        },
      });
      const request = { kind: 'run', until: null, source: null, account: null, asOf: null, slot: null } as const;

      const ended = run(
        { ...hall, decisions: { ...hall.decisions, gates } },
        { ...request, reread: true, lifted: false },
        new AbortController().signal,
      );

      await expect(ended).rejects.toThrow(`cannot read ${limit}`);
      expect((await store.runs.last(1))[0]).toMatchObject({ state: 'failed', exitCode: 70 });
      expect(home.crm.writes).toBe(0);
      await store.close();
      await home.remove();
    },
  );
});
