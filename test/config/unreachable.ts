// Homes in which something can never happen, one edit of the small home each. ⟦ stands where the eye should fall.

export interface Unreachable {
  readonly rule: string;
  readonly why: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly warning: string;
  readonly says: string;
  readonly because: string;
}
const [flags, metrics, plays, scorecard, segments] = ['flags', 'metrics', 'plays', 'scorecard', 'segments'].map(
  (name) => `config/${name}.yaml`,
) as [string, string, string, string, string];
const detractor = 'when: {nps: {at_most: 6}}';
const never = 'the play detractor can never fire';
const play = (why: string, to: string, because: string, says = never): Unreachable => ({
  rule: 'plays_can_fire',
  why,
  file: plays,
  from: detractor,
  to: `⟦when: ${to}`,
  warning: 'W_PLAY_NEVER_FIRES',
  says,
  because,
});
const of =
  (rule: string, warning: string, file: string) =>
  (why: string, from: string, to: string, says: string, because: string): Unreachable => ({
    rule,
    warning,
    file,
    why,
    from,
    to,
    says,
    because,
  });
const model = of('models_can_be_taken', 'W_MODEL_NEVER_TAKEN', scorecard);
const value = of('values_can_be_given', 'W_VALUE_NEVER_GIVEN', segments);
const flag = of('flags_can_be_raised', 'W_FLAG_NEVER_RAISED', flags);
const tier = of('tiers_can_be_reached', 'W_TIER_UNREACHABLE', metrics);
const colour = of('colours_can_be_reached', 'W_BAND_UNREACHABLE', scorecard);
const columns = `cuts: [{name: happy, when: {nps: {at_least: 9}}}, {name: other, when: {nps: {below: 9}}}]`;
const high = '- {value: high, when: {seats: {at_least: 100}}}';

