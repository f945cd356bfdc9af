import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatProblem } from '../../src/config/problem.ts';
import { isSecretName, literalSecrets, looksSecret, resolveSecrets } from '../../src/config/secrets.ts';
import { Secret } from '../../src/lib/secret.ts';
import { decisionsOf, env, load, told } from './home.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kenko-secrets-'));
  await writeFile(join(home, 'token'), 'from-a-file\n');
  await writeFile(join(home, 'empty'), '');
});
afterAll(async () => {
  await rm(home, { recursive: true, force: true });
});
const around = (given: Readonly<Record<string, string>> = {}) => ({ env: given, home });
const mapping = 'mappings/acme_crm.yaml';
const revealed = (value: unknown) => (value instanceof Secret ? value.reveal() : value);

describe('references', () => {
  it.each([
    ['${NAME}', { NAME: 'x' }, 'x'],
    ['${NAME:-y}', {}, 'y'],
    ['${NAME:-y}', { NAME: '' }, 'y'],
    ['${NAME:-y}', { NAME: 'x' }, 'x'],
    ['https://${HOST}:${PORT:-443}/', { HOST: 'crm.test' }, 'https://crm.test:443/'],
    ['${NAME:-a:-b}', {}, 'a:-b'],
    ['plain text', {}, 'plain text'],
  ])('%s is filled in', (given, variables, expected) => {
    const resolved = resolveSecrets({ base_url: given }, [], around(variables), null);

    expect(resolved).toMatchObject({ value: { base_url: expected }, faults: [] });
  });

  it('reads a file, without the line end that every editor adds', () => {
    const resolved = resolveSecrets({ access_token: '${file:token}' }, [], around(), null);

    expect(revealed((resolved.value as { access_token: unknown }).access_token)).toBe('from-a-file');
  });

  it('reads a file that the environment names, as containers hand secrets over', () => {
    const resolved = resolveSecrets({ access_token: '${TOKEN}' }, [], around({ TOKEN: '${file:token}' }), null);

    expect(revealed((resolved.value as { access_token: unknown }).access_token)).toBe('from-a-file');
  });

  it('leaves out what is nothing but an empty default, and remembers which variable it was', () => {
    const resolved = resolveSecrets({ access_token: '${TOKEN:-}', base_url: 'x' }, ['connection'], around(), null);

    expect(resolved).toMatchObject({
      value: { base_url: 'x' },
      leftEmpty: [{ path: ['connection', 'access_token'], variable: 'TOKEN' }],
    });
    expect(resolved.value).not.toHaveProperty('access_token');
  });

  it.each([
    ['${TOKEN}', 'the environment variable TOKEN is not set'],
    ['${file:nowhere}', 'nowhere cannot be read (ENOENT)'],
    ['${file:empty}', 'empty is empty'],
    ['${file:.}', '. is not a plain file'],
    ['${file:}', 'file: has no path'],
    ['${not a name}', 'a reference cannot be read'],
  ])('%s that cannot be filled in says why', (given, says) => {
    const resolved = resolveSecrets({ access_token: given }, ['connection'], around(), null);

    expect(resolved.faults[0]).toMatchObject({ what: says, path: ['connection', 'access_token'] });
  });
});

