// Plays a recorded story against a pretend org and says where the answers differ. What the recorded org already held is put
// there first, as far as its answers tell; ids of the recording are exchanged for ours as they come up.

import { addCustomObject } from '../../../../src/sandbox/salesforce/custom-objects.ts';
import type { OrgHalf } from '../../../../src/sandbox/salesforce/org.ts';
import { planOf, planOfId } from '../../../../src/sandbox/salesforce/state.ts';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/server.ts';
import type { Exchange, Story } from './cassette.ts';
import { differences } from './compare.ts';
import { differencesOfDescribe, differencesOfGlobal } from './describes.ts';

export interface Replayed {
  readonly exchange: Exchange;
  readonly differences: readonly string[];
}

/** An id as recordings have it: 15 or 18 characters; some were made up by people, and their check digits are wrong. */
const idPattern = /\b[0-9A-Za-z]{5}[0-9A-Za-z]{10}(?:[0-9A-Za-z]{3})?\b/g;

/** One org, and what its ids are called in the recording. */
export class Replay {
  readonly #sandbox: Sandbox;
  readonly #half: OrgHalf;
  readonly #ours = new Map<string, string>();

  constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
    this.#half = sandbox.salesforce.half as OrgHalf;
  }

  async play(exchange: Exchange): Promise<Replayed> {
    const recorded = jsonIn(exchange.answer);
    this.#putWhatWasThere(recorded, exchange.path);
    this.#putWhatIsNamed(exchange);
    const isSoap = exchange.path.startsWith('/services/Soap') || exchange.path.startsWith('/services/async');
    const response = await fetch(this.#sandbox.salesforce.url + this.#inOurWords(exchange.path), {
      method: exchange.method,
      headers: {
        'content-type': exchange.contentType,
        [isSoap ? 'x-sfdc-session' : 'authorization']: `${isSoap ? '' : 'Bearer '}${this.#sandbox.salesforce.token}`,
      },
      ...(exchange.body === '' ? {} : { body: this.#inOurWords(exchange.body) }),
    });
    const text = await response.text();
    const ours = jsonIn(text);
    const found: string[] = [];
    if (response.status !== exchange.status) found.push(`status ${response.status} instead of ${exchange.status}`);
    const type = response.headers.get('content-type');
    if (exchange.answerType !== null && !isSameType(exchange.answerType, type))
      found.push(`content type ${type} instead of ${exchange.answerType}`);
    if (recorded !== undefined && ours !== undefined) {
      this.#learn(recorded, ours);
      found.push(...compare(recorded, ours, exchange.path));
    } else found.push(...differencesOfText(exchange.answer, text));
    if (recorded === undefined && ours === undefined) this.#learnTexts(exchange.answer, text);
    return { exchange, differences: found };
  }

  /** Records that the recorded answer tells of and that no earlier exchange has made. */
  #putWhatWasThere(recorded: unknown, path: string): void {
    const asked = /\bWHERE\s+(\w+)\s*=\s*'([^']*)'$/i.exec(decodeURIComponent(path.replaceAll('+', ' ')));
    const named = asked === null ? {} : { [asked[1] ?? '']: asked[2] };
    if (isDescribe(recorded) && recorded['custom'] === true) this.#putObject(recorded);
    for (const row of recordsIn(recorded)) {
      const [, type = '', id = ''] = /\/sobjects\/(\w+)\/(\w+)$/.exec(row.attributes.url) ?? [];
      if (!this.#ours.has(id)) this.#put(type, id, { ...named, ...row });
    }
  }

  /** A custom object of the recorded org, with its custom fields as texts. */
  #putObject(described: Readonly<Record<string, unknown>> & { fields: readonly Record<string, unknown>[] }): void {
    const { org } = this.#half;
    const name = String(described['name']);
    if (planOf(org, name) !== undefined) return;
    const label = String(described['label']);
    const isSetting = described['customSetting'] === true;
    addCustomObject(org, { name, label, plural: String(described['labelPlural']), isSetting });
    for (const field of described.fields)
      if (field['custom'] === true) {
        const length = Number(field['length']);
        const definition = {
          name: String(field['name']),
          label: String(field['label']),
          kind: 'text',
          length,
        } as const;
        org.store.addField(name, { ...definition, custom: true });
        org.settings.fieldAccess = { ...org.settings.fieldAccess, [`${name}.${definition.name}`]: 'edit' };
      }
  }

  /** Records that a request names by their id. */
  #putWhatIsNamed(exchange: Exchange): void {
    for (const [id] of `${exchange.path} ${exchange.body}`.matchAll(idPattern)) {
      const plan = /[0-9]/.test(id) ? planOfId(this.#half.org, id) : undefined;
      if (plan !== undefined && !this.#ours.has(id)) this.#put(plan.name, id, {});
    }
  }

  #put(type: string, id: string, row: Readonly<Record<string, unknown>>): void {
    const { org, store } = this.#half;
    const plan = planOf(org, type);
    if (plan === undefined) return;
    if (plan.name === 'Organization') this.#ours.set(id, org.id);
    else if (plan.name === 'User') this.#ours.set(id, org.integrationUser);
    else {
      const given = plan.fields.flatMap((field) => {
        if (field.readOnly === true || field.kind === 'reference') return [];
        const told = Object.entries(row).find(([name]) => name.toLowerCase() === field.name.toLowerCase())?.[1];
        const value = told ?? (field.required === true ? stopgap(field.kind) : undefined);
        return value === undefined ? [] : [[field.name, value] as const];
      });
      const born = store.insert(type, Object.fromEntries(given), 'system', { asSystem: true });
      if (!born.ok) throw new Error(`${type} of the recording does not fit: ${JSON.stringify(born.refusals)}`);
      this.#ours.set(id, born.record.id);
    }
  }

  #inOurWords(text: string): string {
    return text.replace(idPattern, (id) => this.#ours.get(id) ?? id);
  }

  /** Ids that stand in the same place of both answers mean the same thing. */
  #learn(recorded: unknown, ours: unknown): void {
    if (typeof recorded === 'string' && typeof ours === 'string') this.#learnTexts(recorded, ours);
    else if (Array.isArray(recorded) && Array.isArray(ours))
      for (const [at, one] of recorded.entries()) this.#learn(one, ours[at]);
    else if (typeof recorded === 'object' && recorded !== null && typeof ours === 'object' && ours !== null)
      for (const [key, one] of Object.entries(recorded)) this.#learn(one, (ours as Record<string, unknown>)[key]);
  }
  #learnTexts(recorded: string, ours: string): void {
    const [theirs, own] = [[...recorded.matchAll(idPattern)], [...ours.matchAll(idPattern)]];
    if (theirs.length !== own.length) return;
    for (const [at, [id]] of theirs.entries())
      if (/[0-9]/.test(id) && !this.#ours.has(id)) this.#ours.set(id, own[at]?.[0] ?? id);
  }
}

