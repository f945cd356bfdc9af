// A pretend portal with two ways to talk to it: raw calls for exact bodies, and HubSpot's own client as a witness that
// was not built by us. For tests only; it knows nothing of what the answers should be.

import { Client } from '@hubspot/api-client';
import type { openPortal, Portal } from '../../src/sandbox/hubspot/portal.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../src/sandbox/server.ts';

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Record<string, unknown>;
}
export interface Caller {
  readonly sandbox: Sandbox;
  readonly portal: Portal;
  readonly client: Client;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<RawAnswer>;
  /** Ids of the first records of a type. */
  ids(type: string, count: number): Promise<string[]>;
}

/** Opens a sandbox of a dozen customers, its burst limit out of the way unless a test wants it. */
export async function openCaller(options: SandboxOptions = {}): Promise<Caller> {
  const sandbox = await startSandbox({ accounts: 12, setUp: true, now: '2026-11-20T10:00:00.123Z', ...options });
  const portal = sandbox.hubspot.half as ReturnType<typeof openPortal>;
  portal.setKnob('burst', 100_000);
  const call: Caller['call'] = async (method, path, body, headers = {}) => {
    const given = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
    const response = await fetch(sandbox.hubspot.url + path, {
      method,
      headers: {
        authorization: `Bearer ${sandbox.hubspot.token}`,
        accept: 'application/json',
        'content-type': 'application/json',
        ...headers,
      },
      ...given,
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  };
  return {
    sandbox,
    portal,
    client: new Client({
      accessToken: sandbox.hubspot.token,
      basePath: sandbox.hubspot.url,
      numberOfApiCallRetries: 0,
    }),
    call,
    ids: async (type, count) => {
      const page = await call('GET', `/crm/v3/objects/${type}?limit=${count}`);
      return (page.body['results'] as { id: string }[]).map((one) => one.id);
    },
  };
}

/** One association of a body, HubSpot-defined. */
export function linkTo(id: string, typeId: number) {
  return { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: typeId }] };
}
/** `results` of an answer. */
export function resultsOf(answer: RawAnswer): Record<string, unknown>[] {
  return answer.body['results'] as Record<string, unknown>[];
}
/** `properties` of a record or of an answer that is one. */
export function propertiesOf(record: unknown): Record<string, string | null> {
  return (record as { properties: Record<string, string | null> }).properties;
}
