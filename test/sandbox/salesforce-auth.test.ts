import { createSign, generateKeyPairSync } from 'node:crypto';
import { Connection } from 'jsforce';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pretendClient } from '../../src/sandbox/salesforce/oauth.ts';
import type { OrgHalf } from '../../src/sandbox/salesforce/org.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { base, call, connect, version } from './salesforce-connect.ts';

let sandbox: Sandbox;
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
beforeAll(async () => {
  sandbox = await startSandbox({ accounts: 3 });
  const pem = keys.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  (sandbox.salesforce.half as OrgHalf).tokens.keys.push(pem);
});
afterAll(() => sandbox.close());

async function token(form: Record<string, string>) {
  const answer = await fetch(`${sandbox.salesforce.url}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, string> };
}
function assertion(claims: Record<string, unknown> = {}): Record<string, string> {
  const b64 = (given: object) => Buffer.from(JSON.stringify(given)).toString('base64url');
  const exp = Math.floor(Date.parse(sandbox.clock.now()) / 1000) + 120;
  const body = {
    iss: pretendClient.id,
    sub: pretendClient.username,
    aud: 'https://login.salesforce.com',
    exp,
    ...claims,
  };
  const text = `${b64({ alg: 'RS256' })}.${b64(body)}`;
  const signature = createSign('RSA-SHA256').update(text).sign(keys.privateKey).toString('base64url');
  return { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: `${text}.${signature}` };
}
const credentials = {
  grant_type: 'client_credentials',
  client_id: pretendClient.id,
  client_secret: pretendClient.secret,
};

describe('tokens', () => {
  test('are given for client credentials, say that they are pretend, and bring no refresh token and no expiry', async () => {
    const { status, body } = await token(credentials);

    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(
      ['access_token', 'id', 'instance_url', 'issued_at', 'signature', 'token_format', 'token_type'].sort(),
    );
    expect(body['access_token']).toMatch(/^00D\w{12}!pretend-not-a-secret/);
    expect(body['instance_url']).toBe(sandbox.salesforce.url);
    expect(body['id']).toMatch(new RegExp(`^${sandbox.salesforce.url}/id/00D`));
  });

  test('are given for an assertion that the registered key signed', async () => {
    const connection = new Connection({
      loginUrl: sandbox.salesforce.url,
      version,
      oauth2: { loginUrl: sandbox.salesforce.url },
    });

    await connection.authorize(assertion() as { grant_type: string });

    expect((await connection.identity()).username).toBe(pretendClient.username);
  });

  test.each([
    ['another client', { ...credentials, client_id: 'x' }, 'invalid_client_id', 'client identifier invalid'],
    ['a wrong secret', { ...credentials, client_secret: 'x' }, 'invalid_client', 'invalid client credentials'],
    [
      'a kind of grant that does not exist',
      { grant_type: 'magic' },
      'unsupported_grant_type',
      'grant type not supported',
    ],
    [
      'an old refresh token',
      { ...credentials, grant_type: 'refresh_token', refresh_token: 'x' },
      'invalid_grant',
      'expired access/refresh token',
    ],
  ])('are refused for %s', async (_who, form, error, error_description) => {
    expect(await token(form)).toEqual({ status: 400, body: { error, error_description } });
  });

  test.each([
    ['another audience', { aud: 'https://evil.example' }],
    ['a user that was not approved', { sub: 'boss@kenko.example' }],
    ['an assertion that is long over', { exp: 1 }],
  ])('are refused for %s', async (_what, claims) => {
    expect(await token(assertion(claims))).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  test('are refused for a signature by another key', async () => {
    const forged = assertion();
    const [head, body] = (forged['assertion'] ?? '').split('.');

    const { status } = await token({
      ...forged,
      assertion: `${head}.${body}.${Buffer.from('no').toString('base64url')}`,
    });

    expect(status).toBe(400);
  });

  test('jsforce tells a refusal by the name of its error', async () => {
    const loginUrl = sandbox.salesforce.url;
    const connection = new Connection({
      loginUrl,
      oauth2: { loginUrl, clientId: pretendClient.id, clientSecret: 'x' },
    });

    await expect(connection.authorize({ grant_type: 'client_credentials' })).rejects.toMatchObject({
      name: 'invalid_client',
    });
  });

  test('stop working when they are revoked or never worked', async () => {
    const { body } = await token(credentials);
    const given = body['access_token'] ?? '';
    const ask = () => call(sandbox, 'GET', `${base}/limits`, undefined, { authorization: `Bearer ${given}` });
    const before = await ask();
    await fetch(`${sandbox.salesforce.url}/services/oauth2/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: given }),
    });

    const after = await ask();

    expect(before.status).toBe(200);
    expect([after.status, after.body]).toEqual([
      401,
      [{ message: 'Session expired or invalid', errorCode: 'INVALID_SESSION_ID' }],
    ]);
  });
});

describe('who is calling', () => {
  test('the identity and the user info speak of the integration user of this org', async () => {
    const jsforce = await connect(sandbox);
    const info = await call(sandbox, 'GET', '/services/oauth2/userinfo');

    const identity = await jsforce.identity();

    expect(identity.organization_id).toBe(sandbox.salesforce.org);
    expect(info.body).toMatchObject({ user_id: identity.user_id, organization_id: identity.organization_id });
  });

  test('the user, the organization and the roots can be read as a command line would', async () => {
    const jsforce = await connect(sandbox);
    const { user_id } = await jsforce.identity();

    const user = await jsforce.sobject('User').retrieve(user_id);
    const org = await jsforce.query<Record<string, unknown>>(
      'SELECT Id, Name, IsSandbox, InstanceName FROM Organization',
    );
    const roots = await call(sandbox, 'GET', base);

    expect(user['Username']).toBe(pretendClient.username);
    expect(org.records).toMatchObject([{ Id: sandbox.salesforce.org }]);
    expect(roots.body).toMatchObject({ sobjects: `${base}/sobjects`, identity: expect.stringContaining('/id/00D') });
  });
});

describe('the day’s calls', () => {
  test('are refused with 403 when they are used up', async () => {
    sandbox.salesforce.half.setDailyLimit({ max: 100, used: 100 });

    const answer = await call(sandbox, 'GET', `${base}/limits`);

    sandbox.salesforce.half.setDailyLimit({ max: 15_000, used: 0 });
    expect([answer.status, answer.body]).toEqual([
      403,
      [{ message: 'TotalRequests Limit exceeded.', errorCode: 'REQUEST_LIMIT_EXCEEDED' }],
    ]);
  });
});
