// A small complete home on disk for tests of config: every file is there and right, and a test breaks one line of it.

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { inJapanese } from '../../src/config/japanese/translate.ts';
import { type KindSchemas, type Loaded, type LoadOptions, loadDecisions } from '../../src/config/load.ts';
import type { ConfigProblem } from '../../src/config/problem.ts';
import type { Decisions } from '../../src/domain/decisions.ts';
import { Secret } from '../../src/lib/secret.ts';

/** Kinds as config sees them: schemas and nothing else. */
export const kinds: KindSchemas = {
  sources: {
    csv: z.strictObject({ path: z.string(), delimiter: z.string().length(1).default(',') }),
    warehouse: z.strictObject({ url: z.instanceof(Secret), query: z.string().min(1) }),
    acme_crm: z.strictObject({ object: z.string(), only: z.record(z.string(), z.string()).optional() }),
  },
  crms: {
    acme_crm: z.strictObject({
      base_url: z.string().default('https://crm.test'),
      access_token: z.instanceof(Secret).optional(),
      client_id: z.string().optional(),
    }),
    other_crm: z.strictObject({ access_token: z.instanceof(Secret) }),
  },
};

export const files: Readonly<Record<string, string>> = {
  'config/kenko.yaml': `name: Small
purpose: To see who needs help.
zone: Asia/Tokyo
locale: en
schedule: "0 5 * * *"
budgets: {acme_crm: {share_of_day: 0.8, share_of_run: 0.25}}
`,
  'config/sources.yaml': `sources:
  customers:
    kind: csv
    holds: roster
    settings: {path: data/customers.csv}
    key: [id]
    ids: {account_id: id}
    columns:
      name: text
      plan: {type: text, map: {Basic: basic, Pro: pro}}
      seats: number
      started_on: day
      override_points: number
      override_reason: text
      override_until: day
      locked: boolean
  crm_accounts:
    kind: acme_crm
    holds: roster
    settings: {object: account}
    key: [record_id]
    ids: {acme_crm: record_id}
    columns: {owner: text}
  usage:
    kind: csv
    holds: events
    settings: {path: data/usage.csv}
    key: [id, day]
    account: {column: id, kind: account_id}
    contact: user
    at: day
    columns: {logins: number, channel: text}
  surveys:
    kind: csv
    holds: events
    settings: {path: data/surveys.csv}
    key: [id]
    account: {column: account, kind: account_id}
    at: invited_on
    columns: {score: {type: number, min: 0, max: 10}, kind: text}
  goals:
    kind: csv
    holds: events
    settings: {path: data/goals.csv}
    key: [id]
    account: {column: account, kind: account_id}
    columns: {name: text, baseline: number, current: number, target: number}
`,
  'mappings/identity.yaml': `match: [account_id]
key_from: [account_id, acme_crm]
rosters: [customers, crm_accounts]
`,
  'config/metrics.yaml': `metrics:
  logins:
    label: Logins
    why: Habits stay.
    unit: days
    measure: {kind: distinct_days, source: usage, where: {logins: {at_least: 1}}, days: 28}
    normalise:
      kind: tiers
      out_of: 30
      tiers:
        - {at_least: 20, points: 30}
        - {at_least: 4, points: 20}
      otherwise: 0
  nps:
    label: {en: NPS, ja: NPS}
    why: They say so.
    unit: score
    measure: {kind: latest, source: surveys, field: score, where: {kind: nps}, days: 365}
    normalise: {kind: tiers, out_of: 30, tiers: [{at_least: 9, points: 30}, {at_least: 7, points: 10}], otherwise: 0}
    non_respondent: {points: 6}
  seat_use:
    label: Seats used
    why: Unused seats are cut.
    unit: percent
    measure:
      kind: ratio
      numerator: {kind: distinct, source: usage, field: contact, days: 28}
      denominators: [{kind: attribute, field: seats}]
      factor: 100
    normalise: {kind: linear, zero: 10, full: 80}
  goal:
    label: Goal
    why: They reach it.
    unit: percent
    measure: {kind: goal_attainment, source: goals}
    normalise: {kind: piecewise, at: [{value: 0, points: 0}, {value: 100, points: 1}]}
  tenure_days:
    label: Days as a customer
    unit: days
    measure: {kind: days_since_date, field: started_on}
`,
  'config/scorecard.yaml': `id: small
version: 1.0.0
dimensions:
  usage: {en: Usage, ja: 活用度}
  voice: Voice
models:
  - id: young
    when: {tenure_days: {at_most: 90}}
    weights:
      usage: {logins: 25, seat_use: 25, goal: 25}
      voice: {nps: 25}
  - id: grown
    weights:
      usage: {logins: 25, seat_use: 25, goal: 25}
      voice: {nps: 25}
bands: {yellow: 40, green: 70}
caps:
  - name: basic_plan
    when: {plan: basic}
    limit: 60
    text: {en: "plan {{plan}}", ja: "プラン {{plan}}"}
override: {value: override_points, reason: override_reason, until: override_until}
required_dimension: usage
matrices:
  quadrant:
    rows:
      fact: dimension_usage
      cuts: [{name: high, when: {dimension_usage: {at_least: 70}}}, {name: low, when: {dimension_usage: {below: 70}}}]
    columns:
      fact: nps
      cuts: [{name: happy, when: {nps: {at_least: 9}}}, {name: other, when: {nps: {below: 9}}}]
    cells:
      high/happy: {value: a, label: A}
      high/other: {value: b, label: B}
      low/happy: {value: c, label: C}
      low/other: {value: d, label: D}
`,
  'config/segments.yaml': `segments:
  touch_model:
    label: Touch model
    values:
      - {value: high, when: {seats: {at_least: 100}}}
      - {value: tech}
    fact: seats
    lock: locked
`,
  'config/flags.yaml': `flags:
  upsell:
    label: Upsell
    gate: {score: {at_least: 70}}
    veto: {plan: pro}
    signals:
      - {type: seats, when: {seat_use: {at_least: 90}}, text: "Seats {{seat_use}}%"}
`,
  'config/plays.yaml': `merge_order: [no_login, detractor]
suppress:
  - {name: small_plan, when: {plan: basic}, plays: [offer], except: []}
plays:
  no_login:
    id: P02
    kind: risk
    when:
      all:
        - logins: {at_most: 3}
        - band: [yellow, red]
    touch: {high: task, tech: nurture}
    nurture_track: come_back
    task: {subject: "{{name}}: {{logins}} logins", due: 3 business days, owner: account_owner}
    cool_down: 45d
  detractor:
    id: P12
    kind: risk
    when: {nps: {at_most: 6}}
    task: {subject: "Call {{name}}", body: "{{reasons}}", due: 2 business days}
  offer:
    id: P18
    kind: growth
    when: {upsell_flag: true}
    task: {subject: "Offer seats to {{name}}", due: 5 business days, owner: account_owner}
`,
  'config/gates.yaml': `budget: {of_day: 0.8, of_run: 0.25}
`,
  'config/examples.yaml': `examples:
  - name: Acme
    as_of: 2026-01-05
    given:
      attributes: {name: Acme, seats: 10}
      metrics: {logins: 20, nps: 9}
    expect: {band: green, model: grown, segments: {touch_model: tech}, flags: {upsell: false}, plays: [offer]}
  - name: Acme, silent
    like: Acme
    given: {metrics: {nps: {state: silent}}}
    expect: {band: yellow}
`,
  'mappings/acme_crm.yaml': `connection:
  base_url: \${ACME_URL:-https://crm.test}
  access_token: \${ACME_TOKEN}
objects:
  account:
    object: Customer
    reads: {record_id: Id, owner: OwnerId}
    fields:
      health_score: Health_Score__c
      health_band: {field: Health_Band__c, write: always}
      touch_model: {field: Touch_Model__c, options: [high, tech]}
      touch_model_lock: Touch_Lock__c
      metric_nps: NPS__c
      dimension_usage: Usage__c
task:
  fields: {key: Key__c, subject: Subject, due_on: Due, priority: Priority}
  priorities: {high: High, medium: Normal, low: Low}
`,
};

