// Who may speak to the portal: service keys, and OAuth tokens that age and are refreshed. It tells who a bearer is or
// why they are not let in; which scope a route needs is the route's to say.

import type { Chance } from '../../lib/chance.ts';
import type { PushableClock } from '../clock.ts';
import { javaInstant, Refusal, refuse } from './answers.ts';

/** What a token lets its bearer do. */
export interface Grant {
  readonly token: string;
  readonly kind: 'service_key' | 'private_app' | 'oauth';
  /** The app the token belongs to; the burst limit counts by it. */
  readonly app: string;
  /** Granted scopes; `*` stands for all of them. */
  readonly scopes: readonly string[];
  /** Epoch milliseconds; null: does not age. */
  readonly expiresAt: number | null;
}
/** An OAuth app that is installed in the portal. */
export interface InstalledApp {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly refreshToken: string;
  readonly scopes: readonly string[];
  /** A code that can be exchanged once. */
  readonly code: string;
}

/** The bodies of a refused token request; OAuth has words of its own. */
const refusals = {
  BAD_REFRESH_TOKEN: {
    error: 'invalid_grant',
    error_description: 'refresh token is invalid, expired or revoked',
    status: 'BAD_REFRESH_TOKEN',
    message: 'refresh token is invalid, expired or revoked',
  },
  BAD_HUB: { status: 'BAD_HUB', message: 'missing or unknown hub id', error: 'access_denied' },
  BAD_CLIENT_ID: {
    error: 'invalid_client',
    error_description: 'missing or unknown client id',
    status: 'BAD_CLIENT_ID',
    message: 'missing or unknown client id',
  },
} as const;
/** Whether a word is one of the refusals that {@link TokenBook.refusal} knows. */
export function isTokenRefusal(word: unknown): word is keyof typeof refusals {
  return typeof word === 'string' && word in refusals;
}

const accessLifeMs = 1_800_000;
const notFoundText =
  'Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview';

/** All tokens of the portal. */
export class TokenBook {
  readonly #clock: PushableClock;
  readonly #chance: Chance;
  readonly #portal: number;
  readonly #grants = new Map<string, Grant>();
  readonly #revoked = new Set<string>();
  readonly apps: InstalledApp[];
  /** What the token route answers from now on. */
  refresh: 'works' | 'fails' | 'useless' = 'works';
  /** How it refuses when it fails: the refresh token revoked, the portal gone, or the app. */
  refusal: keyof typeof refusals = 'BAD_REFRESH_TOKEN';

  constructor(options: {
    readonly clock: PushableClock;
    readonly chance: Chance;
    readonly id: number;
    readonly token: string;
  }) {
    this.#clock = options.clock;
    this.#chance = options.chance;
    this.#portal = options.id;
    this.add(options.token, ['*'], 'service_key');
    this.apps = [
      {
        clientId: 'pretend-client-id',
        clientSecret: 'pretend-client-not-a-secret',
        refreshToken: 'pretend-refresh-not-a-secret',
        scopes: ['*'],
        code: 'pretend-code-not-a-secret',
      },
    ];
  }

