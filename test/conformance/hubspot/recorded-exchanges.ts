// Exchanges that were recorded with the real HubSpot, told again to the pretend one in the order in which they happened: the
// ids that it gives stand for those that HubSpot gave. Read in place; nothing is compared where the recordings are not.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Proof } from '../report.ts';
import { differences, type Leniency, type Told } from './likeness.ts';
import { openStage, type Stage } from './portal.ts';

export const fixtures = join(import.meta.dirname, '../../../../shared/fixtures/hubspot');
const file = join(fixtures, 'vcr-ruby_hubspot_api-exchanges.json');

interface Exchange {
  readonly source: string;
  readonly recorded_at: string;
  readonly method: string;
  readonly url: string;
  readonly request?: unknown;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly response: unknown;
}

/** HubSpot counts the day's calls down, which tells the order within a second; refusals for scopes are not counted. */
function inOrder(exchanges: readonly Exchange[]): Exchange[] {
  const left = (one: Exchange) => Number(one.headers['x-hubspot-ratelimit-daily-remaining'] ?? 0);
  const day = (one: Exchange) => Date.parse(one.recorded_at.slice(0, 16));
  return [...exchanges].sort((a, b) => day(a) - day(b) || left(b) - left(a));
}

/** The recording keeps a compressed answer as base64. */
function bodyOf(exchange: Exchange): unknown {
  const { response } = exchange;
  if (typeof response !== 'string' || response.startsWith('<') || response === '') return response;
  return JSON.parse(Buffer.from(response, 'base64').toString('utf8')) as unknown;
}

// `url` came into the answers in 2025; the recordings of 2025 and 2026 have it. So did what HubSpot's agents, sequences and
// target accounts stamp on a new contact.
const sinceThen = [
  ...['url', 'results[].url'],
  ...['hs_associated_target_accounts', 'hs_full_name_or_email', 'hs_prospecting_agent_actively_enrolled_count'],
  ...['hs_prospecting_agent_total_enrolled_count', 'hs_sequences_actively_enrolled_count', 'num_notes'],
].flatMap((name) => (name.endsWith('url') ? [name] : [`properties.${name}`, `results[].properties.${name}`]));

function leniencyFor(exchange: Exchange): Leniency {
  // A portal has some three hundred contact properties; the pretend one those that matter here. They are held against
  // the real ones one by one, below.
  if (exchange.source === 'contacts_properties.yml') return { mayMiss: ['results'] };
  // The real list names every scope of every object that HubSpot knows.
  if (exchange.status === 403 && exchange.url.includes('/objects/'))
    return { mayMiss: ['errors[].context.requiredScopes', 'errors[].context'] };
  return { mayMiss: sinceThen };
}

/** What the definition of a property says of it, apart from its wording and its place. */
export function definitionFacts(mine: unknown, real: unknown): string[] {
  const listOf = (one: unknown) => (one as { readonly results: readonly Readonly<Record<string, unknown>>[] }).results;
  const theirs = new Map(listOf(real).map((one) => [one['name'], one]));
  return listOf(mine).flatMap((one) => {
    const other = theirs.get(one['name']);
    if (other === undefined) return [];
    const facts = [
      'type',
      'fieldType',
      'hasUniqueValue',
      'externalOptions',
      'hubspotDefined',
      'calculated',
      'formField',
    ];
    const readOnly = (property: typeof one) =>
      (property['modificationMetadata'] as Record<string, unknown>)['readOnlyValue'];
    return [
      ...facts
        .filter((fact) => one[fact] !== other[fact])
        .map((fact) => `${one['name']}.${fact} is ${one[fact]}, recorded ${other[fact]}`),
      ...(readOnly(one) === readOnly(other) ? [] : [`${one['name']}: readOnlyValue is ${readOnly(one)}`]),
      ...Object.keys(other)
        .filter((key) => !(key in one) && !optional.includes(key))
        .map((key) => `${one['name']} has no ${key}`),
      ...Object.keys(one)
        .filter((key) => !(key in other) && !optional.includes(key))
        .map((key) => `${one['name']} has ${key}, the recorded one has not`),
    ];
  });
}
/** Told of some properties and not of others. */
const optional = ['createdUserId', 'updatedUserId', 'referencedObjectType', 'showCurrencySymbol', 'calculationFormula'];

/** A contact with something in every place that the listings show; the recorded portal had one. */
async function furnish(stage: Stage): Promise<void> {
  stage.portal.setKnob('token', { token: 'pretend-no-scopes', scopes: [] });
}

/** All exchanges with their headers, in the order of their happening. */
export async function proveExchanges(): Promise<Proof> {
  const name = 'recorded exchanges, 2024';
  if (!existsSync(file))
    return { name, compared: 0, agreed: 0, differences: [], skipped: 'the recordings are not here' };
  const exchanges = inOrder(JSON.parse(readFileSync(file, 'utf8')) as Exchange[]);
  const stage = await openStage();
  const found: string[] = [];
  let agreed = 0;
  try {
    await furnish(stage);
    const known = new Map<string, string>();
    const ours = (text: string) => text.replaceAll(/\d{9,}/g, (id) => known.get(id) ?? id);
    for (const exchange of exchanges) {
      const path = ours(exchange.url.replace(/^https:\/\/[^/]+/, ''));
      const request = exchange.request === undefined ? undefined : ours(JSON.stringify(exchange.request));
      const told = await stage.ask(
        exchange.method,
        path,
        request,
        exchange.status === 403 ? { authorization: 'Bearer pretend-no-scopes' } : {},
      );
      const theirs: Told = {
        status: exchange.status,
        headers: new Map(Object.entries(exchange.headers)),
        body: bodyOf(exchange),
      };
      learn(known, theirs.body, told.body);
      const differ = differences(told, theirs, leniencyFor(exchange));
      if (exchange.source === 'contacts_properties.yml') differ.push(...definitionFacts(told.body, theirs.body));
      const where = `${exchange.source} ${exchange.method} ${exchange.url.replace(/^https:\/\/[^/]+/, '')}`;
      found.push(...differ.map((one) => `${where}: ${one}`));
      if (differ.length === 0) agreed += 1;
    }
  } finally {
    await stage.close();
  }
  return { name, compared: exchanges.length, agreed, differences: found };
}

/** Which of our ids stands for which of HubSpot's: records are paired by e-mail, else by being the only one. */
function learn(known: Map<string, string>, theirs: unknown, ours: unknown): void {
  const recordsOf = (body: unknown) => {
    const one = body as { readonly id?: string; readonly results?: unknown } | null;
    const list = Array.isArray(one?.results) ? one.results : one?.id === undefined ? [] : [one];
    return list as { readonly id?: string; readonly properties?: Readonly<Record<string, string>> }[];
  };
  const mine = recordsOf(ours);
  for (const real of recordsOf(theirs)) {
    if (real.id === undefined || real.properties === undefined) continue;
    const same = mine.find((one) => one.properties?.['email'] === real.properties?.['email']);
    if (same?.id !== undefined && !known.has(real.id)) known.set(real.id, same.id);
  }
}
