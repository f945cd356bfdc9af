// The session: how we sign in, and when we do it again. jsforce refreshes without bound and hangs when a refresh fails, so
// it gets a token and no refresh function; this file alone asks for tokens: one request at a time, one renewal per refused
// request, three within half an hour. No token is ever written anywhere.

import { createSign } from 'node:crypto';
import type { Clock } from '../../lib/clock.ts';
import { deadline } from '../../lib/deadline.ts';
import { AuthError, KenkoError, rethrowCrash, UnavailableError } from '../../lib/errors.ts';
import { Secret } from '../../lib/secret.ts';
import { step } from '../../lib/step.ts';
import { errorOf, wireFault } from './errors.ts';
import { longId } from './record-id.ts';
import { isLoopback, type Wire, type WireAnswer, WireError } from './wire.ts';

/** How to sign in. Client credentials need the My Domain address; JWT takes login.salesforce.com as well. */
export type GrantSettings =
  | {
      readonly kind: 'client_credentials';
      readonly loginUrl: string;
      readonly clientId: string;
      readonly clientSecret: Secret;
    }
  | {
      readonly kind: 'jwt_bearer';
      readonly loginUrl: string;
      readonly clientId: string;
      readonly username: string;
      /** The private key as PEM. */
      readonly key: Secret;
    }
  | { readonly kind: 'given_token'; readonly instanceUrl: string; readonly accessToken: Secret };

export interface Session {
  readonly token: Secret;
  /** Origin of all further calls. It may move from one session to the next. */
  readonly instanceUrl: string;
  /** From the identity URL of the token answer; null for a given token. */
  readonly org: string | null;
  readonly user: string | null;
}
export interface Grant {
  /** The session that is there, or a new one. @throws AuthError, UnavailableError. */
  session(): Promise<Session>;
  /** A new session in place of one that was refused. @throws AuthError when there may be no more. */
  renew(refused: Session): Promise<Session>;
  /** Token requests so far. */
  calls(): number;
}
export interface GrantOptions {
  readonly settings: GrantSettings;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

const where = 'mappings/salesforce.yaml connection';
const renewals = 3;
const renewalWindowMs = 30 * 60_000;
const tries = 3;
const appPage = 'Setup > External Client App Manager > your app > Policies > OAuth Policies';

/** The token keeper of one client. */
export function createGrant(options: GrantOptions): Grant {
  let current: Session | null = null;
  let asking: Promise<Session> | null = null;
  let asked = 0;
  let renewedAt: number[] = [];
  const ask = (): Promise<Session> => {
    asking ??= signIn(options, () => {
      asked += 1;
    })
      .then((session) => {
        if (current !== null && current.org !== null && current.org !== session.org) {
          throw new AuthError('Salesforce signed us in to another org than before', {
            where,
            why: 'Ids of one org mean nothing in another.',
            fix: 'Check login_url and client_id.',
          });
        }
        current = session;
        return session;
      })
      .finally(() => {
        asking = null;
      });
    return asking;
  };
  return {
    session: async () => current ?? (await ask()),
    async renew(refused) {
      if (asking !== null) return await asking;
      if (current !== null && current !== refused) return current;
      if (options.settings.kind === 'given_token') {
        throw new AuthError('Salesforce refused the access token', {
          where,
          why: 'A given token ends with its session, and we have no way to ask for another.',
          fix: 'Set a new SALESFORCE_ACCESS_TOKEN, or sign in with client credentials instead.',
        });
      }
      const now = options.clock.ticks();
      renewedAt = renewedAt.filter((at) => now - at < renewalWindowMs);
      if (renewedAt.length >= renewals) {
        throw new AuthError('Salesforce refuses every session it has just given us', {
          where,
          why: 'Asking on would only end in the login limit of the org.',
          fix: `Check that the user may use the API, its login hours and IP ranges (${appPage} > IP Relaxation).`,
        });
      }
      const session = await ask();
      // Only sessions that were given count: a sign-in page that is away refuses nobody.
      renewedAt.push(now);
      return session;
    },
    calls: () => asked,
  };
}

async function signIn(options: GrantOptions, count: () => void): Promise<Session> {
  const { settings } = options;
  if (settings.kind === 'given_token') {
    return { token: settings.accessToken, instanceUrl: originOf(settings.instanceUrl), org: null, user: null };
  }
  const origin = originOf(settings.loginUrl);
  for (let attempt = 1; ; attempt++) {
    count();
    step('http.salesforce.token:before');
    const got = await post(options, `${origin}/services/oauth2/token`, formOf(settings, origin, options.clock));
    step('http.salesforce.token:after');
    if (!(got instanceof KenkoError)) return sessionOf(got);
    if (!(got instanceof UnavailableError) || attempt === tries) throw got;
    await options.clock.sleep(attempt * 1_000);
  }
}

async function post(options: GrantOptions, url: string, form: URLSearchParams): Promise<WireAnswer | KenkoError> {
  const send = (signal: AbortSignal) =>
    options.wire.send(
      {
        method: 'POST',
        url,
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        body: form.toString(),
      },
      signal,
    );
  try {
    const answer = await deadline(send, options.timeoutMs, 'Salesforce sign-in');
    return answer.status === 200 ? answer : refusal(answer);
  } catch (error) {
    rethrowCrash(error);
    if (error instanceof UnavailableError) return error;
    if (error instanceof WireError && wireFault(error).fate === 'auth') return errorOf(wireFault(error), where);
    const code = error instanceof WireError ? error.code : 'NETWORK';
    return new UnavailableError(`Salesforce could not be reached for signing in (${code})`, {
      where,
      fix: 'Check login_url, the network and the proxy settings.',
      cause: error,
    });
  }
}

function formOf(settings: Exclude<GrantSettings, { kind: 'given_token' }>, origin: string, clock: Clock) {
  if (settings.kind === 'client_credentials') {
    return new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: settings.clientId,
      client_secret: settings.clientSecret.reveal(),
    });
  }
  return new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: assertion(settings, origin, clock),
  });
}

