// A home with secrets and people that are found again wherever they leak to: a folder, two pretend CRMs behind gateways, and
// a search through everything that was printed, logged, answered or written to disk.

import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seedFolder } from '../../src/cli/sandbox.ts';
import { pretendClient } from '../../src/sandbox/salesforce/oauth.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/server.ts';
import { type Ended, kenko } from './command-line.ts';
import { type Gateway, openGateway } from './gateway.ts';

export interface CanaryHome {
  readonly folder: string;
  readonly box: Sandbox;
  readonly salesforce: Gateway;
  readonly hubspot: Gateway;
  /** What must be found nowhere, by name. */
  readonly secrets: Readonly<Record<string, string>>;
  /** E-mail addresses and names of people in the CRMs. */
  readonly people: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command in this home, logging everything. */
  kenko(...argv: string[]): Promise<Ended>;
  /** Everything that was printed and logged so far. */
  readonly printed: { stdout: string; stderr: string };
  close(): Promise<void>;
}

/** A secret of no known shape. */
const canary = () => `Q${randomBytes(18).toString('hex')}q`;

export async function canaryHome(): Promise<CanaryHome> {
  const folder = await mkdtemp(join(tmpdir(), 'kenko-canary-'));
  const box = await startSandbox({ accounts: 24, setUp: true });
  const secrets = {
    clientSecret: canary(),
    session: `00Dpretend!${canary()}`,
    hubspotToken: canary(),
    console: canary(),
    database: canary(),
  };
  const sessionInside = secrets.session.split('!')[1] as string;
  const people = { email: `canary.${randomBytes(6).toString('hex')}@person.example`, name: 'Kanariya Utatane' };
  const salesforce = await openGateway({
    url: box.salesforce.url,
    swaps: [
      [secrets.session, box.salesforce.token],
      [secrets.clientSecret, pretendClient.secret],
    ],
    words: (says) => [{ errorCode: 'UNKNOWN_EXCEPTION', message: says }],
  });
  const hubspot = await openGateway({
    url: box.hubspot.url,
    swaps: [[secrets.hubspotToken, box.hubspot.token]],
    words: (says) => ({ status: 'error', category: 'VALIDATION_ERROR', message: says, correlationId: '0' }),
  });
  await addPeople(box, people);
  await seedFolder(box, folder);
  const env = {
    SALESFORCE_LOGIN_URL: salesforce.url,
    SALESFORCE_CLIENT_ID: pretendClient.id,
    SALESFORCE_CLIENT_SECRET: secrets.clientSecret,
    HUBSPOT_BASE_URL: hubspot.url,
    HUBSPOT_ACCESS_TOKEN: secrets.hubspotToken,
    KENKO_CONSOLE_TOKEN: secrets.console,
    DATABASE_URL: `postgres://reader:${secrets.database}@127.0.0.1:9/none`,
  };
  const printed = { stdout: '', stderr: '' };
  return {
    folder,
    box,
    salesforce,
    hubspot,
    secrets: { ...secrets, sessionInside },
    people,
    env,
    printed,
    kenko: async (...argv) => {
      const ended = await kenko([...argv, '--home', folder, '--log-level', 'debug'], env);
      printed.stdout += ended.stdout;
      printed.stderr += ended.stderr;
      return ended;
    },
    close: async () => {
      await salesforce.close();
      await hubspot.close();
      await box.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A person in each CRM, at a customer, by the CRMs' own APIs. */
async function addPeople(box: Sandbox, people: { readonly email: string; readonly name: string }): Promise<void> {
  const [firstname, lastname] = people.name.split(' ') as [string, string];
  const post = async (url: string, token: string, body: unknown) => {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${url} ${answer.status} ${await answer.text()}`);
  };
  const ask = async (query: string) => {
    const answer = await fetch(`${box.salesforce.url}/services/data/v66.0/query?q=${encodeURIComponent(query)}`, {
      headers: { authorization: `Bearer ${box.salesforce.token}` },
    });
    return ((await answer.json()) as { records: { Id: string }[] }).records[0]?.Id ?? '';
  };
  await post(`${box.salesforce.url}/services/data/v66.0/sobjects/Contact`, box.salesforce.token, {
    FirstName: firstname,
    LastName: lastname,
    Email: people.email,
    AccountId: await ask('SELECT Id FROM Account LIMIT 1'),
  });
  await post(`${box.hubspot.url}/crm/v3/objects/contacts`, box.hubspot.token, {
    properties: { firstname, lastname, email: people.email },
  });
}

/** Every file below a folder, as bytes: databases, their logs, exports, reports. */
export function filesBelow(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), 'latin1')]),
  );
}

/** Where which canary was found. */
export function leaks(
  canaries: Readonly<Record<string, string>>,
  texts: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.entries(texts).flatMap(([place, text]) =>
    Object.entries(canaries).flatMap(([name, value]) =>
      [value, encodeURIComponent(value), Buffer.from(value).toString('base64')].some((one) => text.includes(one))
        ? [`${name} in ${place}`]
        : [],
    ),
  );
}