/** What a test changes: a text and what stands in its place, a whole file, or null for a file that is not there. */
export type Edit = readonly [from: string, to: string] | string | null;
export type Edits = Readonly<Record<string, Edit>>;
export const env = { ACME_TOKEN: 'canary-token-1f9c' };

/** Loads the small home with some edits. The folder is gone afterwards. */
export async function load(edits: Edits = {}, options: Partial<LoadOptions> = {}): Promise<Loaded> {
  const home = await mkdtemp(join(tmpdir(), 'kenko-config-'));
  try {
    const edited: Record<string, string> = { ...files };
    for (const [name, edit] of Object.entries(edits)) {
      if (edit === null) delete edited[name];
      else edited[name] = typeof edit === 'string' ? edit : replaced(files[name] ?? '', edit);
    }
    for (const [name, text] of Object.entries(edited)) {
      await mkdir(dirname(join(home, name)), { recursive: true });
      await writeFile(join(home, name), text);
    }
    return await loadDecisions({ home, env, kinds, ...options });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}
function replaced(text: string, [from, to]: readonly [string, string]): string {
  if (!text.includes(from)) throw new Error(`the small home has no "${from}"`);
  return text.replace(from, to);
}

/** Everything that is said about a home: errors and warnings. Whatever is said is also known in Japanese. */
export async function told(edits: Edits, options: Partial<LoadOptions> = {}): Promise<readonly ConfigProblem[]> {
  const loaded = await load(edits, options);
  const problems = [...(loaded.ok ? [] : loaded.problems), ...loaded.warnings] as ConfigProblem[];
  const untold = loaded.speaker.locale === 'en' ? untranslated(problems) : [];
  if (untold.length > 0) throw new Error(`no Japanese for:\n${untold.join('\n')}`);
  return problems;
}
/** Sentences of problems that exist only in English. */
export function untranslated(problems: readonly ConfigProblem[]): string[] {
  return problems
    .flatMap(({ what, why, fix }) => [what, why, fix])
    .filter((text) => !/[\u3040-\u30ff\u4e00-\u9fff]/.test(inJapanese(text) ?? '') && text !== '');
}
/** The decisions of a home that is right. */
export async function decisionsOf(edits: Edits = {}, options: Partial<LoadOptions> = {}): Promise<Decisions> {
  const loaded = await load(edits, options);
  if (!loaded.ok) throw new Error(loaded.problems.map((problem) => `${problem.where} ${problem.what}`).join('\n'));
  return loaded.decisions;
}