/** RFC 7523 as Salesforce wants it: RS256, the audience literal, no scope, three minutes at most. */
function assertion(settings: Extract<GrantSettings, { kind: 'jwt_bearer' }>, origin: string, clock: Clock): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const expires = Math.floor(Date.parse(clock.now()) / 1_000) + 120;
  const claims = { iss: settings.clientId, sub: settings.username, aud: audienceOf(origin), exp: expires };
  const head = `${part({ alg: 'RS256' })}.${part(claims)}`;
  // Keys travel through environment variables with their line ends written as \n.
  const pem = settings.key.reveal().replaceAll('\\n', '\n');
  try {
    return `${head}.${createSign('RSA-SHA256').update(head).sign(pem).toString('base64url')}`;
  } catch {
    throw new AuthError('the private key cannot be used to sign', {
      where,
      why: 'jwt_key is not an RSA private key in PEM form.',
      fix: `Give the whole file, from BEGIN to END PRIVATE KEY: jwt_key: \${file:/run/secrets/salesforce.key}`,
    });
  }
}
/** `aud` names the login host of the kind of org, even when the request goes to My Domain. */
function audienceOf(origin: string): string {
  const { hostname } = new URL(origin);
  if (!hostname.endsWith('.salesforce.com')) return origin;
  return hostname === 'test.salesforce.com' || hostname.includes('.sandbox.my.')
    ? 'https://test.salesforce.com'
    : 'https://login.salesforce.com';
}

function sessionOf(answer: WireAnswer): Session {
  const body = jsonOf(answer.text);
  const token = body['access_token'];
  const instance = body['instance_url'];
  if (typeof token !== 'string' || typeof instance !== 'string') {
    throw new UnavailableError('Salesforce answered the sign-in without a token', {
      where,
      fix: 'Check that login_url points at Salesforce and not at a proxy or a login page.',
    });
  }
  const ids = /\/id\/([A-Za-z0-9]{15,18})\/([A-Za-z0-9]{15,18})$/.exec(String(body['id'] ?? ''));
  return {
    token: new Secret(token, 'passing'),
    instanceUrl: originOf(instance),
    org: ids?.[1] === undefined ? null : longId(ids[1]),
    user: ids?.[2] === undefined ? null : longId(ids[2]),
  };
}

