// A home of YAML texts for the tests of the requirements: what is not given is a plain default, and accounts are measured
// and decided from records in memory. So each test shows the lines an admin would write, and nothing of our code.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { kindSchemas } from '../../src/app.ts';
import { loadDecisions } from '../../src/config/load.ts';
import type { Decisions } from '../../src/domain/decisions.ts';
import { measureAccount } from '../../src/domain/measure.ts';
import type { Account, Contact, Fields, Metric, Outcome, Problem, SourceRecord } from '../../src/domain/nouns.ts';
import { decideOutcome, type OutcomeInput, type Prepared, prepare } from '../../src/domain/outcome.ts';
import type { Peers } from '../../src/domain/peers.ts';

/** Texts of YAML files; `metrics` and `points` stand under the keys `metrics:` and `weights:` of their files. */
export interface Texts {
  readonly kenko?: string;
  readonly sources?: string;
  readonly identity?: string;
  /** The metrics, each indented by two spaces. */
  readonly metrics?: string;
  readonly scorecard?: string;
  readonly segments?: string;
  readonly flags?: string;
  readonly plays?: string;
  readonly gates?: string;
  readonly mapping?: string;
}

const kenko = `
name: Requirements
purpose: To prove what is promised.
zone: Asia/Tokyo
locale: en
schedule: "0 5 * * *"
state: {path: state.sqlite}
`;
const sources = `
sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/customers.csv}
    key: [id]
    ids: {account_id: id, salesforce: crm_id}
    columns:
      name: text
      plan: text
      seats: number
      arr: number
      started_on: day
      renewal_on: day
      interview_on: day
      notice_on: day
      goal: text
      csm_pulse: text
      csm_pulse_date: day
      manual_roi: number
      manual_roi_date: day
      key_features: number
      given_score: number
      touch_lock: boolean
      health_override: number
      health_override_reason: text
      health_override_until: day
  people:
    kind: csv
    holds: contacts
    settings: {path: data/people.csv}
    key: [person]
    account: {column: id, kind: account_id}
    contact: person
    columns: {role: text, title: text, last_login_on: day}
  usage:
    kind: csv
    holds: events
    settings: {path: data/usage.csv}
    key: [id, person, day]
    account: {column: id, kind: account_id}
    contact: person
    at: day
    columns: {logins: number, minutes: number, events: number, feature: text, is_key: boolean, article: text, views: number}
  touches:
    kind: csv
    holds: events
    settings: {path: data/touches.csv}
    key: [touch]
    account: {column: id, kind: account_id}
    contact: person
    at: day
    columns: {kind: text, direction: text, title: text, event: text, subject: text}
  surveys:
    kind: csv
    holds: events
    settings: {path: data/surveys.csv}
    key: [response]
    account: {column: id, kind: account_id}
    contact: person
    at: day
    columns: {kind: text, score: number, role: text, item_1: number, item_2: number}
  tickets:
    kind: csv
    holds: events
    settings: {path: data/tickets.csv}
    key: [ticket]
    account: {column: id, kind: account_id}
    at: day
    columns: {category: text, severity: text, closed_on: day}
  deals:
    kind: csv
    holds: events
    settings: {path: data/deals.csv}
    key: [deal]
    account: {column: id, kind: account_id}
    columns: {type: text, closed_on: day}
  goals:
    kind: csv
    holds: events
    settings: {path: data/goals.csv}
    key: [goal]
    account: {column: id, kind: account_id}
    columns: {name: text, baseline: number, current: number, target: number, weight: number, unit: text}
  milestones:
    kind: csv
    holds: events
    settings: {path: data/milestones.csv}
    key: [id, position]
    account: {column: id, kind: account_id}
    columns: {position: number, name: text, weight: number, planned_on: day, done_on: day}
`;
const identity = `
match: [account_id]
key_from: [account_id]
rosters: [customers]
`;
/** A metric that never moves, so that a home without a scorecard of its own has one. */
const steady = `
  steady: {label: Steady, why: it never moves, measure: {kind: constant, value: 50}, normalise: {kind: linear, zero: 0, full: 100}}
`;
const scorecard = `
id: requirements
version: 1.0.0
dimensions: {usage: Usage}
models:
  - id: standard
    weights: {usage: {steady: 100}}
`;
const mapping = `
connection: {}
objects:
  account:
    object: Account
    fields: {health_score: Health_Score__c}
`;

/** A score that a test says itself: the attribute given_score. */
export const scoreByHand: Texts = {
  metrics: `
  by_hand: {label: By hand, why: a test says it, measure: {kind: attribute, field: given_score}, normalise: {kind: linear, zero: 0, full: 100}}
`,
  scorecard: `
id: by_hand
version: 1.0.0
dimensions: {hand: Hand}
models: [{id: by_hand, weights: {hand: {by_hand: 100}}}]
`,
};

