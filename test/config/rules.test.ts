import { describe, expect, it } from 'vitest';
import { rules } from '../../src/config/rules.ts';
import { type Edits, told } from './home.ts';
import { unreachable } from './unreachable.ts';

interface Broken {
  /** The rule that must speak. */
  readonly rule: string;
  readonly why: string;
  readonly edits: Edits;
  /** What it must say, and where. */
  readonly says: string;
  readonly where: string;
  readonly path: string;
  readonly warning?: string;
}
const metrics = 'config/metrics.yaml';
const scorecard = 'config/scorecard.yaml';
const sources = 'config/sources.yaml';
const plays = 'config/plays.yaml';
const mapping = 'mappings/acme_crm.yaml';
const segments = 'config/segments.yaml';
const examples = 'config/examples.yaml';
const contacts = 'config/contacts.yaml';

const manyMetrics = Array.from({ length: 16 }, (_, index) => `m${index}`);
const manyFiles: Edits = {
  [metrics]: `metrics:\n${manyMetrics
    .map(
      (name) =>
        `  ${name}: {label: M, why: W, measure: {kind: attribute, field: seats}, normalise: {kind: linear, zero: 0, full: 1}}`,
    )
    .join('\n')}\n`,
  [scorecard]: `id: many
version: 1.0.0
dimensions: {usage: Usage}
models:
  - id: all
    weights: {usage: {${manyMetrics.map((name) => `${name}: 6.25`).join(', ')}}}
`,
  [segments]: null,
  'config/flags.yaml': null,
  [plays]: null,
  [examples]: null,
  [mapping]: `connection: {access_token: "\${ACME_TOKEN}"}
objects: {account: {object: Customer, reads: {record_id: Id, owner: OwnerId}, fields: {health_score: Health_Score__c}}}
`,
};

