// What the wire tests of this hand share: a mapping of all our words, a hand on a server that answers as told, and the
// little things that effects are made of.

import type { Crm, Setup } from '../../../src/crm/crm.ts';
import { openSalesforce } from '../../../src/crm/salesforce/open.ts';
import type { CrmMapping } from '../../../src/domain/decisions.ts';
import type { Effect, Fields } from '../../../src/domain/nouns.ts';
import {
  type Asked,
  clientOf,
  given,
  hurriedClock,
  noChance,
  startWire,
  type Teller,
  type Told,
  type WireServer,
} from '../../clients/salesforce/wire-server.ts';
import { effectOf, keyOf, mappingOf } from '../contract.ts';

export const never = new AbortController().signal;
const capitals = new Map([
  ['csm', 'CSM'],
  ['nps', 'NPS'],
  ['roi', 'ROI'],
]);
/** `csm_pulse` → `CSM_Pulse__c`. */
function customName(word: string): string {
  const parts = word.split('_').map((part) => capitals.get(part) ?? part.charAt(0).toUpperCase() + part.slice(1));
  return `${parts.join('_')}__c`;
}
const taskNames: Readonly<Record<string, string>> = {
  key: 'Kenko_Key__c',
  play: 'Play_Id__c',
  outcome: 'Play_Outcome__c',
  snooze_until: 'Snooze_Until__c',
  score_when_created: 'Health_Score_When_Created__c',
};
export const mapping: CrmMapping = mappingOf(
  'salesforce',
  { account: 'Account', contact: 'Contact', opportunity: 'Opportunity' },
  (object, word) => (object === 'task' ? (taskNames[word] ?? customName(word)) : customName(word)),
  {
    fields: { subject: 'Subject', body: 'Description', due_on: 'ActivityDate', priority: 'Priority' },
    priorities: { high: 'High', medium: 'Normal', low: 'Low' },
  },
);

/** A hand on a server; `close` after each test. */
export interface Stage {
  server: WireServer | null;
  open(tell: Teller, changed?: Partial<CrmMapping>, timeoutMs?: number): Promise<Crm & Setup>;
  close(): Promise<void>;
}
export function createStage(): Stage {
  const stage: Stage = {
    server: null,
    async open(tell, changed = {}, timeoutMs = 5_000) {
      await stage.close();
      stage.server = await startWire(tell);
      const client = clientOf(given(stage.server.url), timeoutMs);
      return openSalesforce({ mapping: { ...mapping, ...changed }, client, clock: hurriedClock, chance: noChance });
    },
    async close() {
      await stage.server?.close();
      stage.server = null;
    },
  };
  return stage;
}

export const account = (at: number) => `001${String(at).padStart(12, '0')}AAA`;
export const set = (at: number, payload: Fields = { health_score: 50 }) =>
  effectOf('salesforce', { op: 'set', target: account(at), payload });
export const task = (at: number) =>
  effectOf('salesforce', { op: 'ensure_task', target: account(at), key: keyOf(at), payload: { subject: 'Call them' } });
export const recordsIn = (asked: Asked | undefined) =>
  ((asked?.body as { records?: Record<string, unknown>[] } | null)?.records ?? []) as Record<string, unknown>[];
export const yes = (asked: Asked): Told => ({
  body: recordsIn(asked).map((record) => ({ id: record['id'], success: true, errors: [] })),
});
/** The answer to one collection, or to a composite of several. */
export function partsOf(asked: Asked, answer: (records: readonly Record<string, unknown>[]) => unknown): unknown {
  const body = asked.body as {
    compositeRequest?: { referenceId: string; body: { records: Record<string, unknown>[] } }[];
  };
  if (body.compositeRequest === undefined) return answer(recordsIn(asked));
  return {
    compositeResponse: body.compositeRequest.map((part) => ({
      referenceId: part.referenceId,
      httpStatusCode: 200,
      body: answer(part.body.records),
    })),
  };
}
export const no = (statusCode: string, message = 'x', fields: string[] = []) => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});
export const states = async (crm: Crm, batch: readonly Effect[]) =>
  (await crm.write(batch, never)).map((receipt) => receipt.state);
