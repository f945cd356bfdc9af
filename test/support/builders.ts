// Plain data for tests: each builder makes a small, valid thing, and a test names only what it is about.

import type {
  Account,
  Contact,
  EffectDraft,
  Metric,
  NextAction,
  Outcome,
  Receipt,
  Score,
  SourceRecord,
  Tally,
} from '../../src/domain/nouns.ts';
import type { Settlement } from '../../src/state/store.ts';

/** The day and the moment most tests play on. */
export const asOf = '2026-09-14';
export const now = '2026-09-14T06:00:00Z';

/** An instant so many minutes after {@link now}. */
export function minutesLater(minutes: number): string {
  return new Date(Date.parse(now) + minutes * 60_000).toISOString();
}

export function record(key: string, given: Partial<SourceRecord> = {}): SourceRecord {
  return {
    source: 'usage',
    stream: 'rows',
    key,
    at: '2026-09-10',
    account: { kind: 'account_id', value: 'A-1' },
    contact: null,
    fields: { active_users: 12 },
    ...given,
  };
}

export function account(key: string, given: Partial<Account> = {}): Account {
  return {
    key,
    name: `Company ${key}`,
    ids: { account_id: key },
    owners: { salesforce: '005A' },
    parent: null,
    attributes: { plan: 'pro', seats: 50 },
    contacts: [],
    ...given,
  };
}
export function contact(key: string, given: Partial<Contact> = {}): Contact {
  return { key, ids: { people: key }, role: 'user', attributes: {}, ...given };
}

export function metric(name: string, value: Metric['value'], given: Partial<Metric> = {}): Metric {
  const state = value === null ? 'missing' : 'known';
  return { name, value, state, at: value === null ? null : '2026-09-10', from: ['usage'], detail: {}, ...given };
}
export function score(key: string, value: number | null, given: Partial<Score> = {}): Score {
  return {
    account: key,
    asOf,
    model: { id: 'basic', version: '1.0.0', hash: 'model-1' },
    value,
    raw: value,
    calculated: value,
    coverage: 1,
    confidence: value === null ? 'none' : 'high',
    reason: value === null ? 'too little is known' : null,
    dimensions: [{ name: 'usage', value, weight: 100 }],
    parts: [],
    caps: [],
    override: null,
    ...given,
  };
}
/** What evaluate says of an account with this score on this day. */
export function outcome(key: string, value: number | null, given: Partial<Outcome> = {}): Outcome {
  const day = given.asOf ?? asOf;
  const band = value === null ? 'unknown' : value >= 70 ? 'green' : value >= 40 ? 'yellow' : 'red';
  return {
    account: key,
    asOf: day,
    metrics: [metric('active_users', value)],
    score: score(key, value, { asOf: day }),
    band,
    bandBefore: null,
    alert: false,
    alertIsNew: false,
    trend: {
      delta7d: null,
      delta30d: null,
      direction: null,
      dropAlert: false,
      changes: [],
      byModel: null,
      byVetoes: null,
      note: '',
    },
    segments: [],
    flags: [],
    plays: [],
    actions: [],
    closings: [],
    lift: [],
    memory: {
      band,
      bandSince: day,
      pendingBand: null,
      pendingRuns: 0,
      alert: false,
      segments: {},
      flags: {},
      plays: {},
      parkedUntil: null,
    },
    ...given,
  };
}
export function nextAction(key: string, given: Partial<NextAction> = {}): NextAction {
  return {
    account: key,
    play: 'renewal_risk',
    episode: asOf,
    ordinal: 0,
    subject: 'Renewal in 60 days',
    body: 'Usage fell by a third.',
    dueOn: '2026-09-21',
    priority: 'high',
    owner: 'account_owner',
    rank: 1,
    because: ['renewal in 60 days'],
    ...given,
  };
}

/** A score to be written into the record of an account. */
export function setEffect(key: string, given: Partial<EffectDraft> = {}): EffectDraft {
  return {
    account: key,
    crm: 'salesforce',
    object: 'account',
    target: `001-${key}`,
    op: 'set',
    key: `${key}/set/62`,
    play: '',
    episode: '',
    payload: { health_score: 62, health_band: 'yellow' },
    expect: { health_score: 71, health_band: 'green' },
    because: ['the score moved from 71 to 62'],
    ...given,
  };
}
/** A task to be opened at an account. */
export function taskEffect(key: string, given: Partial<EffectDraft> = {}): EffectDraft {
  const play = given.play ?? 'renewal_risk';
  const episode = given.episode ?? asOf;
  return {
    account: key,
    crm: 'salesforce',
    object: 'task',
    target: `001-${key}`,
    op: 'ensure_task',
    key: `${key}/${play}/${episode}`,
    play,
    episode,
    payload: { subject: 'Renewal in 60 days', owner: '005A', due_on: '2026-09-21' },
    expect: null,
    because: ['renewal in 60 days'],
    ...given,
  };
}
export function receipt(effectId: number, state: Receipt['state'], given: Partial<Receipt> = {}): Receipt {
  const problem =
    state === 'applied'
      ? null
      : {
          code: state === 'rejected' ? 'FIELD_INTEGRITY' : 'UNCLEAR',
          severity: 'error' as const,
          where: 'salesforce',
          what: `it was ${state}`,
          why: 'the CRM said so',
          fix: 'look at the record',
        };
  return { effectId, state, crmId: state === 'applied' ? `id-${effectId}` : null, problem, ...given };
}
export function settlement(effectId: number, state: Receipt['state'], given: Partial<Settlement> = {}): Settlement {
  return { receipt: receipt(effectId, state), before: null, after: null, ...given };
}

/** A tally that counted nothing but these effects. */
export function tally(effects: Partial<Tally['effects']> = {}): Tally {
  return {
    accounts: { seen: 0, matched: 0, unmatched: 0, scored: 0, unknown: 0, notScored: 0, complete: 0 },
    bands: {},
    bandChanges: 0,
    bandsBefore: {},
    scoreShiftSum: 0,
    scoreShiftCount: 0,
    models: {},
    effects: { set: 0, clear: 0, ensure_task: 0, close_task: 0, ...effects },
    byCrm: {},
    tasksPerOwner: {},
    fieldsCleared: 0,
    fieldsWritten: 0,
    conflicts: 0,
    waiting: 0,
    alerts: 0,
  };
}
