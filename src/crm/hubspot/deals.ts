// Open deals with the company they belong to. They are listed, not searched: a list shows every committed write, and which stages
// are ends is said by the pipelines. A hundred deals a call, and one call more for every thousand open ones.

import { orThrow } from '../../clients/hubspot/call.ts';
import type { Association, Item, ItemPage } from '../../clients/hubspot/records.ts';
import type { Value } from '../../domain/nouns.ts';
import type { Deal } from '../crm.ts';
import { fromWire, ownerProperty } from './convert.ts';
import { type Desk, fieldsOf, objectName } from './desk.ts';

const pageSize = 100;
/** Records whose companies one call tells. */
const associatedAtOnce = 1_000;
const stageProperty = 'dealstage';
const pipelineProperty = 'pipeline';

/** See KnowsDeals.openDeals. */
export async function* openDeals(
  desk: Desk,
  words: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly Deal[]> {
  const mapping = desk.mapping.objects.opportunity;
  if (mapping === undefined) return;
  const type = objectName(desk.mapping, 'opportunity');
  const companies = objectName(desk.mapping, 'account');
  const wanted = new Set(words);
  const fields = fieldsOf(desk.mapping, 'opportunity').filter((field) => wanted.has(field.word));
  const only = Object.entries(mapping.only ?? {});
  const names = [stageProperty, pipelineProperty, ownerProperty, ...fields.map(({ field }) => field)];
  const properties = [...new Set([...names, ...only.map(([name]) => name)])];
  const stages = orThrow(await desk.client.pipelines(type, signal), `hubspot pipelines ${type}`);
  const ends = new Set(stages.filter(({ closed }) => closed === true).map(({ pipeline, id }) => `${pipeline} ${id}`));
  const isWanted = ({ properties: values }: Item): boolean =>
    !ends.has(`${values[pipelineProperty] ?? ''} ${values[stageProperty] ?? ''}`) &&
    only.every(([name, allowed]) => allowed.includes(values[name] ?? ''));
  const withCompanies = async (items: readonly Item[]): Promise<readonly Deal[]> => {
    const ids = items.map(({ id }) => id);
    const linked = await desk.client.associations(type, companies, ids, signal);
    return items.flatMap((item): Deal[] => {
      const accountId = companyOf(linked.get(item.id) ?? []);
      if (accountId === null) return [];
      const shown: Record<string, Value> = {};
      for (const field of fields) shown[field.word] = fromWire(item.properties[field.field], field);
      const owner = item.properties[ownerProperty] || null;
      const record = {
        account: '',
        object: 'opportunity' as const,
        target: item.id,
        id: item.id,
        owner,
        fields: shown,
      };
      return [{ accountId, record }];
    });
  };

  let waiting: Item[] = [];
  for (let after: string | null = null; ; ) {
    const ask = { properties, after, archived: false, limit: pageSize };
    const page: ItemPage = orThrow(await desk.client.listRecords(type, ask, signal), `hubspot ${type}`);
    waiting.push(...page.results.filter(isWanted));
    ({ after } = page);
    if (waiting.length >= associatedAtOnce) {
      yield await withCompanies(waiting.slice(0, associatedAtOnce));
      waiting = waiting.slice(associatedAtOnce);
    }
    if (after === null) break;
  }
  if (waiting.length > 0) yield await withCompanies(waiting);
}

/** The primary company, or the only one; several without a mark belong to nobody. */
function companyOf(companies: readonly Association[]): string | null {
  return companies.find(({ primary }) => primary)?.to ?? (companies.length === 1 ? (companies[0]?.to ?? null) : null);
}
