// The one HubSpot client of a portal. Its own retries and limiter stay off (they replay creates and are shared by all
// clients of the process), it is loaded when the first call is made, and it is told which API version to speak. The dated
// versions are reached by rewriting addresses, because the client itself knows only v3 and v4.
// https://developers.hubspot.com/docs/api-reference/overview

import { createHash } from 'node:crypto';
import type { Client } from '@hubspot/api-client';
import { z } from 'zod';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { Secret } from '../../lib/secret.ts';
import { createTransport, type Sent, type Usage } from './call.ts';
import { type FurnitureCalls, furnitureCalls } from './furniture.ts';
import { type RecordCalls, recordCalls } from './records.ts';
import { type FreshToken, givenToken, renewedToken, type SignIn, type TokenReply } from './sign-in.ts';

const safeAddress = /^(https:\/\/[^/\s]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)(\/[^\s]*)?$/;

const secret = (what: string) =>
  z
    .unknown()
    .refine((value) => value instanceof Secret || (typeof value === 'string' && value !== ''), `needs ${what}`);

/** The `connection` block of mappings/hubspot.yaml and of a hubspot source. */
export const hubspotConnection = z
  .strictObject({
    access_token: secret('an access token').optional().meta({
      type: 'string',
      description:
        'Service key (first choice) or private-app token, from the environment (HUBSPOT_ACCESS_TOKEN) or a file',
    }),
    client_id: z.string().min(1).optional().meta({ description: 'OAuth: the id of the app. Instead of access_token' }),
    client_secret: secret('a client secret')
      .optional()
      .meta({ type: 'string', description: 'OAuth: the secret of the app' }),
    refresh_token: secret('a refresh token').optional().meta({
      type: 'string',
      description: 'OAuth: the refresh token of the portal; access tokens are fetched with it',
    }),
    setup_token: secret('a token for setup').optional().meta({
      type: 'string',
      description:
        'A second key that only kenko setup uses, with the scopes crm.schemas.*.write, so that the key of every day needs none of them',
    }),
    base_url: z
      .string()
      .refine((text) => text === '' || safeAddress.test(text), 'needs an https address (http only for this machine)')
      .default('https://api.hubapi.com')
      .meta({ description: 'Address of the API; leave it out for HubSpot itself' }),
    api_version: z.enum(['v3', '2026-03', '2026-09']).default('v3').meta({
      description:
        'API version. v3 is supported until September 2027; 2026-09 enforces the required properties of the portal',
    }),
    daily_reserve: z.number().min(0).max(0.9).default(0.1).meta({
      description:
        'Share of the daily calls of the portal that is left to other integrations: at that point a run stops, and a later one goes on',
    }),
  })
  .superRefine((connection, context) => {
    const { access_token, client_id, client_secret, refresh_token } = connection;
    const oauth = Object.entries({ client_id, client_secret, refresh_token });
    const lacking = oauth.filter(([, value]) => value === undefined).map(([name]) => name);
    const tell = (name: string, message: string) => context.addIssue({ code: 'custom', path: [name], message });
    if (access_token === undefined && lacking.length === 3) tell('access_token', 'needs an access token');
    else if (access_token !== undefined && lacking.length < 3)
      tell(
        'access_token',
        'is one way to sign in and client_id, client_secret, refresh_token another; give one of them',
      );
    // Each is told by its own name, so that one that is not in the environment yet can be told from one that was forgotten.
    else if (lacking.length < 3)
      for (const name of lacking) tell(name, 'OAuth needs client_id, client_secret and refresh_token, all three');
  });
export type HubspotConnection = z.infer<typeof hubspotConnection>;

export interface HubspotClient extends RecordCalls, FurnitureCalls {
  /** How long one call may take. */
  readonly timeoutMs: number;
  usage(): Usage;
  skewMs(): number | null;
  /** The same address and credentials give the same text, from which neither can be told. */
  fingerprint(): string;
  /** HubSpot's clock, as far as its answers told it; ours before the first one. ISO in UTC. */
  now(): string;
}
export interface ConnectOptions {
  readonly connection: HubspotConnection;
  readonly clock: Clock;
  readonly chance: Chance;
  /** How long one call may take; default 30 s. */
  readonly timeoutMs?: number;
  /** First wait of our own after an unclear answer; default 1 s. */
  readonly backoffMs?: number;
}

const callTimeoutMs = 30_000;

