// A pretend portal for the checks, and a raw caller of it. It makes no judgement; it only asks and keeps what it heard.

import type { openPortal, Portal } from '../../../src/sandbox/hubspot/portal.ts';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/server.ts';
import type { Told } from './likeness.ts';

export interface Stage {
  readonly box: Sandbox;
  readonly portal: Portal;
  /** Asks as a plain HTTP client does; `accept` is what the recordings' client sent unless given. */
  ask(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Told>;
  close(): Promise<void>;
}

/** Opens a portal of a dozen customers, unfurnished, its limits and its search lag out of the way. */
export async function openStage(options: SandboxOptions = {}): Promise<Stage> {
  const box = await startSandbox({ accounts: 12, now: '2026-11-20T10:00:00.123Z', ...options });
  const portal = box.hubspot.half as ReturnType<typeof openPortal>;
  for (const [knob, value] of Object.entries({ burst: 100_000, searches: 1_000, searchLagMs: 0 }))
    portal.setKnob(knob, value);
  return {
    box,
    portal,
    close: () => box.close(),
    async ask(method, path, body, headers = {}) {
      const response = await fetch(box.hubspot.url + path, {
        method,
        headers: {
          authorization: `Bearer ${box.hubspot.token}`,
          accept: '*/*',
          'content-type': 'application/json',
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      return {
        status: response.status,
        headers: new Map([...response.headers]),
        body: isJson ? (JSON.parse(text) as unknown) : text,
      };
    },
  };
}
/** A member of an answer that is an object. */
export function member(told: Told, name: string): unknown {
  return (told.body as Readonly<Record<string, unknown>>)[name];
}
/** `results` of an answer. */
export function results(told: Told): Readonly<Record<string, unknown>>[] {
  return member(told, 'results') as Readonly<Record<string, unknown>>[];
}
/** Ids of the first records of a type. */
export async function ids(stage: Stage, type: string, count: number): Promise<string[]> {
  return results(await stage.ask('GET', `/crm/v3/objects/${type}?limit=${count}`)).map((one) => String(one['id']));
}
