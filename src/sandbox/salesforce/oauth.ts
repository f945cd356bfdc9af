// Who is calling: client credentials, JWT bearer with a registered key, refresh tokens, revocation, and the identity that a
// token stands for. Every secret of the sandbox says that it is pretend.

import { createVerify } from 'node:crypto';
import type { Hono } from 'hono';
import { error, json, WholeRefusal } from './answers.ts';
import type { Call, OrgEnv } from './env.ts';
import { to15 } from './ids.ts';
import type { Org } from './state.ts';

/** What a connector must know to sign in here. */
export const pretendClient = {
  id: '3MVG9pretend.client.id',
  secret: 'pretend-client-secret-not-a-secret',
  username: 'integration@kenko.example',
  refreshToken: 'pretend-refresh-token-not-a-secret',
} as const;

/** The tokens of one org. */
export class TokenBook {
  readonly #org: Org;
  readonly #live = new Map<string, string>();
  #count = 0;
  #refresh: 'works' | 'fails' | 'useless' = 'works';
  /** Public keys (PEM) that may sign assertions; the first `register` opens the JWT flow. */
  readonly keys: string[] = [];
  readonly first: string;

  constructor(org: Org) {
    this.#org = org;
    this.first = `${to15(org.id)}!pretend-not-a-secret`;
    this.#live.set(this.first, org.integrationUser);
  }
  /** A token that works, or one that never did when the fault plan says so. */
  issue(): string {
    this.#count += 1;
    const token = `${to15(this.#org.id)}!pretend-not-a-secret-${this.#count}`;
    if (this.#refresh !== 'useless') this.#live.set(token, this.#org.integrationUser);
    return token;
  }
  userOf(token: string): string | null {
    return this.#live.get(token) ?? null;
  }
  revoke(token: string): boolean {
    return this.#live.delete(token);
  }
  expireAll(): void {
    this.#live.clear();
  }
  set refresh(answer: 'works' | 'fails' | 'useless') {
    this.#refresh = answer;
  }
  get refresh(): 'works' | 'fails' | 'useless' {
    return this.#refresh;
  }
}

/** The token of a call: `Bearer …`, as older clients write `OAuth …`. */
export function tokenOf(call: Call): string {
  return /^(?:Bearer|OAuth)\s+(.+)$/i.exec(call.req.header('authorization') ?? '')?.[1]?.trim() ?? '';
}

export function oauthRoutes(app: Hono<OrgEnv>, tokens: TokenBook): void {
  app.post('/services/oauth2/token', (call) => grant(call, tokens));
  app.post('/services/oauth2/revoke', async (call) => {
    const form = new URLSearchParams(await call.req.text());
    const known = tokens.revoke(form.get('token') ?? '');
    return known
      ? new Response(null, { status: 200 })
      : tokenError('unsupported_token_type', 'this token type is not supported');
  });
  app.get('/services/oauth2/revoke', (call) => {
    tokens.revoke(call.req.query('token') ?? '');
    return new Response(null, { status: 200 });
  });
  app.get('/services/oauth2/userinfo', (call) => {
    signIn(call, tokens);
    return json(200, userInfo(call.get('org')));
  });
  app.get('/id/:org/:user', (call) => {
    signIn(call, tokens);
    return json(200, identity(call.get('org')));
  });
}

/** Whom the call's token stands for; refuses the call when it stands for nobody. */
export function signIn(call: Call, tokens: TokenBook): string {
  const user = tokens.userOf(tokenOf(call));
  if (user === null) throw new WholeRefusal(401, error('INVALID_SESSION_ID', 'Session expired or invalid', null));
  return user;
}

function tokenError(code: string, description: string): Response {
  return json(400, { error: code, error_description: description });
}

async function grant(call: Call, tokens: TokenBook): Promise<Response> {
  const org = call.get('org');
  const form = new URLSearchParams(await call.req.text());
  const basic = /^Basic\s+(.+)$/i.exec(call.req.header('authorization') ?? '')?.[1];
  const [basicId, basicSecret] = basic === undefined ? [] : Buffer.from(basic, 'base64').toString().split(':');
  const clientId = form.get('client_id') ?? basicId ?? '';
  const secret = form.get('client_secret') ?? basicSecret ?? '';
  const kind = form.get('grant_type');
  if (org.settings.signInError !== null) return json(400, org.settings.signInError);
  if (tokens.refresh === 'fails') return tokenError('invalid_grant', 'expired access/refresh token');
  if (kind === 'client_credentials') {
    if (clientId !== pretendClient.id) return tokenError('invalid_client_id', 'client identifier invalid');
    if (secret !== pretendClient.secret) return tokenError('invalid_client', 'invalid client credentials');
    return json(200, tokenAnswer(org, tokens));
  }
  if (kind === 'refresh_token') {
    if (clientId !== pretendClient.id) return tokenError('invalid_client_id', 'client identifier invalid');
    if (form.get('refresh_token') !== pretendClient.refreshToken)
      return tokenError('invalid_grant', 'expired access/refresh token');
    return json(200, tokenAnswer(org, tokens));
  }
  if (kind === 'urn:ietf:params:oauth:grant-type:jwt-bearer') {
    const wrong = wrongAssertion(form.get('assertion') ?? '', tokens, org);
    return wrong === null ? json(200, tokenAnswer(org, tokens)) : tokenError(wrong[0], wrong[1]);
  }
  return tokenError('unsupported_grant_type', 'grant type not supported');
}

function wrongAssertion(assertion: string, tokens: TokenBook, org: Org): readonly [string, string] | null {
  const [head = '', body = '', signature = ''] = assertion.split('.');
  const claims = claimsOf(body);
  if (claims === null || signature === '') return ['invalid_grant', 'invalid assertion'];
  if (claims['iss'] !== pretendClient.id) return ['invalid_client_id', 'client identifier invalid'];
  const audience = String(claims['aud'] ?? '');
  if (!['https://login.salesforce.com', 'https://test.salesforce.com', org.url()].includes(audience))
    return ['invalid_grant', 'Audience validation failed'];
  const now = Date.parse(org.clock.now()) / 1000;
  const expires = Number(claims['exp'] ?? 0);
  // Only what is past is refused: the vendor's own CLI writes this instant in milliseconds, far in the future.
  if (!(expires >= now - 180)) return ['invalid_grant', 'expired authorization code'];
  if (claims['sub'] !== pretendClient.username) return ['invalid_grant', "user hasn't approved this consumer"];
  const signed = tokens.keys.some((key) =>
    createVerify('RSA-SHA256').update(`${head}.${body}`).verify(key, Buffer.from(signature, 'base64url')),
  );
  return signed ? null : ['invalid_grant', 'invalid assertion'];
}

function claimsOf(body: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(body, 'base64url').toString());
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function tokenAnswer(org: Org, tokens: TokenBook): Record<string, string> {
  return {
    access_token: tokens.issue(),
    signature: 'pretend-signature',
    token_format: 'opaque',
    instance_url: org.settings.instanceUrl ?? org.url(),
    id: identityUrl(org),
    token_type: 'Bearer',
    issued_at: String(Date.parse(org.clock.now())),
  };
}

function identityUrl(org: Org): string {
  return `${org.url()}/id/${org.id}/${org.integrationUser}`;
}

function userInfo(org: Org): Record<string, unknown> {
  const user = org.store.get('User', org.integrationUser);
  return {
    sub: identityUrl(org),
    user_id: org.integrationUser,
    organization_id: org.id,
    preferred_username: user?.values['Username'] ?? null,
    nickname: user?.values['Alias'] ?? null,
    name: 'Kenko Integration',
    email: user?.values['Email'] ?? null,
    email_verified: true,
    given_name: user?.values['FirstName'] ?? null,
    family_name: user?.values['LastName'] ?? null,
    zoneinfo: 'Asia/Tokyo',
    photos: {},
    profile: `${org.url()}/${org.integrationUser}`,
    picture: '',
    address: { country: 'JP' },
    is_salesforce_integration_user: true,
    urls: urlsOf(org),
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 32_400_000,
    updated_at: org.clock.now(),
  };
}

function urlsOf(org: Org): Record<string, string> {
  const base = `${org.url()}/services`;
  return {
    enterprise: `${base}/Soap/c/{version}/${to15(org.id)}`,
    metadata: `${base}/Soap/m/{version}/${to15(org.id)}`,
    partner: `${base}/Soap/u/{version}/${to15(org.id)}`,
    rest: `${base}/data/v{version}/`,
    sobjects: `${base}/data/v{version}/sobjects/`,
    query: `${base}/data/v{version}/query/`,
    profile: `${org.url()}/${org.integrationUser}`,
  };
}

function identity(org: Org): Record<string, unknown> {
  const user = org.store.get('User', org.integrationUser);
  return {
    id: identityUrl(org),
    asserted_user: true,
    user_id: org.integrationUser,
    organization_id: org.id,
    username: user?.values['Username'] ?? null,
    nick_name: user?.values['Alias'] ?? null,
    display_name: 'Kenko Integration',
    email: user?.values['Email'] ?? null,
    email_verified: true,
    first_name: user?.values['FirstName'] ?? null,
    last_name: user?.values['LastName'] ?? null,
    timezone: 'Asia/Tokyo',
    photos: {},
    addr_street: null,
    mobile_phone: null,
    status: { created_date: null, body: null },
    urls: urlsOf(org),
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 32_400_000,
    last_modified_date: org.clock.now(),
    is_app_installed: true,
  };
}