export const unreachable: readonly Unreachable[] = [
  // ── plays ──
  play('two limits that leave nothing', '{nps: {above: 6, below: 4}}', 'nps above 6 and below 4 at once'),
  play('two limits that meet without an end', '{all: [{nps: {at_least: 9}}, {nps: {below: 9}}]}', 'at once'),
  play('a value beyond what the column allows', '{nps: {above: 10}}', 'no account can have nps above 10'),
  play('a score above the scale', '{score: {above: 100}}', 'no account can have score above 100'),
  play('more days than the window has', '{logins: {above: 28}}', 'no account can have logins above 28'),
  play('a number between two whole ones', '{logins: {above: 3, below: 4}}', 'logins above 3 and below 4 at once'),
  play('two values of one segment', '{all: [{touch_model: high}, {touch_model: tech}]}', 'touch_model is high'),
  play('yes and no', '{all: [{alert: true}, {alert: false}]}', 'alert is true and is false at once'),
  play('unknown, and compared all the same', '{nps: {missing: true, at_most: 6}}', 'unknown and at_most 6 at once'),
  play('a contradiction behind not', '{score: {below: 40}, not: {score: {below: 50}}}', 'score'),
  play(
    'every branch contradicts the rest',
    '{plan: pro, any: [{plan: basic}, {all: [{plan: basic}, {nps: 3}]}]}',
    'plan is pro',
  ),
  play('an alert with a good score', '{alert: true, score: {above: 50}}', 'score above 50'),
  play('a colour without a score', '{band: red, score: {missing: true}}', 'score unknown'),
  play('a cap and a score above its limit', '{cap_basic_plan: true, score: {at_least: 61}}', 'score at_least 61'),
  play('a cap and the contrary of its condition', '{cap_basic_plan: true, plan: pro}', 'plan is pro'),
  play(
    'days in the wrong order',
    '{started_on: {above: 2026-04-01, below: 2026-03-01}}',
    'started_on above 2026-04-01',
  ),
  {
    ...play('suppressed whenever it holds', '{all: [{plan: basic}, {nps: {at_most: 6}}]}', ''),
    from: 'when: {upsell_flag: true}',
    to: '⟦when: {all: [{upsell_flag: true}, {plan: basic}]}',
    says: 'the play offer can never fire: whenever its trigger holds, it is suppressed by small_plan',
    because: 'nobody would ever see its task',
  },
  {
    ...play('none in every touch model', '', ''),
    from: 'touch: {high: task, tech: nurture}',
    to: '⟦touch: {high: none, tech: none}',
    says: 'the play no_login can never fire: every touch model says none',
    because: 'nobody would ever see its task',
  },
  {
    ...play('one branch of several', '{any: [{nps: {at_most: 6}}, ⟦{nps: {above: 10}}]}', 'nps above 10'),
    to: 'when: {any: [{nps: {at_most: 6}}, ⟦{nps: {above: 10}}]}',
    warning: 'W_BRANCH_NEVER',
    says: 'this branch can never come true',
  },
  {
    ...play('complements', '{any: [{score: {at_least: 40}}, {score: {below: 40}}]}', 'tells nobody apart'),
    warning: 'W_ALWAYS',
    says: 'the play detractor fires for every account whose facts are known',
  },
  {
    ...play('everything there is', '{score: {between: [0, 100]}}', 'tells nobody apart'),
    warning: 'W_ALWAYS',
    says: 'the play detractor fires for every account whose facts are known',
  },
  {
    rule: 'tasks_do_not_close_at_once',
    why: 'closing where the trigger is',
    file: plays,
    from: detractor,
    to: `${detractor}\n    ⟦closes_when: {nps: {at_most: 8}}`,
    warning: 'W_CLOSES_AT_ONCE',
    says: 'a task of detractor would be closed as soon as it is open',
    because: 'nobody would have time to do it',
  },

  // ── models, segments, tables ──
  model(
    'a model that the one above it takes away',
    '  - id: grown\n',
    '  - id: newest\n    ⟦when: {tenure_days: {at_most: 30}}\n    weights: {usage: {logins: 100}}\n  - id: grown\n',
    'the model newest is matched by nobody',
    'always fits before it',
  ),
  model(
    'a model with a contradiction',
    'when: {tenure_days: {at_most: 90}}',
    '⟦when: {tenure_days: {at_most: 90, above: 120}}',
    'is matched by nobody',
    'tenure_days',
  ),
  value(
    'a value that the one above it takes away',
    high,
    `${high}\n      - {value: giant, ⟦when: {seats: {at_least: 1000}}}`,
    'the value of touch_model giant is given to nobody',
    'one of high always fits before it',
  ),
  value(
    'a rest of which nothing is left',
    high,
    `${high}\n      - {value: small, when: {seats: {below: 100}}}`,
    'the value of touch_model tech is given to nobody',
    'one of high, small always fits before it',
  ),
  {
    ...value('', high, `${high}\n      - {value: mid, ⟦when: {seats: {between: [50, 200]}}}`, '', ''),
    why: 'two values that overlap, none inside of the other',
    from: high,
    to: '- {value: high, when: {seats: {between: [100, 500]}}}\n      - {value: mid, ⟦when: {seats: {between: [50, 100]}}}',
    warning: 'W_OVERLAP',
    says: 'high and mid overlap (value of touch_model): both fit an account with seats 100',
    because: 'such an account is high',
  },
  {
    rule: 'cuts_leave_no_gap',
    why: 'two cuts with room between them',
    file: scorecard,
    from: columns,
    to: '⟦cuts: [{name: happy, when: {nps: {at_least: 9}}}, {name: other, when: {nps: {at_most: 8}}}]',
    warning: 'W_GAP',
    says: 'the columns of quadrant leave a gap: nothing says where an account with nps 8.5 belongs',
    because: 'no place in the table',
  },
  {
    rule: 'cuts_leave_no_gap',
    why: 'a cut that the one above it takes away',
    file: scorecard,
    from: columns,
    to: 'cuts: [{name: other, when: {nps: {between: [0, 10]}}}, {name: happy, ⟦when: {nps: {at_least: 9}}}]',
    warning: 'W_CUT_NEVER_TAKEN',
    says: 'the columns of quadrant happy is taken by nobody',
    because: 'one of other always fits before it',
  },

  // ── flags and caps ──
  flag(
    'a gate that cannot open',
    'gate: {score: {at_least: 70}}',
    '⟦gate: {score: {at_least: 70}, band: red, alert: true}',
    'the gate of upsell can never open',
    'score',
  ),
  flag(
    'a veto that always holds',
    'veto: {plan: pro}',
    '⟦veto: {score: {above: 60}}',
    'whenever its gate is open, the veto holds',
    'score at_least 70',
  ),
  flag(
    'a signal that the gate rules out',
    'when: {seat_use: {at_least: 90}}, text',
    '⟦when: {score: {below: 70}}, text',
    'the signal seats of upsell can never raise the flag',
    'score',
  ),
  {
    rule: 'caps_can_come_true',
    why: 'a cap for nobody',
    file: scorecard,
    from: 'when: {plan: basic}\n    limit: 60',
    to: '⟦when: {all: [{plan: basic}, {plan: pro}]}\n    limit: 60',
    warning: 'W_CAP_NEVER_HOLDS',
    says: 'the cap basic_plan can never hold',
    because: 'plan is basic and is pro at once',
  },
  {
    rule: 'caps_can_come_true',
    why: 'a cap for everybody',
    file: scorecard,
    from: 'when: {plan: basic}\n    limit: 60',
    to: '⟦when: {plan: [basic, pro]}\n    limit: 60',
    warning: 'W_ALWAYS',
    says: 'the cap basic_plan holds for every account whose facts are known',
    because: 'tells nobody apart',
  },

  // ── points and colours ──
  tier(
    'more days than the window has',
    '{at_least: 20, points: 30}',
    '{at_least: ⟦29, points: 30}',
    'nobody can reach the tier at_least 29 of logins',
    'logins runs from 0 to 28',
  ),
  tier(
    'more business days than the window has',
    'measure: {kind: distinct_days, source: usage, where: {logins: {at_least: 1}}, days: 28}\n    normalise:\n      kind: tiers\n      out_of: 30\n      tiers:\n        - {at_least: 20',
    'measure: {kind: distinct_business_days, source: usage, where: {logins: {at_least: 1}}, days: 28}\n    normalise:\n      kind: tiers\n      out_of: 30\n      tiers:\n        - {at_least: ⟦21',
    'nobody can reach the tier at_least 21 of logins',
    'logins runs from 0 to 20',
  ),
  tier(
    'an answer above the scale',
    'tiers: [{at_least: 9, points: 30}',
    'tiers: [{at_least: ⟦11, points: 30}',
    'nobody can reach the tier at_least 11 of nps',
    'nps runs from 0 to 10',
  ),
  tier(
    'a line that ends beyond the scale',
    '{kind: piecewise, at: [{value: 0, points: 0}, {value: 100, points: 1}]}',
    '{kind: piecewise, at: [{value: 0, points: 0}, {value: ⟦120, points: 1}]}',
    'nobody can ever get all points of goal: they need 120',
    'goal runs from 0 to 100',
  ),
  {
    rule: 'words_have_points',
    why: 'a word of the column without points',
    file: metrics,
    from: '  tenure_days:\n',
    to: '  plan_rank:\n    label: Plan\n    unit: text\n    measure: {kind: attribute, field: plan}\n    normalise: {kind: map, ⟦values: {pro: 1}}\n  tenure_days:\n',
    warning: 'W_WORD_WITHOUT_POINTS',
    says: 'plan_rank may be basic, and no points are given for it',
    because: 'such an account counts as unknown',
  },
  {
    rule: 'words_have_points',
    why: 'points for a word that never comes',
    file: metrics,
    from: '  tenure_days:\n',
    to: '  plan_rank:\n    label: Plan\n    unit: text\n    measure: {kind: attribute, field: plan}\n    normalise: {kind: map, values: {pro: 1, basic: 0, ⟦basics: 0}}\n  tenure_days:\n',
    warning: 'W_TIER_UNREACHABLE',
    says: 'plan_rank is never basics',
    because: 'one of basic, pro',
  },
  colour(
    'green beyond 100',
    'bands: {yellow: 40, green: 70}',
    'bands: {yellow: 40, green: ⟦98}',
    'can never become green: that needs 101',
    'no score is above 100',
  ),
  colour(
    'red below 0',
    'bands: {yellow: 40, green: 70}',
    'bands: {yellow: ⟦3, green: 70, alert_at_or_below: 1}',
    'can never become red',
    'no score is below 0',
  ),
  colour(
    'an alert without end',
    'bands: {yellow: 40, green: 70}',
    'bands: {yellow: 90, green: 97, alert_at_or_below: 85, alert_rearm: ⟦15}',
    'an alert would never end',
    'told once and never again',
  ),
  {
    rule: 'metrics_are_counted_once',
    why: 'the same rows under two names',
    file: metrics,
    from: '  nps:\n    label: {en: NPS, ja: NPS}\n    why: They say so.\n    unit: score\n    measure: {kind: latest, source: surveys, field: score, where: {kind: nps}, days: 365}',
    to: '  nps:\n    label: {en: NPS, ja: NPS}\n    why: They say so.\n    unit: score\n    measure: {kind: distinct_days, source: usage, where: {logins: {at_least: 1}}, days: 28}',
    warning: 'W_COUNTED_TWICE',
    says: 'logins and nps are made of the same rows in the same way',
    because: 'counts twice under two names',
  },
  {
    rule: 'engagement_measures_us_too',
    why: 'more than a quarter for our own work',
    file: scorecard,
    from: 'dimensions:\n  usage: {en: Usage, ja: 活用度}\n  voice: Voice\nmodels:\n',
    to: 'dimensions:\n  usage: {en: Usage, ja: 活用度}\n  voice: Voice\n  engagement: Touch\nmodels:\n  - id: touch\n    when: {plan: pro}\n    weights:\n      ⟦engagement: {seat_use: 30}\n      usage: {logins: 25, goal: 25}\n      voice: {nps: 20}\n',
    warning: 'W_ENGAGEMENT_SHARE',
    says: 'engagement carries 30 of 100 in the model touch',
    because: 'a busy team looks like a happy customer',
  },
];