/** The origin of an address. @throws AuthError when a token would travel in the clear, or to no address at all. */
export function originOf(address: string): string {
  const url = URL.parse(address);
  if (url === null || (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))) {
    throw new AuthError(`"${address.slice(0, 80)}" is no address for signing in`, {
      where,
      why: 'Tokens travel by https only; plain http is for a server on this machine.',
      fix: 'Write the My Domain address, for instance https://example.my.salesforce.com',
    });
  }
  if (url.hostname.endsWith('.lightning.force.com')) {
    throw new AuthError('the address of the Lightning pages is not the address of the API', {
      where,
      fix: 'Write the My Domain address that ends in .my.salesforce.com',
    });
  }
  return url.origin;
}

interface Cure {
  readonly matches: RegExp;
  readonly why: string;
  readonly fix: string;
}
/** OAuth errors by `error` and, where one code means several things, by its description. First match wins. */
const cures: readonly Cure[] = [
  {
    matches: /^invalid_grant .*(hasn.t approved|not approved)|^invalid_app_access/i,
    why: 'The user is not approved for the app.',
    fix: `${appPage}: "Admin approved users are pre-authorized", and add the permission set of the integration user to the app.`,
  },
  {
    matches: /client credentials user/i,
    why: 'The app has no user to run as.',
    fix: `${appPage}: enable the Client Credentials Flow and choose the integration user under "Run As".`,
  },
  {
    matches: /^invalid_grant .*audience/i,
    why: 'The kind of org does not match: a sandbox signs in at test.salesforce.com.',
    fix: 'Set login_url to https://test.salesforce.com for a sandbox, https://login.salesforce.com for production.',
  },
  {
    matches: /^invalid_grant .*(inactive|locked|frozen)/i,
    why: 'The integration user cannot sign in.',
    fix: 'Setup > Users: activate or unfreeze the integration user.',
  },
  {
    matches: /^invalid_grant .*expired/i,
    why: 'The assertion was too old when it arrived.',
    fix: 'Set the clock of this machine by NTP, then try again.',
  },
  {
    matches: /^invalid_grant .*(\bip\b|login hours)/i,
    why: 'The user may not sign in from here or at this time.',
    fix: 'Setup > Profiles: login IP ranges and login hours of the integration user.',
  },
  {
    matches: /^(invalid_client_id|invalid_client) /i,
    why: 'Consumer key or secret are not those of the app.',
    fix: 'Setup > External Client App Manager > your app > Settings > OAuth Settings > Consumer Key and Secret: copy both into SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET.',
  },
  {
    matches: /^(unsupported_grant_type|unauthorized_client) /i,
    why: 'The flow is not switched on for the app.',
    fix: 'Setup > External Client App Manager > your app > Settings > OAuth Settings > Flow Enablement: enable Client Credentials Flow or JWT Bearer Flow.',
  },
  {
    matches: /^invalid_request .*domain|^invalid_grant .*domain/i,
    why: 'Client credentials are refused on login.salesforce.com.',
    fix: 'Set SALESFORCE_LOGIN_URL to the My Domain address (Setup > My Domain).',
  },
  {
    matches: /\brate\b|too many/i,
    why: 'Too many sign-ins within the hour.',
    fix: 'Wait an hour; one scheduler per org is enough.',
  },
  {
    matches: /^invalid_grant /i,
    why: 'Salesforce refuses user, key or certificate.',
    fix: 'Check that the username is that of this org and that the certificate of the app belongs to jwt_key.',
  },
];

function refusal(answer: WireAnswer): KenkoError {
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) {
    return new UnavailableError(`Salesforce sign-in is away (HTTP ${answer.status})`, {
      where,
      fix: 'The next run tries again; see https://status.salesforce.com if it lasts.',
    });
  }
  const body = jsonOf(answer.text);
  const code = String(body['error'] ?? `HTTP ${answer.status}`);
  const said = `${code} ${String(body['error_description'] ?? '')}`;
  const cure = cures.find((entry) => entry.matches.test(said));
  return new AuthError(`Salesforce refused the sign-in (${said.trim().slice(0, 200)})`, {
    where,
    why: cure?.why ?? 'The answer is none that we know.',
    fix: cure?.fix ?? `Check login_url, and the app: ${appPage}.`,
  });
}
function jsonOf(text: string): Record<string, unknown> {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