const table: readonly Broken[] = [
  // ── kenko.yaml ──
  {
    rule: 'zone_exists',
    why: 'a zone that is no zone',
    edits: { 'config/kenko.yaml': ['Asia/Tokyo', 'Asia/Tokio'] },
    says: 'there is no time zone "Asia/Tokio"',
    where: 'config/kenko.yaml:3:7',
    path: 'zone',
  },
  {
    rule: 'schedule_is_cron',
    why: 'a schedule of four fields',
    edits: { 'config/kenko.yaml': ['"0 5 * * *"', '"0 5 * *"'] },
    says: 'the schedule cannot be read: it has 4 fields, and there should be five',
    where: 'config/kenko.yaml:5:11',
    path: 'schedule',
  },
  {
    rule: 'budgets_are_in_order',
    why: 'a run that may use more than the day',
    edits: { 'config/kenko.yaml': ['share_of_run: 0.25', 'share_of_run: 0.9'] },
    says: 'one run may use 0.9, but the whole day only 0.8',
    where: 'config/kenko.yaml:6:55',
    path: 'budgets.acme_crm.share_of_run',
  },
  {
    rule: 'budgets_are_in_order',
    why: 'the same in gates.yaml',
    edits: { 'config/gates.yaml': ['of_run: 0.25', 'of_run: 0.95'] },
    says: 'one run may use 0.95, but the whole day only 0.8',
    where: 'config/gates.yaml:1:31',
    path: 'budget.of_run',
  },
  {
    rule: 'budgets_are_for_crms',
    why: 'a budget for a misspelt CRM',
    edits: { 'config/kenko.yaml': ['acme_crm: {share', 'acme_crn: {share'] },
    says: 'there is no CRM called acme_crn',
    where: 'config/kenko.yaml:6:11',
    path: 'budgets.acme_crn',
  },
  {
    rule: 'purpose_is_agreed',
    why: 'an empty purpose',
    edits: { 'config/kenko.yaml': ['purpose: To see who needs help.', 'purpose: ""'] },
    says: 'the purpose is empty',
    where: 'config/kenko.yaml:2:1',
    path: 'purpose',
    warning: 'W_NO_PURPOSE',
  },

  // ── sources.yaml, identity.yaml ──
  {
    rule: 'rows_name_their_account',
    why: 'a roster without ids',
    edits: { [sources]: ['    ids: {account_id: id}\n', ''] },
    says: 'the roster customers has no ids',
    where: 'config/sources.yaml:4:12',
    path: 'sources.customers.holds',
  },
  {
    rule: 'rows_name_their_account',
    why: 'events that belong to nobody',
    edits: { [sources]: ['    account: {column: id, kind: account_id}\n    contact: user\n', '    contact: user\n'] },
    says: 'the rows of usage name no account',
    where: 'config/sources.yaml:26:12',
    path: 'sources.usage.holds',
  },
  {
    rule: 'rows_name_their_account',
    why: 'a roster that names its account like events do',
    edits: { [sources]: ['    ids: {account_id: id}\n', '    ids: {account_id: id}\n    account: account_id\n'] },
    says: 'a roster names its accounts under ids, not under account',
    where: 'config/sources.yaml:8:5',
    path: 'sources.customers.account',
  },
  {
    rule: 'rows_have_a_key',
    why: 'a query without a key',
    edits: {
      [sources]: [
        '  goals:\n    kind: csv\n    holds: events\n    settings: {path: data/goals.csv}\n    key: [id]\n',
        '  goals:\n    kind: warehouse\n    holds: events\n    settings: {url: "${ACME_TOKEN}", query: select 1}\n',
      ],
    },
    says: 'the source goals has no key',
    where: 'config/sources.yaml:41:3',
    path: 'sources.goals',
  },
  {
    rule: 'formats_fit_their_type',
    why: 'a telephone number among the numbers',
    edits: { [sources]: ['      seats: number\n', '      seats: {type: number, format: phone}\n'] },
    says: 'format phone says nothing about a number',
    where: 'config/sources.yaml:11:37',
    path: 'sources.customers.columns.seats.format',
  },
  {
    rule: 'config_speaks_our_words',
    why: 'a column that the mapping does not know',
    edits: { [sources]: ['columns: {owner: text}', 'columns: {ownr: text}'] },
    says: 'mappings/acme_crm.yaml does not map ownr for account',
    where: 'config/sources.yaml:23:21',
    path: 'sources.crm_accounts.columns.ownr',
  },
  {
    rule: 'config_speaks_our_words',
    why: 'an object that the mapping does not know',
    edits: { [sources]: ['settings: {object: account}', 'settings: {object: ticket}'] },
    says: 'mappings/acme_crm.yaml has no object ticket',
    where: 'config/sources.yaml:20:24',
    path: 'sources.crm_accounts.settings.object',
  },
  {
    rule: 'numberings_exist',
    why: 'a numbering that no roster has',
    edits: { 'mappings/identity.yaml': ['match: [account_id]', 'match: [account_id, domain]'] },
    says: 'no roster has the numbering domain',
    where: 'mappings/identity.yaml:1:21',
    path: 'match[1]',
  },
  {
    rule: 'numberings_exist',
    why: 'events in a numbering that no roster has',
    edits: { [sources]: ['    account: {column: id, kind: account_id}', '    account: {column: id, kind: acount_id}'] },
    says: 'no roster has the numbering acount_id',
    where: 'config/sources.yaml:29:14',
    path: 'sources.usage.account',
  },
  {
    rule: 'rosters_are_in_order',
    why: 'a roster that identity.yaml forgets',
    edits: { 'mappings/identity.yaml': ['rosters: [customers, crm_accounts]', 'rosters: [customers]'] },
    says: 'the roster crm_accounts is not listed',
    where: 'mappings/identity.yaml:3:1',
    path: 'rosters',
  },
  {
    rule: 'rosters_are_in_order',
    why: 'a source that is no roster',
    edits: { 'mappings/identity.yaml': ['crm_accounts]', 'crm_accounts, usage]'] },
    says: 'usage is no roster',
    where: 'mappings/identity.yaml:3:36',
    path: 'rosters[2]',
  },
  {
    rule: 'population_is_known',
    why: 'a population of an unknown fact',
    edits: { 'mappings/identity.yaml': ['rosters: [', 'population: {stauts: active}\nrosters: ['] },
    says: 'nobody knows the fact stauts',
    where: 'mappings/identity.yaml:3:14',
    path: 'population.stauts',
  },
  {
    rule: 'accounts_have_names',
    why: 'rosters without a name',
    edits: { [sources]: ['      name: text\n      plan', '      plan'], [plays]: null, 'config/examples.yaml': null },
    says: 'no roster has a column name',
    where: 'config/sources.yaml:1:1',
    path: 'sources',
    warning: 'W_NO_NAME',
  },

  // ── metrics.yaml ──
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'an unknown source',
    edits: { [metrics]: ['source: usage, where', 'source: usages, where'] },
    says: 'there is no source usages',
    where: 'config/metrics.yaml:6:44',
    path: 'metrics.logins.measure.source',
  },
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'a column the source does not have',
    edits: { [metrics]: ['field: score, where', 'field: scores, where'] },
    says: 'the source surveys has no column scores',
    where: 'config/metrics.yaml:18:53',
    path: 'metrics.nps.measure.field',
  },
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'an unknown column in a condition about rows',
    edits: { [metrics]: ['where: {logins:', 'where: {login:'] },
    says: 'nobody knows the fact login',
    where: 'config/metrics.yaml:6:59',
    path: 'metrics.logins.measure.where.login',
  },
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'a sum of texts',
    edits: { [metrics]: ['{kind: distinct_days, source: usage,', '{kind: sum, field: channel, source: usage,'] },
    says: 'sum needs a column of type number; channel is text',
    where: 'config/metrics.yaml:6:33',
    path: 'metrics.logins.measure.field',
  },
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'people counted where rows name none',
    edits: { [metrics]: ['field: score, where', 'field: contact, where'] },
    says: 'the rows of surveys name no person',
    where: 'config/metrics.yaml:18:53',
    path: 'metrics.nps.measure.field',
  },
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'an attribute that no roster has',
    edits: { [metrics]: ['field: seats}', 'field: chairs}'] },
    says: 'there is no attribute of a roster called chairs',
    where: 'config/metrics.yaml:28:47',
    path: 'metrics.seat_use.measure.denominators[0].field',
  },
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'days counted from something that is no day',
    edits: { [metrics]: ['field: started_on', 'field: plan'] },
    says: 'days_since_date needs a day; plan is none',
    where: 'config/metrics.yaml:40:45',
    path: 'metrics.tenure_days.measure.field',
  },
  {
    rule: 'metrics_are_made_of_what_exists',
    why: 'goals without a target',
    edits: { [sources]: [', target: number', ''] },
    says: 'goal_attainment needs a column target in the source goals',
    where: 'config/metrics.yaml:35:46',
    path: 'metrics.goal.measure.source',
  },
  {
    rule: 'metrics_are_no_circle',
    why: 'a metric made of itself',
    edits: {
      [metrics]: [
        '{kind: days_since_date, field: started_on}',
        '{kind: calculate, op: add, of: [{kind: constant, value: 1}, {kind: metric, name: tenure_days}]}',
      ],
    },
    says: 'the metric tenure_days is made of itself: tenure_days → tenure_days',
    where: 'config/metrics.yaml:40:5',
    path: 'metrics.tenure_days.measure',
  },
  {
    rule: 'metric_conditions_are_known',
    why: 'points for an unknown fact',
    edits: {
      [metrics]: [
        '{kind: days_since_date, field: started_on}',
        '{kind: points, rules: [{when: {seets: {above: 3}}, points: 5}]}',
      ],
    },
    says: 'nobody knows the fact seets',
    where: 'config/metrics.yaml:40:45',
    path: 'metrics.tenure_days.measure.rules[0].when.seets',
  },
  {
    rule: 'names_are_told_apart',
    why: 'a metric with the name of an attribute',
    edits: {
      [metrics]: ['  tenure_days:', '  seats:'],
      [scorecard]: ['{tenure_days: {at_most: 90}}', '{seats: {at_most: 90}}'],
    },
    says: 'seats is also an attribute of a roster',
    where: 'config/metrics.yaml:37:3',
    path: 'metrics.seats',
  },
  {
    rule: 'points_make_sense',
    why: 'tiers out of order',
    edits: { [metrics]: ['at_least: 4, points: 20', 'at_least: 25, points: 20'] },
    says: 'the tiers are not in order: 25 stands below 20',
    where: 'config/metrics.yaml:12:22',
    path: 'metrics.logins.normalise.tiers[1].at_least',
  },
  {
    rule: 'points_make_sense',
    why: 'points that go up and down',
    edits: { [metrics]: ['      otherwise: 0\n', '      otherwise: 25\n'] },
    says: 'the points go up and down again: 30, 20, 25',
    where: 'config/metrics.yaml:11:9',
    path: 'metrics.logins.normalise.tiers',
  },
  {
    rule: 'points_make_sense',
    why: 'values that no tier catches',
    edits: { [metrics]: ['      otherwise: 0\n', ''] },
    says: 'no tier says what a value below 4 gives',
    where: 'config/metrics.yaml:8:7',
    path: 'metrics.logins.normalise',
  },
  {
    rule: 'points_make_sense',
    why: 'a best that is not all',
    edits: { [metrics]: ['out_of: 30\n', 'out_of: 40\n'] },
    says: 'the best gives 30 points of 40',
    where: 'config/metrics.yaml:8:7',
    path: 'metrics.logins.normalise',
  },
  {
    rule: 'points_make_sense',
    why: 'a line between one value and itself',
    edits: { [metrics]: ['zero: 10, full: 80', 'zero: 80, full: 80'] },
    says: 'zero and full are the same (80)',
    where: 'config/metrics.yaml:30:47',
    path: 'metrics.seat_use.normalise.full',
  },
  {
    rule: 'points_make_sense',
    why: 'points of a line out of order',
    edits: { [metrics]: ['{value: 100, points: 1}', '{value: 0, points: 1}'] },
    says: 'the points are not in order: 0 stands after 0',
    where: 'config/metrics.yaml:36:70',
    path: 'metrics.goal.normalise.at[1].value',
  },
  {
    rule: 'points_make_sense',
    why: 'a band whose edges cross',
    edits: {
      [metrics]: ['{kind: linear, zero: 10, full: 80}', '{kind: band, zero_below: 5, from: 3, to: 8, zero_above: 9}'],
    },
    says: 'the four values of the band are not in order',
    where: 'config/metrics.yaml:30:16',
    path: 'metrics.seat_use.normalise',
  },
  {
    rule: 'silence_never_beats_an_answer',
    why: 'silence that counts more than a 7',
    edits: { [metrics]: ['non_respondent: {points: 6}', 'non_respondent: {points: 15}'] },
    says: 'silence (15 points) beats an answer in the middle (10 points)',
    where: 'config/metrics.yaml:20:30',
    path: 'metrics.nps.non_respondent.points',
  },
  {
    rule: 'silence_never_beats_an_answer',
    why: 'silence that counts less than a 0',
    edits: {
      [metrics]: ['otherwise: 0}\n    non_respondent: {points: 6}', 'otherwise: 2}\n    non_respondent: {points: 1}'],
    },
    says: 'silence (1 points) is worse than the worst answer (2 points)',
    where: 'config/metrics.yaml:20:30',
    path: 'metrics.nps.non_respondent.points',
  },
  {
    rule: 'silence_never_beats_an_answer',
    why: 'never being asked that counts more than a 7',
    edits: { [metrics]: ['    non_respondent: {points: 6}', '    missing: neutral\n    non_respondent: {points: 6}'] },
    says: 'no answer (15 points) beats an answer in the middle (10 points)',
    where: 'config/metrics.yaml:20:14',
    path: 'metrics.nps.missing',
  },
  {
    rule: 'silence_can_be_seen',
    why: 'a survey that only looks at answered rows',
    edits: { [metrics]: ['where: {kind: nps}', 'where: {kind: nps, score: {missing: false}}'] },
    says: 'where looks at score, so invitations without an answer are not seen',
    where: 'config/metrics.yaml:18:96',
    path: 'metrics.nps.measure.where.score.missing',
  },
  {
    rule: 'windows_need_days',
    why: 'a window over rows without a day',
    edits: { [sources]: ['    at: invited_on\n', ''] },
    says: 'latest needs to know when the rows of surveys happened',
    where: 'config/metrics.yaml:18:14',
    path: 'metrics.nps.measure',
  },
  {
    rule: 'every_metric_says_why',
    why: 'a scored metric without a why',
    edits: { [metrics]: ['    why: Habits stay.\n', ''] },
    says: 'logins does not say why it is measured',
    where: 'config/metrics.yaml:2:3',
    path: 'metrics.logins',
    warning: 'W_NO_WHY',
  },

  // ── scorecard.yaml ──
  {
    rule: 'weights_name_what_exists',
    why: 'an unknown metric',
    edits: { [scorecard]: ['{logins: 25, seat_use: 25, goal: 25}', '{login: 25, seat_use: 25, goal: 25}'] },
    says: 'there is no metric called login',
    where: 'config/scorecard.yaml:10:15',
    path: 'models[0].weights.usage.login',
  },
  {
    rule: 'weights_name_what_exists',
    why: 'an unknown dimension',
    edits: { [scorecard]: ['      voice: {nps: 25}', '      voices: {nps: 25}'] },
    says: 'there is no dimension called voices',
    where: 'config/scorecard.yaml:11:7',
    path: 'models[0].weights.voices',
  },
  {
    rule: 'weights_name_what_exists',
    why: 'a weight for a metric without points',
    edits: { [scorecard]: ['{logins: 25, seat_use: 25, goal: 25}', '{tenure_days: 25, seat_use: 25, goal: 25}'] },
    says: 'tenure_days has a weight, but nothing says how it becomes points',
    where: 'config/scorecard.yaml:10:15',
    path: 'models[0].weights.usage.tenure_days',
  },
  {
    rule: 'weights_name_what_exists',
    why: 'a metric that counts twice',
    edits: { [scorecard]: ['      voice: {nps: 25}', '      voice: {nps: 15, logins: 10}'] },
    says: 'logins counts twice in the model young',
    where: 'config/scorecard.yaml:11:24',
    path: 'models[0].weights.voice.logins',
  },
  {
    rule: 'weights_add_up',
    why: 'weights of 99',
    edits: { [scorecard]: ['logins: 25, seat_use: 25', 'logins: 24, seat_use: 25'] },
    says: 'weights sum to 99, expected 100',
    where: 'config/scorecard.yaml:9:5',
    path: 'models[0].weights',
  },
  {
    rule: 'last_model_is_for_the_rest',
    why: 'a last model with a condition',
    edits: { [scorecard]: ['  - id: grown\n', '  - id: grown\n    when: {seats: {above: 1}}\n'] },
    says: 'the last model grown has a condition',
    where: 'config/scorecard.yaml:13:5',
    path: 'models[1].when',
  },
  {
    rule: 'last_model_is_for_the_rest',
    why: 'a first model without one',
    edits: { [scorecard]: ['    when: {tenure_days: {at_most: 90}}\n', ''] },
    says: 'the model young has no condition, so the models below it are never used',
    where: 'config/scorecard.yaml:7:9',
    path: 'models[0].id',
  },
  {
    rule: 'last_model_is_for_the_rest',
    why: 'two models of one name',
    edits: { [scorecard]: ['- id: grown', '- id: young'], [examples]: null },
    says: 'there are two models called young',
    where: 'config/scorecard.yaml:12:9',
    path: 'models[1].id',
  },
  {
    rule: 'not_too_many_metrics',
    why: 'sixteen metrics',
    edits: manyFiles,
    says: 'the model all counts 16 metrics',
    where: 'config/scorecard.yaml:6:5',
    path: 'models[0].weights',
    warning: 'W_TOO_MANY_METRICS',
  },
  {
    rule: 'weights_are_balanced',
    why: 'two metrics that decide alone',
    edits: { [scorecard]: ['logins: 25, seat_use: 25, goal: 25', 'logins: 30, seat_use: 15, goal: 30'] },
    says: 'logins and goal carry 60 of 100 in the model young',
    where: 'config/scorecard.yaml:9:5',
    path: 'models[0].weights',
    warning: 'W_TOP_TWO',
  },
  {
    rule: 'weights_are_balanced',
    why: 'a metric that decides alone',
    edits: { [scorecard]: ['logins: 25, seat_use: 25', 'logins: 31, seat_use: 19'] },
    says: 'logins weighs 31 of 100 in the model young',
    where: 'config/scorecard.yaml:10:23',
    path: 'models[0].weights.usage.logins',
    warning: 'W_HEAVY_METRIC',
  },
  {
    rule: 'weights_are_balanced',
    why: 'a weight below two',
    edits: { [scorecard]: ['logins: 25, seat_use: 25, goal: 25', 'logins: 25, seat_use: 1, goal: 49'] },
    says: 'seat_use weighs only 1',
    where: 'config/scorecard.yaml:10:37',
    path: 'models[0].weights.usage.seat_use',
    warning: 'W_SMALL_WEIGHT',
  },
  {
    rule: 'edges_are_in_order',
    why: 'no yellow',
    edits: { [scorecard]: ['yellow: 40, green: 70', 'yellow: 70, green: 70'] },
    says: 'green begins at 70, not above yellow at 70',
    where: 'config/scorecard.yaml:16:28',
    path: 'bands.green',
  },
  {
    rule: 'edges_are_in_order',
    why: 'an alert outside of red',
    edits: { [scorecard]: ['green: 70}', 'green: 70, alert_at_or_below: 45}'] },
    says: 'the alert at 45 is not inside of red',
    where: 'config/scorecard.yaml:16:51',
    path: 'bands.alert_at_or_below',
  },
  {
    rule: 'edges_are_in_order',
    why: 'a hysteresis that swallows yellow',
    edits: { [scorecard]: ['green: 70}', 'green: 70, hysteresis: 16}'] },
    says: 'the hysteresis of 16 leaves no room between yellow and green',
    where: 'config/scorecard.yaml:16:44',
    path: 'bands.hysteresis',
  },
  {
    rule: 'edges_are_in_order',
    why: 'coverage out of order',
    edits: { [scorecard]: ['required_dimension', 'coverage: {none: 0.7}\nrequired_dimension'] },
    says: 'the three shares of coverage are not in order',
    where: 'config/scorecard.yaml:23:1',
    path: 'coverage',
  },
  {
    rule: 'scorecard_conditions_are_known',
    why: 'a cap on an unknown fact',
    edits: { [scorecard]: ['when: {plan: basic}', 'when: {plam: basic}'] },
    says: 'nobody knows the fact plam',
    where: 'config/scorecard.yaml:19:12',
    path: 'caps[0].when.plam',
  },
  {
    rule: 'scorecard_conditions_are_known',
    why: 'a cap on a value that is never there',
    edits: { [scorecard]: ['when: {plan: basic}', 'when: {plan: basics}'] },
    says: 'plan is never "basics"',
    where: 'config/scorecard.yaml:19:18',
    path: 'caps[0].when.plan',
  },
  {
    rule: 'scorecard_conditions_are_known',
    why: 'a cap text that asks for what nobody knows',
    edits: { [scorecard]: ['en: "plan {{plan}}"', 'en: "plan {{plam}}"'] },
    says: 'the text asks for {{plam}}, which nobody knows',
    where: 'config/scorecard.yaml:21:24',
    path: 'caps[0].text.en',
  },
  {
    rule: 'caps_can_hold',
    why: 'a cap at the top',
    edits: { [scorecard]: ['limit: 60', 'limit: 100'] },
    says: 'the cap basic_plan at 100 never holds anything back',
    where: 'config/scorecard.yaml:20:12',
    path: 'caps[0].limit',
  },
  {
    rule: 'override_facts_exist',
    why: 'a correction nobody reads',
    edits: { [scorecard]: ['value: override_points', 'value: overrides'] },
    says: 'nobody knows the fact overrides',
    where: 'config/scorecard.yaml:22:19',
    path: 'override.value',
  },
  {
    rule: 'override_facts_exist',
    why: 'a correction of the wrong type',
    edits: { [scorecard]: ['until: override_until', 'until: override_reason'] },
    says: 'override_reason is text, and until of an override must be day',
    where: 'config/scorecard.yaml:22:68',
    path: 'override.until',
  },
  {
    rule: 'families_are_weighed_by_what_exists',
    why: 'a weight that nobody knows',
    edits: { [scorecard]: ['required_dimension: usage', 'families: {score: roll_up, weight: revenue}'] },
    says: 'there is no fact called revenue',
    where: 'config/scorecard.yaml:23:28',
    path: 'families.weight',
  },
  {
    rule: 'required_dimension_exists',
    why: 'an unknown dimension',
    edits: { [scorecard]: ['required_dimension: usage', 'required_dimension: usages'] },
    says: 'there is no dimension called usages',
    where: 'config/scorecard.yaml:23:1',
    path: 'required_dimension',
  },
  {
    rule: 'matrices_are_complete',
    why: 'a cell that is missing',
    edits: { [scorecard]: ['      low/other: {value: d, label: D}\n', ''] },
    says: 'the matrix quadrant has no cell low/other',
    where: 'config/scorecard.yaml:32:5',
    path: 'matrices.quadrant.cells',
  },
  {
    rule: 'matrices_are_complete',
    why: 'a cell that no cut leads to',
    edits: { [scorecard]: ['low/other', 'mid/other'] },
    says: 'there is no cell called mid/other',
    where: 'config/scorecard.yaml:36:7',
    path: 'matrices.quadrant.cells.mid/other',
  },

  // ── segments.yaml, flags.yaml ──
  {
    rule: 'segment_conditions_are_known',
    why: 'a segment by an unknown fact',
    edits: { [segments]: ['when: {seats: {at_least', 'when: {sets: {at_least'] },
    says: 'nobody knows the fact sets',
    where: 'config/segments.yaml:5:30',
    path: 'segments.touch_model.values[0].when.sets',
  },
  {
    rule: 'segment_conditions_are_known',
    why: 'a lock that nobody can set',
    edits: { [segments]: ['lock: locked', 'lock: lockd'] },
    says: 'nobody knows the fact lockd',
    where: 'config/segments.yaml:8:11',
    path: 'segments.touch_model.lock',
  },
  {
    rule: 'last_value_is_for_the_rest',
    why: 'a last value with a condition',
    edits: { [segments]: ['{value: tech}', '{value: tech, when: {seats: {below: 100}}}'] },
    says: 'the last value tech of touch_model has a condition',
    where: 'config/segments.yaml:6:23',
    path: 'segments.touch_model.values[1].when',
  },
  {
    rule: 'last_value_is_for_the_rest',
    why: 'a value that hides those below it',
    edits: { [segments]: ['{value: high, when: {seats: {at_least: 100}}}', '{value: high}'] },
    says: 'high of touch_model has no condition, so the values below it are never given',
    where: 'config/segments.yaml:5:17',
    path: 'segments.touch_model.values[0].value',
  },
  {
    rule: 'flag_conditions_are_known',
    why: 'a gate that compares a number with a word',
    edits: { 'config/flags.yaml': ['gate: {score: {at_least: 70}}', 'gate: {score: high}'] },
    says: 'is needs a number; "high" is text',
    where: 'config/flags.yaml:4:19',
    path: 'flags.upsell.gate.score',
  },
  {
    rule: 'flags_have_a_veto',
    why: 'a flag that nothing stops',
    edits: { 'config/flags.yaml': ['    veto: {plan: pro}\n', ''] },
    says: 'nothing stops the flag upsell',
    where: 'config/flags.yaml:2:3',
    path: 'flags.upsell',
    warning: 'W_NO_VETO',
  },

  // ── plays.yaml ──
  {
    rule: 'play_conditions_are_known',
    why: 'a trigger on an unknown fact',
    edits: { [plays]: ['- logins: {at_most: 3}', '- login: {at_most: 3}'] },
    says: 'nobody knows the fact login',
    where: 'config/plays.yaml:10:11',
    path: 'plays.no_login.when.all[0].login',
  },
  {
    rule: 'play_conditions_are_known',
    why: 'a colour that does not exist',
    edits: { [plays]: ['band: [yellow, red]', 'band: [yelow, red]'] },
    says: 'band is never "yelow"',
    where: 'config/plays.yaml:11:17',
    path: 'plays.no_login.when.all[1].band',
  },
  {
    rule: 'play_conditions_are_known',
    why: 'a size asked of a word',
    edits: { [plays]: ['band: [yellow, red]', 'band: {below: 40}'] },
    says: 'below compares numbers and days; band is text',
    where: 'config/plays.yaml:11:25',
    path: 'plays.no_login.when.all[1].band.below',
  },
  {
    rule: 'play_conditions_are_known',
    why: 'a day compared with a number',
    edits: { [plays]: ['- logins: {at_most: 3}', '- started_on: {below: 40}'] },
    says: 'below needs a day, like 2026-04-01; "40" is a number',
    where: 'config/plays.yaml:10:31',
    path: 'plays.no_login.when.all[0].started_on.below',
  },
  {
    rule: 'play_conditions_are_known',
    why: 'a part of something that is no text',
    edits: { [plays]: ['- logins: {at_most: 3}', '- logins: {contains: 3}'] },
    says: 'contains looks into text; logins is a number',
    where: 'config/plays.yaml:10:30',
    path: 'plays.no_login.when.all[0].logins.contains',
  },
  {
    rule: 'play_conditions_are_known',
    why: 'a stage that is no fact',
    edits: { [plays]: ['    cool_down: 45d\n', '    stage: renewal_stage\n'] },
    says: 'there is no fact called renewal_stage',
    where: 'config/plays.yaml:15:12',
    path: 'plays.no_login.stage',
  },
  {
    rule: 'play_texts_can_be_filled_in',
    why: 'a text with a name nobody knows',
    edits: { [plays]: ['{{name}}: {{logins}} logins', '{{nam}}: {{logins}} logins'] },
    says: 'the text asks for {{nam}}, which nobody knows',
    where: 'config/plays.yaml:14:24',
    path: 'plays.no_login.task.subject',
  },
  {
    rule: 'play_texts_can_be_filled_in',
    why: 'a text that cannot be read',
    edits: { [plays]: ['"{{reasons}}"', '"{{reasons"'] },
    says: 'the text cannot be filled in',
    where: 'config/plays.yaml:20:44',
    path: 'plays.detractor.task.body',
  },
  {
    rule: 'play_ids_are_unique',
    why: 'one number for two plays',
    edits: { [plays]: ['id: P12', 'id: P02'] },
    says: 'no_login and detractor are both P02',
    where: 'config/plays.yaml:17:9',
    path: 'plays.detractor.id',
  },
  {
    rule: 'merge_order_names_every_risk',
    why: 'a risk without a place',
    edits: { [plays]: ['merge_order: [no_login, detractor]', 'merge_order: [no_login]'] },
    says: 'merge_order does not name detractor',
    where: 'config/plays.yaml:1:1',
    path: 'merge_order',
  },
  {
    rule: 'merge_order_names_every_risk',
    why: 'a play in it that is no risk',
    edits: { [plays]: ['merge_order: [no_login, detractor]', 'merge_order: [no_login, detractor, offer]'] },
    says: 'offer is no risk play',
    where: 'config/plays.yaml:1:36',
    path: 'merge_order[2]',
  },
  {
    rule: 'suppressed_plays_exist',
    why: 'a rest for an unknown play',
    edits: { [plays]: ['plays: [offer]', 'plays: [offers]'] },
    says: 'there is no play called offers',
    where: 'config/plays.yaml:3:53',
    path: 'suppress[0].plays[0]',
  },
  {
    rule: 'touch_models_exist',
    why: 'a channel for an unknown touch model',
    edits: { [plays]: ['touch: {high: task, tech: nurture}', 'touch: {hi: task, tech: nurture}'] },
    says: 'there is no touch model called hi',
    where: 'config/plays.yaml:12:13',
    path: 'plays.no_login.touch.hi',
  },
  {
    rule: 'nurture_says_where_to',
    why: 'nurture without a track',
    edits: { [plays]: ['    nurture_track: come_back\n', ''] },
    says: 'no_login nurtures, but names no track and no guide',
    where: 'config/plays.yaml:12:5',
    path: 'plays.no_login.touch',
  },
  {
    rule: 'caps_of_plays_fit_together',
    why: 'less room for what is urgent',
    edits: { [plays]: ['merge_order:', 'caps: {open_per_account: 4}\nmerge_order:'] },
    says: 'open_per_account_high (3) is below open_per_account (4)',
    where: 'config/plays.yaml:1:1',
    path: 'caps.open_per_account_high',
  },
  {
    rule: 'roles_of_plays_are_people',
    why: 'a role that nobody has',
    edits: { [plays]: ['due: 5 business days, owner: account_owner', 'due: 5 business days, owner: seller'] },
    says: 'nobody is seller in mappings/acme_crm.yaml',
    where: 'config/plays.yaml:25:77',
    path: 'plays.offer.task.owner',
    warning: 'W_ROLE_WITHOUT_PERSON',
  },
  {
    rule: 'routed_plays_have_a_pool',
    why: 'a routing without a pool',
    edits: { [plays]: ['due: 5 business days, owner: account_owner', 'due: 5 business days, routing: pool_best'] },
    says: 'offer is routed by pool_best, but names no pool',
    where: 'config/plays.yaml:25:79',
    path: 'plays.offer.task.routing',
  },
  {
    rule: 'routed_plays_have_a_pool',
    why: 'a pool that nobody is in',
    edits: {
      [plays]: [
        'due: 5 business days, owner: account_owner',
        'due: 5 business days, routing: round_robin, pool: sellers',
      ],
    },
    says: 'nobody is in the pool sellers in mappings/acme_crm.yaml',
    where: 'config/plays.yaml:25:98',
    path: 'plays.offer.task.pool',
    warning: 'W_POOL_WITHOUT_PEOPLE',
  },
  {
    rule: 'success_is_declared_beforehand',
    why: 'a play that is on and says nothing of success, where the home is strict',
    edits: { [plays]: ['merge_order:', 'strict: true\nmerge_order:'] },
    says: 'no_login is on, and does not say how its success is measured',
    where: 'config/plays.yaml:6:3',
    path: 'plays.no_login',
  },
  {
    rule: 'targets_name_a_figure',
    why: 'a target for nothing that is kept',
    edits: {
      'config/kpis.yaml': `targets:
  custmer_churn: {target: 2, direction: at_most, by: 2027-01-31, owner: head of success}
`,
    },
    says: 'there is no figure called custmer_churn',
    where: 'config/kpis.yaml:2:3',
    path: 'targets.custmer_churn',
  },
  {
    rule: 'something_to_do_in_every_cell',
    why: 'nothing to do for red accounts in tech touch',
    edits: {
      [plays]: `plays:
  everyone: {when: {score: {at_least: 40}}, task: {subject: S, due: 1 business day}}
  high_only: {when: {band: red}, touch: {high: task, tech: none}, task: {subject: S, due: 1 business day}}
`,
      [examples]: null,
    },
    says: 'W_NO_PLAY(red,tech): no play can start for red accounts in touch model tech',
    where: 'config/plays.yaml:1:1',
    path: 'plays',
    warning: 'W_NO_PLAY',
  },

  // ── mappings ──
  {
    rule: 'mapped_words_exist',
    why: 'a word that does not exist',
    edits: { [mapping]: ['health_score: Health', 'helth_score: Health'] },
    says: 'helth_score is no word that account records have',
    where: 'mappings/acme_crm.yaml:9:7',
    path: 'objects.account.fields.helth_score',
  },
  {
    rule: 'mapped_words_exist',
    why: 'a metric that does not exist',
    edits: { [mapping]: ['metric_nps', 'metric_npss'] },
    says: 'metric_npss is no word that account records have',
    where: 'mappings/acme_crm.yaml:13:7',
    path: 'objects.account.fields.metric_npss',
  },
  {
    rule: 'mapped_types_fit',
    why: 'a score in a checkbox',
    edits: { [mapping]: ['health_score: Health_Score__c', 'health_score: {field: Health_Score__c, type: checkbox}'] },
    says: 'health_score is number; a field of type checkbox cannot hold it',
    where: 'mappings/acme_crm.yaml:9:52',
    path: 'objects.account.fields.health_score.type',
  },
  {
    rule: 'a_field_is_named_once',
    why: 'one field for two words',
    edits: { [mapping]: ['metric_nps: NPS__c', 'metric_nps: Health_Score__c'] },
    says: 'the field Health_Score__c is named twice',
    where: 'mappings/acme_crm.yaml:13:19',
    path: 'objects.account.fields.metric_nps',
  },
  {
    rule: 'standard_fields_are_only_read',
    why: 'a score written over the owner',
    edits: { [mapping]: ['metric_nps: NPS__c', 'metric_nps: OwnerId'] },
    says: 'the field OwnerId is read as a standard field and would be written as metric_nps',
    where: 'mappings/acme_crm.yaml:13:19',
    path: 'objects.account.fields.metric_nps',
  },
  {
    rule: 'people_keep_their_fields',
    why: 'a lock that we would set',
    edits: {
      [mapping]: ['touch_model_lock: Touch_Lock__c', 'touch_model_lock: {field: Touch_Lock__c, write: always}'],
    },
    says: 'touch_model_lock is filled in by people and cannot be written: always',
    where: 'mappings/acme_crm.yaml:12:55',
    path: 'objects.account.fields.touch_model_lock.write',
  },
  {
    rule: 'picklists_hold_all_values',
    why: 'options that lack a value of the segment',
    edits: { [mapping]: ['options: [high, tech]', 'options: [high]'] },
    says: 'the options of touch_model lack tech',
    where: 'mappings/acme_crm.yaml:11:53',
    path: 'objects.account.fields.touch_model.options',
  },
  {
    rule: 'tasks_have_what_they_need',
    why: 'a word that tasks do not have',
    edits: { [mapping]: ['fields: {key: Key__c,', 'fields: {kee: X, key: Key__c,'] },
    says: 'kee is no word that tasks have',
    where: 'mappings/acme_crm.yaml:16:12',
    path: 'task.fields.kee',
  },
  {
    rule: 'tasks_have_what_they_need',
    why: 'no place for the subject',
    edits: { [mapping]: [' subject: Subject,', ''] },
    says: 'tasks have no field for subject',
    where: 'mappings/acme_crm.yaml:16:3',
    path: 'task.fields',
  },
  {
    rule: 'tasks_have_what_they_need',
    why: 'exactly once without a key',
    edits: { [mapping]: ['fields: {key: Key__c, ', 'fields: {'] },
    says: 'exactly_once needs a field for key',
    where: 'mappings/acme_crm.yaml:15:1',
    path: 'task.mode',
  },
  {
    rule: 'record_ids_have_a_numbering',
    why: 'no roster with the ids of the CRM',
    edits: { [mapping]: ['connection:', 'id_kind: acme\nconnection:'] },
    says: 'no roster says which record of acme_crm an account is (numbering acme)',
    where: 'mappings/acme_crm.yaml:1:1',
    path: 'id_kind',
  },

  // ── examples.yaml ──
  {
    rule: 'examples_name_what_exists',
    why: 'an unknown metric',
    edits: { [examples]: ['metrics: {logins: 20', 'metrics: {login: 20'] },
    says: 'there is no metric called login',
    where: 'config/examples.yaml:6:17',
    path: 'examples[0].given.metrics.login',
  },
  {
    rule: 'examples_name_what_exists',
    why: 'a segment value that does not exist',
    edits: { [examples]: ['touch_model: tech', 'touch_model: teck'] },
    says: 'touch_model is never teck',
    where: 'config/examples.yaml:7:65',
    path: 'examples[0].expect.segments.touch_model',
  },
  {
    rule: 'examples_name_what_exists',
    why: 'an unknown play',
    edits: { [examples]: ['plays: [offer]', 'plays: [offers]'] },
    says: 'there is no play called offers',
    where: 'config/examples.yaml:7:104',
    path: 'examples[0].expect.plays[0]',
  },
  {
    rule: 'examples_are_told_apart',
    why: 'like one that is not there',
    edits: { [examples]: ['like: Acme', 'like: Acmee'] },
    says: 'there is no example "Acmee" above',
    where: 'config/examples.yaml:9:11',
    path: 'examples[1].like',
  },
  {
    rule: 'examples_are_told_apart',
    why: 'the same name twice',
    edits: { [examples]: ['name: Acme, silent', 'name: Acme'] },
    says: 'there are two examples called "Acme"',
    where: 'config/examples.yaml:8:11',
    path: 'examples[1].name',
  },
  {
    rule: 'examples_are_told_apart',
    why: 'nothing expected',
    edits: { [examples]: ['expect: {band: yellow}', 'expect: {}'] },
    says: 'the example "Acme, silent" expects nothing',
    where: 'config/examples.yaml:11:5',
    path: 'examples[1].expect',
  },

  // ── people ──
  {
    rule: 'people_are_named_by_rows',
    why: 'a source that does not exist',
    edits: { [contacts]: 'use: {source: usages, amount: logins}\n' },
    says: 'there is no source usages',
    where: 'config/contacts.yaml:1:15',
    path: 'use.source',
  },
  {
    rule: 'people_are_named_by_rows',
    why: 'rows that name nobody',
    edits: { [contacts]: 'use: {source: goals}\n' },
    says: 'the rows of goals name no person',
    where: 'config/contacts.yaml:1:15',
    path: 'use.source',
  },
  {
    rule: 'people_are_named_by_rows',
    why: 'an answer that is no number',
    edits: { [contacts]: 'nps: {source: usage, field: channel}\n' },
    says: 'channel is text; a number is needed',
    where: 'config/contacts.yaml:1:29',
    path: 'nps.field',
  },
  {
    rule: 'people_are_named_by_rows',
    why: 'a column that does not exist',
    edits: { [contacts]: 'nps: {source: usage, field: minutes}\n' },
    says: 'the source usage has no column minutes',
    where: 'config/contacts.yaml:1:29',
    path: 'nps.field',
  },
  {
    rule: 'people_are_named_by_rows',
    why: 'a condition about a column that does not exist',
    edits: { [contacts]: 'use: {source: usage, where: {login: {at_least: 1}}}\n' },
    says: 'nobody knows the fact login',
    where: 'config/contacts.yaml:1:30',
    path: 'use.where.login',
  },
  {
    rule: 'people_have_what_their_score_is_made_of',
    why: 'a part that comes from nowhere',
    edits: { [contacts]: 'score: {nps_score: {weight: 40, normalise: {kind: linear, zero: 0, full: 10}}}\n' },
    says: 'the score counts nps_score, and nothing says where it comes from',
    where: 'config/contacts.yaml:1:9',
    path: 'score.nps_score',
  },
  {
    rule: 'people_have_what_their_score_is_made_of',
    why: 'a comparison with other accounts',
    edits: {
      [contacts]: `use: {source: usage}\nscore:\n  active_days_28d: {weight: 60, normalise: {kind: robust_z, reference: a, spread: 2}}\n`,
    },
    says: 'robust_z compares accounts, and people are no accounts',
    where: 'config/contacts.yaml:3:51',
    path: 'score.active_days_28d.normalise.kind',
  },
  {
    rule: 'mapped_people_are_measured',
    why: 'a field for what nobody measures',
    edits: { [mapping]: ['task:\n', '  contact: {object: Person, fields: {nps_score: Nps__c}}\ntask:\n'] },
    says: 'nps_score is mapped, and config/contacts.yaml does not say what it is made of',
    where: 'mappings/acme_crm.yaml:15:38',
    path: 'objects.contact.fields.nps_score',
  },

  // ── the border, kinds, left out ──
  {
    rule: 'config_names_no_crm_field',
    why: 'a CRM field in config/',
    edits: { [metrics]: ['field: seats}', 'field: Seats__c}'] },
    says: 'Seats__c is a field of a CRM',
    where: 'config/metrics.yaml:28:47',
    path: 'metrics.seat_use.measure.denominators[0].field',
  },
  {
    rule: 'config_names_no_crm_field',
    why: 'a mapped field as a column',
    edits: { [sources]: ['columns: {owner: text}', 'columns: {owner: {from: OwnerId, type: text}}'] },
    says: 'OwnerId is a field of a CRM',
    where: 'config/sources.yaml:23:29',
    path: 'sources.crm_accounts.columns.owner.from',
  },
  {
    rule: 'source_kind_exists',
    why: 'an unknown kind',
    edits: { [sources]: ['  usage:\n    kind: csv', '  usage:\n    kind: cvs'] },
    says: 'there is no kind of source called cvs',
    where: 'config/sources.yaml:25:11',
    path: 'sources.usage.kind',
  },
];