/** Plays a story in an org of its own that holds no customers. */
export async function replayStory(story: Story): Promise<Replayed[]> {
  const sandbox = await startSandbox({ accounts: 0 });
  try {
    const replay = new Replay(sandbox);
    const played: Replayed[] = [];
    for (const exchange of story.exchanges) played.push(await replay.play(exchange));
    return played;
  } finally {
    await sandbox.close();
  }
}

function stopgap(kind: string): unknown {
  return kind === 'date' ? '2026-01-01' : kind === 'number' ? 0 : kind === 'boolean' ? false : 'Recorded';
}
export function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
type Row = Record<string, unknown> & { attributes: { type: string; url: string } };
function recordsIn(value: unknown): Row[] {
  if (Array.isArray(value)) return value.flatMap(recordsIn);
  if (typeof value !== 'object' || value === null) return [];
  const url = (value as Partial<Row>).attributes?.url;
  const inside = Object.values(value).flatMap(recordsIn);
  return typeof url === 'string' ? [value as Row, ...inside] : inside;
}
function compare(recorded: unknown, ours: unknown, path: string): string[] {
  // Counts are made at night: an object may have none yet, whatever it holds.
  if (path.includes('/limits/recordCount'))
    return differences(recorded, ours).filter((one) => !one.startsWith('sObjects: '));
  if (isDescribe(recorded) && isDescribe(ours)) return differencesOfDescribe(recorded, ours);
  if (isGlobal(recorded) && isGlobal(ours)) return differencesOfGlobal(recorded, ours);
  return differences(recorded, ours);
}
function isGlobal(body: unknown): body is Parameters<typeof differencesOfGlobal>[0] {
  return typeof body === 'object' && body !== null && 'sobjects' in body && 'maxBatchSize' in body;
}
function isDescribe(body: unknown): body is Record<string, unknown> & { fields: Record<string, unknown>[] } {
  return typeof body === 'object' && body !== null && 'fields' in body && 'childRelationships' in body;
}
const isSameType = (recorded: string, ours: string | null) =>
  recorded.replaceAll(' ', '').toLowerCase() === (ours ?? '').replaceAll(' ', '').toLowerCase();

/** Answers that are no JSON: the same elements in the same order (XML), or the same first line and as many lines (CSV). */
export function differencesOfText(recorded: string, ours: string): string[] {
  const elements = (xml: string) =>
    [...xml.replace(/<([\w:]+)([^<>]*)\/>/g, '<$1$2></$1>').matchAll(/<(\/?[\w:]+)/g)]
      .map((match) => match[1])
      .join(' ');
  if (recorded.trimStart().startsWith('<'))
    return elements(recorded) === elements(ours) ? [] : [`elements ${elements(ours)} instead of ${elements(recorded)}`];
  const lines = (text: string) => text.trim().split('\n');
  const [theirs, own] = [lines(recorded), lines(ours)];
  if (theirs[0] !== own[0]) return [`first line ${own[0]} instead of ${theirs[0]}`];
  return theirs.length === own.length ? [] : [`${own.length} lines instead of ${theirs.length}`];
}