/** The files of a home, by path. */
export function filesOf(texts: Texts): Readonly<Record<string, string>> {
  const needsSteady = texts.scorecard === undefined || texts.scorecard.includes('steady');
  const metrics = `metrics:\n${needsSteady ? steady : ''}${texts.metrics ?? ''}`;
  const given: Record<string, string | undefined> = {
    'config/kenko.yaml': texts.kenko ?? kenko,
    'config/sources.yaml': texts.sources ?? sources,
    'mappings/identity.yaml': texts.identity ?? identity,
    'config/metrics.yaml': metrics,
    'config/scorecard.yaml': texts.scorecard ?? scorecard,
    'config/segments.yaml': texts.segments,
    'config/flags.yaml': texts.flags,
    'config/plays.yaml': texts.plays ?? 'plays: {}\n',
    'config/gates.yaml': texts.gates ?? '{}\n',
    'mappings/salesforce.yaml': texts.mapping ?? mapping,
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([path, text]) => (text === undefined ? [] : [[path, text.replace(/^\n/, '')]])),
  );
}

/** What loading a home of these texts says: the decisions, where there is no error, and all problems and warnings. */
export async function loadTexts(
  texts: Texts,
): Promise<{ readonly decisions: Decisions | null; readonly problems: readonly Problem[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'kenko-yaml-'));
  try {
    for (const [path, text] of Object.entries(filesOf(texts))) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const loaded = await loadDecisions({
      home: folder,
      env: {},
      kinds: { sources: (await kindSchemas()).sources, crms: { salesforce: z.record(z.string(), z.unknown()) } },
      allowMissingSecrets: true,
    });
    return {
      decisions: loaded.ok ? loaded.decisions : null,
      problems: [...(loaded.ok ? [] : loaded.problems), ...loaded.warnings],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The errors among problems; a small home is full of warnings. */
export function errorsOf(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter(({ severity }) => severity === 'error');
}
/** A home that is right, made ready. Throws with every problem where it is not. */
export async function homeOf(texts: Texts, peers?: Peers): Promise<Prepared> {
  const { decisions, problems } = await loadTexts(texts);
  if (decisions === null)
    throw new Error(
      errorsOf(problems)
        .map((one) => `${one.where} ${one.what}`)
        .join('\n'),
    );
  return prepare(decisions, peers);
}

/** One account on one day. */
export interface Situation {
  readonly asOf: string;
  readonly attributes?: Fields;
  readonly contacts?: readonly Contact[];
  readonly records?: readonly SourceRecord[];
  /** Sources that are away today; all others are fresh. */
  readonly away?: readonly string[];
  readonly key?: string;
}

export function accountOf(situation: Situation): Account {
  const key = situation.key ?? 'A-1';
  return {
    key,
    name: `Company ${key}`,
    ids: { account_id: key, salesforce: `001-${key}` },
    owners: { salesforce: 'u1' },
    parent: null,
    attributes: situation.attributes ?? {},
    contacts: situation.contacts ?? [],
  };
}
/** All metrics of an account, by name. */
export function metricsOf(
  home: Prepared,
  situation: Situation,
  before: Readonly<Record<string, Metric>> = {},
): Readonly<Record<string, Metric>> {
  const away = new Set(situation.away);
  const metrics = measureAccount({
    ...home,
    account: accountOf(situation),
    records: situation.records ?? [],
    asOf: situation.asOf,
    freshSources: new Set(home.decisions.sources.map(({ name }) => name).filter((name) => !away.has(name))),
    before,
  });
  return Object.fromEntries(metrics.map((metric) => [metric.name, metric]));
}
/** What is decided about an account, knowing what was decided on earlier days (oldest first). */
export function outcomeOf(
  home: Prepared,
  situation: Situation,
  earlier: readonly Outcome[] = [],
  more: Partial<OutcomeInput> = {},
): Outcome {
  const stored = (outcome: Outcome | undefined) =>
    outcome === undefined ? null : { asOf: outcome.asOf, value: outcome.score.value, score: outcome.score };
  const ago = (days: number) =>
    stored(
      earlier.findLast(({ asOf }) => Math.abs(Date.parse(situation.asOf) - Date.parse(asOf) - days * 86_400_000) < 1),
    );
  const last = earlier.at(-1);
  return decideOutcome({
    account: accountOf(situation),
    metrics: Object.values(metricsOf(home, situation)),
    before:
      last === undefined
        ? null
        : { memory: last.memory, last: stored(last), days7: ago(7), days30: ago(30), metrics: {} },
    asOf: situation.asOf,
    isFirstRun: last === undefined,
    prepared: home,
    ...more,
  });
}

let count = 0;
/** Rows of a source: the day, who did it, and the columns. */
export function rows(
  source: string,
  ...given: readonly (Fields & { readonly at: string; readonly contact?: string })[]
): SourceRecord[] {
  return given.map(({ at, contact = null, ...fields }) => ({
    source,
    stream: 'rows',
    key: `${source}-${++count}`,
    at,
    account: { kind: 'account_id', value: 'A-1' },
    contact: contact as string | null,
    fields,
  }));
}
/** The days before a day, newest first: 1 is the day before. */
export function daysBefore(asOf: string, howMany: number): string[] {
  return Array.from({ length: howMany }, (_, index) =>
    new Date(Date.parse(asOf) - (index + 1) * 86_400_000).toISOString().slice(0, 10),
  );
}
/** A person at the account. */
export function person(key: string, role: Contact['role'], attributes: Fields = {}): Contact {
  return { key, ids: { people: key }, role, attributes };
}
