// Every request that the connector sends in a portal's first weeks, held against the client's models and HubSpot's documented
// limits; and what none of them may do: delete, search for what exists (only for what changed), write what is not ours, be refused for its form.

import type { Proof } from '../report.ts';
import { clientRoutes } from './client-routes.ts';
import { callOf, type Exchange, jsonOf } from './exchanges.ts';
import { requestProblems } from './request-checks.ts';
import { liveThrough, type Story } from './story.ts';

/** Refusals that a healthy portal gives to questions that may be asked: is it there, may I be asked. */
const fineRefusals: readonly (readonly [string, RegExp, number])[] = [
  ['GET', /^\/crm\/(v3\/lists|lists\/20\d\d-\d\d)\/object-type-id\//, 404],
  ['GET', /^\/crm\/(v3\/properties|properties\/20\d\d-\d\d)\/[^/]+\/[^/]+$/, 404],
  ['POST', /^\/oauth\/v2\/private-apps\/get\/access-token-info$/, 404],
];

interface SearchBody {
  readonly filterGroups?: readonly {
    readonly filters?: readonly { readonly propertyName?: string; readonly operator?: string }[];
  }[];
  readonly sorts?: readonly unknown[];
  readonly after?: unknown;
}
/** The one search that may be trusted: what changed since an instant, page by page above the last id. */
export function asksForChanges(text: string): boolean {
  const body = (jsonOf(text) ?? {}) as SearchBody;
  const filters = body.filterGroups?.length === 1 ? (body.filterGroups[0]?.filters ?? []) : [];
  const since = filters.filter((one) => /^(hs_)?lastmodifieddate$/.test(one.propertyName ?? ''));
  const above = filters.filter((one) => one.propertyName === 'hs_object_id');
  const isOrdered = body.sorts?.length === 1 && body.sorts[0] === 'hs_object_id';
  return (
    since.length > 0 &&
    since.every((one) => ['GT', 'GTE', 'LT', 'LTE', 'BETWEEN'].includes(one.operator ?? '')) &&
    above.every((one) => one.operator === 'GT') &&
    filters.length === since.length + above.length &&
    isOrdered &&
    [undefined, '', '0', 0].includes(body.after as undefined)
  );
}

/** What no request of a connector may do, whatever its form. */
function mannersProblems(story: Story, exchange: Exchange): string[] {
  const path = exchange.path.split('?')[0] ?? '';
  const found: string[] = [];
  if (exchange.method === 'DELETE' || /\/archive$/.test(path)) found.push('deletes');
  if (/\/objects\/[^/]+\/search$/.test(path) && !asksForChanges(exchange.requestText))
    found.push(`searches for something else than changes, and the index is seconds late: ${exchange.requestText}`);
  const isFine = fineRefusals.some(
    ([method, pattern, status]) => method === exchange.method && pattern.test(path) && status === exchange.status,
  );
  if (exchange.status >= 400 && !isFine) found.push(`is refused: ${exchange.status} ${exchange.text.slice(0, 200)}`);
  const type = /\/(companies|contacts|deals|0-[123])\/batch\/(update|create|upsert)$/.exec(path)?.[1];
  if (type !== undefined) {
    const name = { '0-1': 'contacts', '0-2': 'companies', '0-3': 'deals' }[type] ?? type;
    const inputs = (jsonOf(exchange.requestText) as { inputs: { properties: object }[] }).inputs;
    const theirs = [...new Set(inputs.flatMap((one) => Object.keys(one.properties)))].filter((property) => {
      const known = story.portal.state.store.field(name, property)?.extra?.['property'];
      return (known as { readonly hubspotDefined?: boolean } | undefined)?.hubspotDefined !== false;
    });
    if (theirs.length > 0) found.push(`writes what is not ours: ${theirs.join(', ')}`);
  }
  return found.map((problem) => `${callOf(exchange)}: ${problem}`);
}

function judge(story: Story): Proof {
  const routes = clientRoutes();
  const told = new Set<string>(story.trouble);
  let agreed = 0;
  for (const exchange of story.heard) {
    const problems = [...requestProblems(exchange, routes), ...mannersProblems(story, exchange)];
    if (problems.length === 0) agreed += 1;
    for (const problem of problems) told.add(problem);
  }
  // A story in which nothing was written proves nothing of writes.
  const has = (pattern: RegExp) => story.heard.some((one) => pattern.test(one.path.split('?')[0] ?? ''));
  for (const [what, pattern] of [
    ['a property', /\/properties\/([^/]+\/)?(companies|0-2)$/],
    ['an update of companies', /\/(companies|0-2)\/batch\/update$/],
    ['a new task', /\/(tasks|0-27)\/batch\/create$/],
    ['a list', /\/lists(\/20\d\d-\d\d)?\/?$/],
  ] as const)
    if (!has(pattern)) told.add(`the story has no call for ${what}`);
  return {
    name: `requests of the connector, ${story.version}`,
    compared: story.heard.length,
    agreed,
    differences: [...told],
    figures: story.figures,
  };
}

/** Lives through the weeks, once for each version of the API, and judges every request on the way. */
export async function proveRequests(
  versions: readonly string[],
): Promise<{ readonly proofs: readonly Proof[]; readonly heard: readonly Exchange[] }> {
  const proofs: Proof[] = [];
  const heard: Exchange[] = [];
  for (const version of versions) {
    const story = await liveThrough(version, version === 'v3' ? 'whole' : 'short');
    heard.push(...story.heard);
    proofs.push(judge(story));
  }
  return { proofs, heard };
}
