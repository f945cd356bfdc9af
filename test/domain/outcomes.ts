// Builders for tests that need a whole outcome of an account, and mappings to wish it into.

import type { CrmMapping, FieldMapping } from '../../src/domain/decisions.ts';
import type { Account, Memory, NextAction, Outcome, Part, Score } from '../../src/domain/nouns.ts';

export const acme: Account = {
  key: 'acme',
  name: 'Acme',
  ids: { salesforce: '001A', hubspot: '77' },
  owners: { salesforce: '005A' },
  parent: null,
  attributes: {},
  contacts: [],
};

export function part(metric: string, change: Partial<Part> = {}): Part {
  return {
    metric,
    dimension: 'usage',
    value: 1,
    state: 'known',
    at: '2026-03-01',
    weight: 10,
    effectiveWeight: 10,
    normalised: 0.5,
    points: 5,
    lost: 5,
    text: `${metric} line`,
    ...change,
  };
}

export function score(change: Partial<Score> = {}): Score {
  return {
    account: 'acme',
    asOf: '2026-03-02',
    model: { id: 'b2b_saas_default', version: '1.0.0', hash: 'a1b2c3d4e5' },
    value: 68.4,
    raw: 68.37,
    calculated: 68.4,
    coverage: 0.86,
    confidence: 'high',
    reason: null,
    dimensions: [{ name: 'usage', value: 70.6, weight: 45 }],
    parts: [],
    caps: [],
    override: null,
    ...change,
  };
}

const memory: Memory = {
  band: 'yellow',
  bandSince: '2026-03-01',
  pendingBand: null,
  pendingRuns: 0,
  alert: false,
  segments: {},
  flags: {},
  plays: {},
  parkedUntil: null,
};

export function outcome(change: Partial<Outcome> = {}): Outcome {
  return {
    account: 'acme',
    asOf: '2026-03-02',
    metrics: [],
    score: score(),
    band: 'yellow',
    bandBefore: 'yellow',
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
    memory,
    ...change,
  };
}

export function remembering(change: Partial<Memory>): Memory {
  return { ...memory, ...change };
}

export function action(play: string, change: Partial<NextAction> = {}): NextAction {
  return {
    account: 'acme',
    play,
    episode: '2026-03-02',
    ordinal: 0,
    subject: `Do ${play}`,
    body: `About ${play}.`,
    dueOn: '2026-03-05',
    priority: 'medium',
    owner: 'account_owner',
    rank: 1,
    because: ['score 18'],
    ...change,
  };
}

export function field(word: string, change: Partial<FieldMapping> = {}): FieldMapping {
  return {
    word,
    field: `${word}__c`,
    type: 'number',
    write: 'unless_edited',
    digits: 1,
    length: 255,
    options: [],
    label: { en: word, ja: word },
    help: { en: '', ja: '' },
    ...change,
  };
}

export function mapping(fields: readonly FieldMapping[], change: Partial<CrmMapping> = {}): CrmMapping {
  return {
    crm: 'salesforce',
    connection: {},
    objects: { account: { object: 'Account', fields } },
    task: null,
    idKind: 'salesforce',
    ...change,
  };
}
