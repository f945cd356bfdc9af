// Signing in: what is sent, what each refusal tells the admin to click, and what is never sent in the clear.

import { createVerify, generateKeyPairSync } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { originOf } from '../../../src/clients/salesforce/grant.ts';
import { AuthError, UnavailableError } from '../../../src/lib/errors.ts';
import { Secret } from '../../../src/lib/secret.ts';
import { clientOf, startWire, type Teller, tokenAnswer, type WireServer, withSecret } from './wire-server.ts';

let server: WireServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});
const read = { name: 'limits', kind: 'read', method: 'GET', path: '/limits' } as const;

async function signIn(tell: Teller) {
  server = await startWire(tell);
  return { server, client: clientOf(withSecret(server.url)) };
}

describe('signing in', () => {
  it('with a secret posts a form to the login address', async () => {
    const { server, client } = await signIn((asked) =>
      asked.path === '/services/oauth2/token' ? tokenAnswer(server.url) : { body: {} },
    );

    await client.read(read);

    const form = new URLSearchParams(server.asked[0]?.text);
    expect(server.asked[0]?.method).toBe('POST');
    expect(Object.fromEntries(form)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'a-key',
      client_secret: 'a-secret',
    });
    expect(server.asked[1]?.headers.authorization).toBe('Bearer 00D!pretend');
  });

  it('with a key sends a short-lived assertion that the certificate of the app can verify', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const opened = await startWire((asked) =>
      asked.path === '/services/oauth2/token' ? tokenAnswer(opened.url) : { body: {} },
    );
    server = opened;
    const client = clientOf({
      kind: 'jwt_bearer',
      loginUrl: opened.url,
      clientId: 'a-key',
      username: 'integration@example.test',
      key: new Secret(pem.replaceAll('\n', '\\n')),
    });

    await client.read(read);

    const form = new URLSearchParams(opened.asked[0]?.text);
    const [head = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.');
    const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, unknown>;
    expect(form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    expect([...form.keys()]).not.toContain('scope');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString())).toEqual({ alg: 'RS256' });
    expect(said).toMatchObject({ iss: 'a-key', sub: 'integration@example.test', aud: opened.url });
    expect(Number(said['exp']) - Date.now() / 1_000).toBeLessThanOrEqual(180);
    const verified = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(publicKey, signature, 'base64url');
    expect(verified).toBe(true);
  });

  it('with something that is no key says so, without showing it', async () => {
    const client = clientOf({
      kind: 'jwt_bearer',
      loginUrl: 'http://127.0.0.1:1',
      clientId: 'a-key',
      username: 'integration@example.test',
      key: new Secret('not-a-pem-file'),
    });

    const error = await client.read(read).catch((caught: unknown) => caught);

    expect(error).toBeInstanceOf(AuthError);
    expect(JSON.stringify({ ...(error as AuthError), message: (error as AuthError).message })).not.toContain(
      'not-a-pem-file',
    );
  });

  it.each([
    ['invalid_grant', "user hasn't approved this consumer", 'pre-authorized'],
    ['invalid_app_access', 'user is not admin approved to access this app', 'pre-authorized'],
    ['invalid_grant', 'no client credentials user enabled', 'Run As'],
    ['invalid_grant', 'Audience validation failed', 'test.salesforce.com'],
    ['invalid_grant', 'user is inactive', 'activate or unfreeze'],
    ['invalid_grant', 'expired access/refresh token', 'clock'],
    ['invalid_client_id', 'client identifier invalid', 'Consumer Key'],
    ['invalid_client', 'invalid client credentials', 'Consumer Key'],
    ['unsupported_grant_type', 'grant type not supported', 'Flow Enablement'],
    ['invalid_grant', 'request not supported on this domain', 'My Domain'],
    ['invalid_grant', 'ip restricted', 'login IP ranges'],
    ['invalid_grant', 'login rate exceeded', 'Wait an hour'],
    ['invalid_grant', 'unable to generate a token', 'certificate'],
    ['invalid_grant', 'authentication failure', 'certificate'],
    ['something_new', 'whatever', 'External Client App Manager'],
  ])('refused with %s "%s" names the click that mends it', async (error, description, click) => {
    const { client, server } = await signIn(() => ({
      status: 400,
      body: { error, error_description: description },
    }));

    const caught = await client.read(read).catch((refusal: unknown) => refusal);

    expect(caught).toBeInstanceOf(AuthError);
    expect((caught as AuthError).fix).toContain(click);
    expect((caught as AuthError).message).toContain(error);
    expect(server.asked).toHaveLength(1);
  });

  it('is tried three times while the sign-in page is away, and is then no refusal', async () => {
    const { client, server } = await signIn(() => ({ status: 503, body: '<html>later</html>' }));

    const answer = await client.send({ ...read, kind: 'write', method: 'POST', body: {} });

    expect(answer).toMatchObject({ ok: false, fault: { fate: 'ready', code: 'NOT_SIGNED_IN' } });
    expect(server.asked).toHaveLength(3);
  });

  it('does not take a login page for a token', async () => {
    const { client } = await signIn(() => ({ body: '<html>please log in</html>' }));

    await expect(client.read(read)).rejects.toBeInstanceOf(UnavailableError);
  });

  it.each(['http://example.my.salesforce.com', 'ftp://127.0.0.1', 'example.my.salesforce.com', ''])(
    'sends no token to %j',
    (address) => {
      expect(() => originOf(address)).toThrow(AuthError);
    },
  );

  it('knows that Lightning pages are not the API', () => {
    expect(() => originOf('https://example.lightning.force.com')).toThrow('Lightning');
    expect(originOf('https://example.my.salesforce.com/')).toBe('https://example.my.salesforce.com');
    expect(originOf('http://127.0.0.1:8123/anything')).toBe('http://127.0.0.1:8123');
  });
});