describe('secrets', () => {
  it.each(['client_secret', 'access_token', 'password', 'jwt_key', 'api_key', 'token', 'Authorization'])(
    '%s is a secret by its name',
    (name) => {
      expect(isSecretName(name)).toBe(true);
    },
  );

  it.each(['client_id', 'login_url', 'key', 'key_from', 'token_env', 'username', 'keys'])('%s is none', (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  it('become Secrets by their name, and where the schema of the kind takes one', () => {
    const schema = z.strictObject({ url: z.instanceof(Secret), query: z.string() });

    const resolved = resolveSecrets(
      { url: '${URL}', query: '${Q}', extra_token: '${T}' },
      [],
      around({ URL: 'u', Q: 'q', T: 't' }),
      schema,
    );

    expect(resolved.value).toMatchObject({ url: expect.any(Secret), query: 'q', extra_token: expect.any(Secret) });
  });

  it.each([
    ['access_token: ${ACME_TOKEN}', 'access_token: tok-123456'],
    ['access_token: ${ACME_TOKEN}', 'access_token: 123456'],
    ['access_token: ${ACME_TOKEN}', 'access_token: ${ACME_TOKEN:-tok-123456}'],
  ])('%s written as %s are refused, and never repeated', async (from, to) => {
    const problems = await told({ [mapping]: [from, to] });

    expect(problems[0]).toMatchObject({
      where: `${mapping}:3:17`,
      path: 'connection.access_token',
      what: 'a secret is written into the file',
      fix: expect.stringContaining('${ACCESS_TOKEN}'),
    });
    expect(JSON.stringify(problems)).not.toContain('123456');
  });

  const shaped = [
    ['a private key', `-----BEGIN ${'RSA '}PRIVATE KEY-----`],
    ['a HubSpot token', `pat-na1-${'0'.repeat(8)}-${'0000-'.repeat(3)}${'0'.repeat(12)}`],
    ['a Salesforce session', `00D${'0'.repeat(12)}!${'A'.repeat(30)}`],
    ['a JSON web token', `eyJ${'a'.repeat(12)}.${'b'.repeat(12)}.${'c'.repeat(12)}`],
    ['a password in an address', 'postgres://user:hunter2@db.test/x'],
  ] as const;
  it.each(shaped)('%s is refused wherever it stands', async (_name, text) => {
    const problems = await told({ 'config/kenko.yaml': ['purpose: To see who needs help.', `purpose: "${text}"`] });

    expect(looksSecret(text)).toBe(true);
    expect(problems[0]).toMatchObject({
      where: 'config/kenko.yaml:2:10',
      rule: 'secrets',
      what: 'this looks like a secret, and it is written into the file',
    });
    expect(problems.map(formatProblem).join('\n')).not.toContain(text);
  });

  it('are found by shape, not in references or ordinary texts', () => {
    expect(
      literalSecrets({
        a: 'postgres://user:${PASSWORD}@db.test/x',
        b: ['see https://crm.test/a:b@c'],
        c: 'Tokens are fine',
      }),
    ).toEqual([]);
  });
});

describe('a home whose secrets are not there', () => {
  it('says which variable is missing and where it is used', async () => {
    const loaded = await load({}, { env: {} });

    expect(loaded.ok).toBe(false);
    expect(loaded.ok ? [] : loaded.problems).toMatchObject([
      {
        where: `${mapping}:3:17`,
        what: 'the environment variable ACME_TOKEN is not set',
        fix: expect.stringContaining('ACME_TOKEN=…'),
      },
    ]);
  });

  it('loads all the same when asked to, and marks the CRM', async () => {
    const loaded = await load({}, { env: {}, allowMissingSecrets: true });

    expect(loaded.ok && loaded.decisions.crms[0]).toMatchObject({ crm: 'acme_crm', lacks: ['ACME_TOKEN'] });
    expect(loaded.warnings).toMatchObject([{ code: 'W_NOT_CONNECTED', severity: 'warning' }]);
  });

  it('says so too where every way to sign in is left open', async () => {
    const edits = { [mapping]: ['${ACME_TOKEN}', '${ACME_TOKEN:-}\n  client_id: ${ACME_ID:-}'] as const };

    const strict = await load(edits, { env: {} });
    const lenient = await load(edits, { env: {}, allowMissingSecrets: true });

    expect(strict.ok ? [] : strict.problems).toMatchObject([
      { path: 'connection', why: expect.stringContaining('ACME_TOKEN, ACME_ID') },
    ]);
    expect(lenient.ok && lenient.decisions.crms[0]?.lacks).toEqual(['ACME_TOKEN', 'ACME_ID']);
  });

  it('names the variable that leaves a required field open', async () => {
    const edits = {
      'config/sources.yaml': [
        'kind: csv\n    holds: events\n    settings: {path: data/usage.csv}',
        'kind: warehouse\n    holds: events\n    settings: {url: "${DB_URL:-}", query: select 1}',
      ] as const,
    };

    const strict = await load(edits);
    const lenient = await load(edits, { allowMissingSecrets: true });

    expect(strict.ok ? [] : strict.problems).toMatchObject([
      { path: 'sources.usage.settings.url', why: 'not set in the environment: DB_URL' },
    ]);
    expect(lenient.ok && lenient.decisions.sources.find((source) => source.name === 'usage')?.lacks).toEqual([
      'DB_URL',
    ]);
  });

  it('is refused for a literal secret even then', async () => {
    const loaded = await load({ [mapping]: ['${ACME_TOKEN}', 'tok-123456'] }, { env: {}, allowMissingSecrets: true });

    expect(loaded.ok).toBe(false);
  });
});

describe('what is loaded', () => {
  it('holds secrets that nothing prints', async () => {
    const decisions = await decisionsOf();
    const token = decisions.crms[0]?.connection['access_token'];

    expect(revealed(token)).toBe(env.ACME_TOKEN);
    expect(JSON.stringify(decisions)).not.toContain(env.ACME_TOKEN);
    expect(inspect(decisions, { depth: 20 })).not.toContain(env.ACME_TOKEN);
  });

  it('never shows a value of the environment in a problem', async () => {
    const problems = await told(
      {
        [mapping]: [
          '  base_url: ${ACME_URL:-https://crm.test}',
          '  base_url: {a: "${ACME_TOKEN}"}\n  acces_token: ${ACME_TOKEN}',
        ],
      },
      { env },
    );

    expect(problems.length).toBeGreaterThan(0);
    expect(problems.map(formatProblem).join('\n')).not.toContain(env.ACME_TOKEN);
  });
});