describe('rules across files', () => {
  it.each(table)('$rule: $why', async ({ edits, rule, says, where, path, warning }) => {
    const problems = await told(edits);

    const found = problems.find((problem) => problem.rule === rule && problem.what.includes(says));
    expect(found ?? problems.map((problem) => `${problem.rule}: ${problem.what}`)).toMatchObject({
      where,
      path,
      code: warning ?? 'E_CONFIG',
      severity: warning === undefined ? 'error' : 'warning',
    });
    expect(found?.why).not.toBe('');
    expect(found?.fix).not.toBe('');
  });

  it('tests every rule of the list', () => {
    const tested = new Set([...table, ...unreachable].map((broken) => broken.rule));

    expect(rules.map((rule) => rule.name).filter((name) => !tested.has(name))).toEqual([]);
  });

  it('gives every rule a name of its own', () => {
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length);
  });

  it('is not confused by a file that cannot be read: the other rules still run', async () => {
    const problems = await told({
      'config/plays.yaml': 'plays: [',
      'config/scorecard.yaml': ['logins: 25, seat_use: 25', 'logins: 24, seat_use: 25'],
    });

    expect(problems.map((problem) => problem.what)).toContain('weights sum to 99, expected 100');
    expect(problems.filter((problem) => problem.where.startsWith('config/plays.yaml'))).toHaveLength(1);
  });
});
