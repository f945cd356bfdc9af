// How a question signs in. Client credentials of OAuth are exchanged once, kept until shortly before they run out, and
// exchanged again at most once when the server refuses them.

import type { Http } from '../../clients/http.ts';
import { AuthError, SourceError } from '../../lib/errors.ts';
import { Secret } from '../../lib/secret.ts';
import { isGroup } from './paths.ts';
import type { RestSettings } from './settings.ts';

export interface SignIn {
  /** Headers that carry the sign-in. */
  headers(signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** True when there is something fresh to try after a refusal. */
  renew(): boolean;
}

export function createSignIn(own: RestSettings, http: Http, now: () => string, where: string): SignIn {
  const { auth } = own;
  const fixed = (headers: Readonly<Record<string, string>>): SignIn => ({
    headers: async () => headers,
    renew: () => false,
  });
  if (auth.kind === 'none') return fixed({});
  if (auth.kind === 'bearer') return fixed({ authorization: `Bearer ${told(auth.token)}` });
  if (auth.kind === 'header') return fixed({ [auth.name.toLowerCase()]: `${auth.prefix}${told(auth.token)}` });
  if (auth.kind === 'basic') {
    const user = auth.user_token === undefined ? (auth.user ?? '') : told(auth.user_token);
    return fixed({ authorization: basic(user, auth.password === undefined ? '' : told(auth.password)) });
  }
  let token: { readonly value: string; readonly until: number } | null = null;
  let renewed = false;
  const exchange = async (signal: AbortSignal): Promise<string> => {
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      ...(auth.scope === undefined ? {} : { scope: auth.scope }),
      ...(auth.send === 'body' ? { client_id: auth.client_id, client_secret: told(auth.client_secret) } : {}),
    });
    const inHeader = auth.send === 'header';
    const answer = await http.ask(
      {
        method: 'POST',
        url: new URL(auth.token_url),
        headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
        secretHeaders: inHeader
          ? { authorization: basic(encodeURIComponent(auth.client_id), encodeURIComponent(told(auth.client_secret))) }
          : {},
        body: body.toString(),
      },
      signal,
    );
    const granted = parsed(answer.text);
    if (typeof granted['access_token'] !== 'string')
      throw new AuthError('the server granted no token', {
        where,
        why: 'Its answer holds no access_token.',
        fix: 'Check token_url, client_id and scope in config/sources.yaml.',
      });
    const seconds = typeof granted['expires_in'] === 'number' ? granted['expires_in'] : 300;
    const fresh = new Secret(granted['access_token'], 'passing');
    token = { value: fresh.reveal(), until: Date.parse(now()) + Math.max(0, seconds - 60) * 1_000 };
    return token.value;
  };
  return {
    headers: async (signal) => {
      const value = token !== null && token.until > Date.parse(now()) ? token.value : await exchange(signal);
      return { authorization: `Bearer ${value}` };
    },
    renew: () => {
      if (renewed) return false;
      renewed = true;
      token = null;
      return true;
    },
  };
}

function told(given: Secret | string): string {
  return given instanceof Secret ? given.reveal() : given;
}
function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;
}
function parsed(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (isGroup(value)) return value;
  } catch (error) {
    throw new SourceError('the token server did not answer in JSON', { fix: 'Check token_url.', cause: error });
  }
  return {};
}
