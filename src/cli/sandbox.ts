// kenko sandbox: two pretend CRMs on this machine, until stopped. The only window to the garden.

import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../lib/errors.ts';
import { type Sandbox, startSandbox } from '../sandbox/server.ts';
import { writeSources } from '../sandbox/world/sources.ts';
import { type CommandContext, textOption } from './command.ts';
import { say, sayJson } from './output.ts';

export async function sandbox(context: CommandContext): Promise<number> {
  const box = await startSandbox({
    salesforcePort: portOption(context, 'salesforcePort'),
    hubspotPort: portOption(context, 'hubspotPort'),
    accounts: numberOption(context, 'accounts', 500),
  });
  try {
    const seed = textOption(context, 'seed');
    if (seed !== null) await seedFolder(box, resolve(seed));
    const faults = textOption(context, 'faults');
    if (faults !== null) await plantFaults(box, resolve(faults));
    const env = environmentOf(box);
    say(
      context.output,
      'Two pretend CRMs listen on this machine. In another terminal:',
      '',
      ...Object.entries(env).map(([name, value]) => `export ${name}='${value}'`),
      '',
      'Stop with Ctrl-C.',
    );
    sayJson(context.output, {
      salesforce: { url: box.salesforce.url, org: box.salesforce.org },
      hubspot: { url: box.hubspot.url, portal: box.hubspot.portal },
      env,
    });
    await new Promise<void>((done) => {
      if (context.signal.aborted) done();
      context.signal.addEventListener('abort', () => done(), { once: true });
    });
    return 0;
  } finally {
    await box.close();
  }
}

/** Starts a sandbox for the demo. */
export async function openSandbox(accounts: number): Promise<Sandbox> {
  return await startSandbox({ accounts });
}
export type { Sandbox };

/** The environment that points a home at a sandbox. The tokens say that they are pretend. */
export function environmentOf(box: Sandbox): Readonly<Record<string, string>> {
  return {
    SALESFORCE_INSTANCE_URL: box.salesforce.url,
    SALESFORCE_LOGIN_URL: box.salesforce.url,
    SALESFORCE_ACCESS_TOKEN: box.salesforce.token,
    HUBSPOT_BASE_URL: box.hubspot.url,
    HUBSPOT_ACCESS_TOKEN: box.hubspot.token,
  };
}
/** Writes the CSV files that fit the sandbox's customers, as data/*.csv below a home folder. */
export async function seedFolder(box: Sandbox, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeSources(box.world, folder, box.clock.now().slice(0, 10));
}

async function plantFaults(box: Sandbox, file: string): Promise<void> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null)
    throw new UsageError('the fault plan cannot be read', {
      where: file,
      fix: 'Name a JSON file: {"salesforce": [...], "hubspot": [...]}',
    });
  const plan = JSON.parse(text) as Readonly<Record<string, unknown>>;
  for (const vendor of ['salesforce', 'hubspot'] as const) {
    if (plan[vendor] === undefined) continue;
    const answer = await fetch(`${box[vendor].url}/__faults`, {
      method: 'POST',
      body: JSON.stringify(plan[vendor]),
      headers: { 'content-type': 'application/json' },
    });
    if (!answer.ok)
      throw new UsageError(`the fault plan for ${vendor} is not understood`, { where: file, why: await answer.text() });
  }
}
function portOption(context: CommandContext, name: string): number {
  return numberOption(context, name, 0);
}
function numberOption(context: CommandContext, name: string, otherwise: number): number {
  const text = textOption(context, name);
  if (text === null) return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0 && value <= 1_000_000) return value;
  throw new UsageError(`"${text}" is no number for --${name}`, { fix: 'Write a whole number.' });
}
