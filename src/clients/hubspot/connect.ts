// The one HubSpot client of a portal. Its own retries and limiter stay off (they replay creates and are shared by all
// clients of the process), it is loaded when the first call is made, and it is told which API version to speak. The dated
// versions are reached by rewriting addresses, because the client itself knows only v3 and v4.
// https://developers.hubspot.com/docs/api-reference/overview

import type { Client } from '@hubspot/api-client';
import { z } from 'zod';
import type { Chance } from '../../lib/chance.ts';
import type { Clock } from '../../lib/clock.ts';
import { Secret } from '../../lib/secret.ts';
import { createTransport, type Sent, type Usage } from './call.ts';
import { type FurnitureCalls, furnitureCalls } from './furniture.ts';
import { type RecordCalls, recordCalls } from './records.ts';

const safeAddress = /^(https:\/\/[^/\s]+|http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)(\/[^\s]*)?$/;

/** The `connection` block of mappings/hubspot.yaml and of a hubspot source. */
export const hubspotConnection = z.strictObject({
  access_token: z
    .unknown()
    .refine((value) => value instanceof Secret || (typeof value === 'string' && value !== ''), 'needs an access token')
    .meta({
      type: 'string',
      description: 'Service key or private-app token, from the environment (HUBSPOT_ACCESS_TOKEN) or a file',
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
});
export type HubspotConnection = z.infer<typeof hubspotConnection>;

export interface HubspotClient extends RecordCalls, FurnitureCalls {
  /** How long one call may take. */
  readonly timeoutMs: number;
  usage(): Usage;
  skewMs(): number | null;
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
  const { connection } = options;
  const basePath = (connection.base_url || 'https://api.hubapi.com').replace(/\/+$/, '');
  const token = () =>
    connection.access_token instanceof Secret ? connection.access_token.reveal() : String(connection.access_token);
  const timeoutMs = options.timeoutMs ?? callTimeoutMs;
  const transport = createTransport({
    clock: options.clock,
    chance: options.chance,
    timeoutMs,
    backoffMs: options.backoffMs ?? 1_000,
  });
  let client: Promise<Client> | null = null;
  const sdk = () => {
    client ??= import('@hubspot/api-client').then(
      (library) =>
        new library.Client({
          accessToken: token(),
          basePath,
          numberOfApiCallRetries: 0,
          middleware: [{ pre: addressing(connection.api_version), post: labelling }],
        }),
    );
    return client;
  };
  async function raw(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Sent> {
    const response = await (await sdk()).apiRequest({
      method,
      path: dated(path, connection.api_version),
      ...(body === undefined ? {} : { body }),
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
    ...furnitureCalls(transport, sdk, raw, token),
    timeoutMs,
    usage: transport.usage,
    skewMs: transport.skewMs,
  };
}

/** A v3 or v4 path as the dated versions spell it; as it is for v3. */
export function dated(url: string, version: HubspotConnection['api_version']): string {
  if (version === 'v3') return url;
  return url
    .replace(/\/crm\/v3\/(objects|properties|lists|owners)(?=[/?]|$)/, `/crm/$1/${version}`)
    .replace('/crm/v4/associations/', `/crm/associations/${version}/`)
    .replace('/account-info/v3/', `/account-info/${version}/`);
}

interface RequestContext {
  getUrl(): string;
  setUrl(url: string): void;
}
function addressing(version: HubspotConnection['api_version']) {
  return async (context: unknown) => {
    const request = context as RequestContext;
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
