// How we sign in: with a token that does not age (a service key first, or a private app's), or by OAuth, whose access token
// lives half an hour and is fetched anew before it ends, one fetch at a time. A 401 is no reason to fetch one: HubSpot
// answers so for many faults; only an answer that says "expired" is.
// https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/oauth/oauth-quickstart-guide

import type { Clock } from '../../lib/clock.ts';
import { AuthError, LimitError, UnavailableError } from '../../lib/errors.ts';
import { Secret } from '../../lib/secret.ts';
import type { Refusal } from './errors.ts';

/** What the token route gives: seconds of life, and the portal it is for. */
export interface FreshToken {
  readonly accessToken: string;
  readonly expiresIn: number;
  /** Null where the answer does not say. */
  readonly portal: string | null;
}
export type TokenReply =
  | { readonly ok: true; readonly data: FreshToken }
  | { readonly ok: false; readonly refusal: Refusal };

export interface SignIn {
  /** `token`: does not age. `oauth`: is renewed here. */
  readonly kind: 'token' | 'oauth';
  /** Makes sure that {@link current} will do for one more call. @throws AuthError, UnavailableError */
  ready(signal: AbortSignal): Promise<void>;
  /** The access token as it is now. */
  current(): string;
  /** Told of a token that HubSpot calls expired; true when another one can be had. */
  expired(): boolean;
}

/** A token that does not age. */
export function givenToken(reveal: () => string): SignIn {
  return { kind: 'token', ready: async () => undefined, current: reveal, expired: () => false };
}

/** A token is renewed when less than this is left of it: longer than any call may take. */
const renewBeforeMs = 5 * 60_000;

/** OAuth: `fetch` asks the token route once. */
export function renewedToken(clock: Clock, fetch: (signal: AbortSignal) => Promise<TokenReply>): SignIn {
  let token: { readonly text: string; readonly until: number } | null = null;
  let portal: string | null = null;
  let fetching: Promise<void> | null = null;
  async function renew(signal: AbortSignal): Promise<void> {
    const reply = await fetch(signal);
    if (!reply.ok) throw refused(reply.refusal);
    const { accessToken, expiresIn, portal: hub } = reply.data;
    if (portal !== null && hub !== null && hub !== portal)
      throw new AuthError('HubSpot gave a token of another portal', {
        where: 'hubspot sign-in',
        why: `We began with portal ${portal}, and the new token is for portal ${hub}.`,
        fix: 'Check the refresh token; a home works with one portal.',
      });
    portal = hub ?? portal;
    // A token of no length would be fetched before every call; half its life is used where it is that short.
    const lifeMs = expiresIn * 1_000;
    // Wrapped once, so that no message repeats it.
    const fresh = new Secret(accessToken, 'passing');
    token = { text: fresh.reveal(), until: clock.ticks() + Math.max(lifeMs - renewBeforeMs, lifeMs / 2) };
  }
  return {
    kind: 'oauth',
    async ready(signal) {
      if (token !== null && clock.ticks() < token.until) return;
      fetching ??= renew(signal).finally(() => {
        fetching = null;
      });
      await fetching;
    },
    current: () => token?.text ?? '',
    expired() {
      token = null;
      return true;
    },
  };
}

function refused(refusal: Refusal): AuthError | UnavailableError | LimitError {
  const where = 'hubspot sign-in';
  if (refusal.outcome === 'limit' || (refusal.status === 429 && refusal.outcome === 'ready'))
    return new LimitError('HubSpot asks us to sign in later', { where, why: refusal.says });
  const told = oauthRefusals[refusal.code];
  if (told !== undefined) return new AuthError(told.what, { where, why: refusal.says, fix: told.fix });
  if (refusal.outcome === 'unknown' || refusal.outcome === 'ready')
    return new UnavailableError(`HubSpot could not be asked for a token (${refusal.code})`, {
      where,
      why: refusal.says,
      fix: 'Nothing to do: the next run signs in again.',
    });
  return new AuthError(`HubSpot refused to give a token: ${refusal.code}`, {
    where,
    why: refusal.says,
    fix: 'Check client_id, client_secret and refresh_token in mappings/hubspot.yaml.',
  });
}
const oauthRefusals: Readonly<Record<string, { readonly what: string; readonly fix: string }>> = {
  BAD_REFRESH_TOKEN: {
    what: 'the refresh token was revoked or is wrong',
    fix: 'Install the app in the portal again and put the new refresh token where mappings/hubspot.yaml reads it from.',
  },
  BAD_HUB: {
    what: 'the app is no longer installed in the portal',
    fix: 'A super admin must install the app again; then put the new refresh token where mappings/hubspot.yaml reads it from.',
  },
  BAD_CLIENT_ID: {
    what: 'HubSpot does not know this client',
    fix: 'Check client_id in mappings/hubspot.yaml: it stands on the Auth tab of the app.',
  },
  BAD_CLIENT_SECRET: {
    what: 'the client secret is wrong',
    fix: 'Check client_secret: it stands on the Auth tab of the app, and rotating it makes the old one useless.',
  },
};