describe('who and where we are', () => {
  const never = new AbortController().signal;
  const versions = { body: [{ label: "Spring '26", url: '/services/data/v66.0', version: '66.0' }] };
  const organization = {
    body: {
      totalSize: 1,
      done: true,
      records: [{ Id: '00D000000000001EAA', Name: 'Acme', IsSandbox: false, OrganizationType: 'Developer Edition' }],
    },
  };
  const answers =
    (extra: Teller): Teller =>
    (asked) => {
      if (asked.path === '/services/data') return versions;
      if (asked.path.includes('/query?')) return organization;
      if (asked.path.endsWith('/composite')) return { body: { compositeResponse: [] } };
      return extra(asked);
    };

  it('is read from the identity of the token and the organization', async () => {
    const { client } = await signIn(answers(() => tokenAnswer(server?.url ?? '')));

    const identity = await client.identify(never);

    expect(identity).toEqual({ org: '00D000000000001EAA', name: 'Acme', sandbox: true });
    expect(await client.user(never)).toBe('005000000000001AAA');
  });

  it('is asked of the API where a token was given', async () => {
    const opened = await startWire(
      answers(() => ({ body: { identity: 'https://login.salesforce.com/id/00D000000000001EAA/005000000000001AAA' } })),
    );
    server = opened;
    const client = clientOf({ kind: 'given_token', instanceUrl: opened.url, accessToken: new Secret('00D!pretend') });

    const identity = await client.identify(never);

    expect(identity).toMatchObject({ org: '00D000000000001EAA' });
    expect(await client.user(never)).toBe('005000000000001AAA');
    expect(opened.asked.some((asked) => asked.path === '/services/data/v66.0/')).toBe(true);
  });

  it('ends with a clear word where the org does not speak our API version', async () => {
    const { client } = await signIn((asked) =>
      asked.path === '/services/data'
        ? { body: [{ version: '64.0' }] }
        : asked.path.startsWith('/services/data/v66.0')
          ? { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] }
          : tokenAnswer(server?.url ?? ''),
    );

    await expect(client.identify(never)).rejects.toThrow('does not speak API version 66.0');
  });
});