/** A client for one portal. Nothing is sent before the first call; there is nothing to close. */
export function connectHubspot(options: ConnectOptions): HubspotClient {
  const { connection, clock } = options;
  const basePath = (connection.base_url || 'https://api.hubapi.com').replace(/\/+$/, '');
  const version = connection.api_version;
  const timeoutMs = options.timeoutMs ?? callTimeoutMs;
  const signIn: SignIn =
    connection.client_id === undefined
      ? givenToken(() => revealed(connection.access_token))
      : renewedToken(clock, (signal) => fetchToken(signal));
  const transport = createTransport({
    clock,
    chance: options.chance,
    signIn,
    timeoutMs,
    backoffMs: options.backoffMs ?? 1_000,
    dailyReserve: connection.daily_reserve,
  });
  let client: Promise<Client> | null = null;
  const sdk = () => {
    client ??= import('@hubspot/api-client').then(
      (library) =>
        new library.Client({
          basePath,
          numberOfApiCallRetries: 0,
          middleware: [{ pre: addressing(version, signIn.current), post: labelling }],
        }),
    );
    return client;
  };
  async function fetchToken(signal: AbortSignal): Promise<TokenReply> {
    const { client_id, client_secret, refresh_token } = connection;
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: client_id ?? '',
      client_secret: revealed(client_secret),
      refresh_token: revealed(refresh_token),
    });
    // Asked twice it gives two tokens, and both are good. The typed call would leave out which portal they are for.
    const call = { name: 'oauth.token', counts: 'auth', replay: true, parse: freshToken.parse } as const;
    return await transport.call(call, () => raw('POST', '/oauth/v1/token', form), signal);
  }
  async function raw(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Sent> {
    const response = await (await sdk()).apiRequest({
      method,
      path: dated(path, version),
      // The client knows no token of its own: the typed calls are given theirs on the way out, and this one here.
      authType: 'none of its own',
      ...(body instanceof URLSearchParams
        ? {
            defaultJson: false,
            headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
            body: body.toString(),
          }
        : { headers: { Authorization: `Bearer ${signIn.current()}` }, ...(body === undefined ? {} : { body }) }),
    });
    const headers: Record<string, string> = {};
    response.headers.forEach((value, name) => {
      headers[name] = value;
    });
    const answer = await response.text();
    const data: unknown = headers['content-type']?.includes('json') === true ? JSON.parse(answer) : answer;
    // Unlike the typed methods, this one does not throw on a refusal; the shape is what errors.ts reads.
    if (!response.ok) throw Object.assign(new Error('refused'), { code: response.status, body: data, headers });
    return { httpStatusCode: response.status, headers, data };
  }
  return {
    ...recordCalls(transport, sdk),
    ...furnitureCalls(transport, sdk, raw, signIn),
    timeoutMs,
    usage: transport.usage,
    skewMs: transport.skewMs,
    fingerprint: () => fingerprint(basePath, connection),
    now: () => new Date(Date.parse(clock.now()) + (transport.skewMs() ?? 0)).toISOString(),
  };
}

/** The connection that setup uses, where a key of its own was given. */
export function setupConnection(connection: HubspotConnection): HubspotConnection | null {
  const { setup_token, base_url, api_version, daily_reserve } = connection;
  return setup_token === undefined ? null : { access_token: setup_token, base_url, api_version, daily_reserve };
}

/** Tokens are long and random, so that their hash may be kept where they may not. */
function fingerprint(basePath: string, connection: HubspotConnection): string {
  const { access_token, client_id, refresh_token } = connection;
  const parts = client_id === undefined ? [revealed(access_token)] : [client_id, revealed(refresh_token)];
  return createHash('sha256')
    .update(JSON.stringify(['kenko', basePath, ...parts]))
    .digest('hex')
    .slice(0, 32);
}

function revealed(value: unknown): string {
  return value instanceof Secret ? value.reveal() : String(value ?? '');
}

const freshToken = z
  .object({
    access_token: z.string().min(1),
    expires_in: z.number().positive(),
    hub_id: z.union([z.string(), z.number()]).nullish(),
  })
  .transform(
    (raw): FreshToken => ({
      accessToken: raw.access_token,
      expiresIn: raw.expires_in,
      portal: raw.hub_id == null ? null : String(raw.hub_id),
    }),
  );

/** A v3 or v4 path as the dated versions spell it; as it is for v3. */
export function dated(url: string, version: HubspotConnection['api_version']): string {
  if (version === 'v3') return url;
  return url
    .replace(/\/crm\/v3\/(objects|properties|lists|owners|pipelines)(?=[/?]|$)/, `/crm/$1/${version}`)
    .replace('/crm/v4/associations/', `/crm/associations/${version}/`)
    .replace('/account-info/v3/', `/account-info/${version}/`)
    .replace(/\/oauth\/v1\/token(?=\?|$)/, `/oauth/${version}/token`);
}

interface RequestContext {
  getUrl(): string;
  setUrl(url: string): void;
  setHeaderParam(name: string, value: string): void;
}
function addressing(version: HubspotConnection['api_version'], token: () => string) {
  return async (context: unknown) => {
    const request = context as RequestContext;
    if (!/\/oauth\/v1\/token(\?|$)/.test(request.getUrl()))
      request.setHeaderParam('Authorization', `Bearer ${token()}`);
    if (version !== 'v3') request.setUrl(dated(request.getUrl(), version));
    return context;
  };
}
/** An error page without a content type makes the client forget the status; calling it text keeps both. */
async function labelling(context: unknown): Promise<unknown> {
  const response = context as { readonly httpStatusCode: number; readonly headers: Record<string, string> };
  const kind = response.headers['content-type'];
  if (response.httpStatusCode >= 400 && (kind === undefined || !/json|^text\//.test(kind)))
    response.headers['content-type'] = 'text/plain';
  return context;
}