  /** Adds a key that does not age, with exactly these scopes. */
  add(token: string, scopes: readonly string[], kind: 'service_key' | 'private_app' = 'private_app'): void {
    this.#grants.set(token, { token, kind, app: String(4_169_410 + this.#grants.size), scopes, expiresAt: null });
  }
  grant(token: string): Grant | undefined {
    return this.#grants.get(token);
  }
  /** All tokens given so far stop working; keys are rotated, OAuth tokens must be fetched anew. */
  expireAll(): void {
    const now = Date.parse(this.#clock.now());
    for (const [token, grant] of this.#grants) this.#grants.set(token, { ...grant, expiresAt: now - 1 });
  }

  /** The grant of an Authorization header, or the 401. */
  admit(header: string): Grant {
    const token = /^Bearer\s+(\S+)$/i.exec(header.trim())?.[1];
    if (token === undefined) throw unauthenticated();
    const grant = this.#grants.get(token);
    const now = Date.parse(this.#clock.now());
    if (grant === undefined) {
      // A key of the right shape that HubSpot cannot read is told to have expired in 1970.
      if (/^pat-[a-z0-9]+-/.test(token)) throw expired('pat', 0, now);
      throw unauthenticated();
    }
    if (grant.expiresAt !== null && grant.expiresAt <= now) throw expired('token', grant.expiresAt, now);
    return grant;
  }

  /** Answers a token request: the body of a 200, or the 400. */
  exchange(form: URLSearchParams): Record<string, unknown> {
    const app = this.apps.find((one) => one.clientId === form.get('client_id'));
    if (app === undefined || app.clientSecret !== form.get('client_secret'))
      throw new Refusal(400, refusals.BAD_CLIENT_ID);
    const isRefresh = form.get('grant_type') === 'refresh_token';
    if (!isRefresh && form.get('grant_type') !== 'authorization_code')
      throw new Refusal(400, {
        error: 'unsupported_grant_type',
        status: 'BAD_GRANT_TYPE',
        message: 'unsupported grant type',
      });
    const given = isRefresh ? form.get('refresh_token') : form.get('code');
    const right = isRefresh ? app.refreshToken : app.code;
    if (this.refresh === 'fails') throw new Refusal(400, refusals[this.refusal]);
    if (given !== right || this.#revoked.has(right)) throw new Refusal(400, refusals.BAD_REFRESH_TOKEN);
    if (!isRefresh) this.#revoked.add(right);
    const token = `pretend-access-${this.#chance.id()}`;
    const now = Date.parse(this.#clock.now());
    if (this.refresh === 'works')
      this.#grants.set(token, {
        token,
        kind: 'oauth',
        app: app.clientId,
        scopes: app.scopes,
        expiresAt: now + accessLifeMs,
      });
    return {
      token_type: 'bearer',
      refresh_token: app.refreshToken,
      access_token: token,
      hub_id: this.#portal,
      scopes: app.scopes,
      expires_in: accessLifeMs / 1000,
    };
  }
  /** Takes a refresh token back; the app is as good as uninstalled. */
  revoke(refreshToken: string): void {
    this.#revoked.add(refreshToken);
  }
  isRevoked(refreshToken: string): boolean {
    return this.#revoked.has(refreshToken);
  }
}

/** 401: no token, or one that nobody knows. */
export function unauthenticated(): Refusal {
  return refuse(401, 'INVALID_AUTHENTICATION', notFoundText);
}
/** 401: a token whose time is over; a key that cannot be read is told so too, with the year 1970. */
export function expired(kind: 'token' | 'pat', at: number, now: number): Refusal {
  const days = Math.floor((now - at) / 86_400_000);
  const seconds = Math.floor((now - at) / 1000);
  const age = kind === 'pat' ? `${days} day(s)` : `${seconds} second(s)`;
  return refuse(401, 'EXPIRED_AUTHENTICATION', `The OAuth token used to make this call expired ${age} ago.`, {
    context: { 'expire time': [javaInstant(at)] },
  });
}

/** Throws 403 unless the grant has one of the scopes. */
export function needOneOf(grant: Grant, scopes: readonly string[]): void {
  if (!grant.scopes.includes('*') && !scopes.some((scope) => grant.scopes.includes(scope))) throw missingScopes(scopes);
}
/** 403 naming the scopes of which one would do. */
export function missingScopes(scopes: readonly string[]): Refusal {
  return refuse(
    403,
    'MISSING_SCOPES',
    "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: https://developers.hubspot.com/scopes.",
    {
      errors: [
        {
          message: 'One or more of the following scopes are required.',
          context: { requiredGranularScopes: scopes },
        },
      ],
      links: { scopes: 'https://developers.hubspot.com/scopes' },
    },
  );
}
