// Every method of HubSpot's own client once against the pretend portal. The client throws on any status that it does not
// expect, good ones included, so a call that comes back proves the status. Whatever the connector calls must be among them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '@hubspot/api-client';
import type { Proof } from '../report.ts';
import { type ClientCall, clientCalls, startingIds } from './calls.ts';
import { type Exchange, listen } from './exchanges.ts';
import { openStage } from './portal.ts';

const src = join(import.meta.dirname, '../../../src');

/** The client's methods that the connector names in its own code, from the client down. */
export function methodsInUse(): string[] {
  const files = ['clients/hubspot', 'crm/hubspot'].flatMap((folder) =>
    readdirSync(join(src, folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)),
  );
  const texts = [...files, 'sources/hubspot.ts']
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(join(src, name), 'utf8'));
  const found = texts.flatMap((text) =>
    [...text.matchAll(/\b(?:client|sdk\(\)\)?)\s*\.((?:crm|oauth)(?:\s*\.\s*\w+)+?)(?:WithHttpInfo)?\s*\(/g)].map(
      (match) => match[1]!.replaceAll(/\s+|WithHttpInfo$/g, ''),
    ),
  );
  return [...new Set(found)].sort();
}

interface Info {
  readonly httpStatusCode: number;
  readonly data: unknown;
}
function methodOf(client: Client, name: string): (...given: readonly unknown[]) => Promise<Info> {
  const parts = name.split('.');
  const method = `${parts.pop()}WithHttpInfo`;
  let owner: unknown = client;
  for (const part of parts) owner = (owner as Readonly<Record<string, unknown>>)[part];
  const found = (owner as Readonly<Record<string, unknown>>)[method];
  if (typeof found !== 'function') throw new Error(`the client has no ${name}`);
  return found.bind(owner) as (...given: readonly unknown[]) => Promise<Info>;
}

async function told(client: Client, call: ClientCall, found: Record<string, string>): Promise<string | null> {
  try {
    const info = await methodOf(client, call.name)(...call.with(found));
    call.keep?.(info.data, found);
    return info.httpStatusCode === call.status
      ? null
      : `${call.name}: ${info.httpStatusCode}, documented ${call.status}`;
  } catch (error) {
    const { code, body } = error as { readonly code?: unknown; readonly body?: unknown };
    return `${call.name} throws: ${String(code ?? error)} ${JSON.stringify(body ?? null).slice(0, 300)}`;
  }
}

/** Calls them all, and gives what was said besides the verdict, for the models to be held against. */
export async function proveMethods(): Promise<{ readonly proof: Proof; readonly heard: readonly Exchange[] }> {
  const stage = await openStage({ setUp: true });
  try {
    const ear = listen(stage.portal, stage.box.clock.now);
    const client = new Client({
      accessToken: stage.box.hubspot.token,
      basePath: stage.box.hubspot.url,
      numberOfApiCallRetries: 0,
    });
    const found = await startingIds(stage);
    const differences: string[] = [];
    for (const call of clientCalls) {
      const differs = await told(client, call, found);
      if (differs !== null) differences.push(differs);
    }
    ear.stop();
    const called = new Set(clientCalls.map((call) => call.name));
    const inUse = methodsInUse();
    if (inUse.length === 0)
      differences.push('the connector calls nothing; its code is written in a way not looked for');
    const uncalled = inUse.filter((name) => !called.has(name));
    differences.push(...uncalled.map((name) => `${name} is used by the connector and not called here`));
    const compared = clientCalls.length + inUse.length;
    return {
      heard: ear.heard,
      proof: {
        name: "the client's methods, called once",
        compared,
        agreed: compared - differences.length,
        differences,
        figures: `${called.size} methods in ${clientCalls.length} calls; the connector uses ${inUse.length}`,
      },
    };
  } finally {
    await stage.close();
  }
}
