// What people who never programmed do to a file, each slip made in the files that we ship: the message names that very slip, at
// its place, says why it matters and what to write instead, and nothing else is said that only follows from it.
// In the new text ⟦ stands where the eye should fall; it is taken out before the file is written.

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inJapanese } from '../../src/config/japanese/translate.ts';
import { loadDecisions } from '../../src/config/load.ts';
import type { ConfigProblem } from '../../src/config/problem.ts';
import { readYaml } from '../../src/config/read.ts';
import { connectionSchemas } from '../../src/crm/kinds.ts';
import { settingsSchemas } from '../../src/sources/kinds.ts';
import { untranslated } from './home.ts';

const root = join(import.meta.dirname, '../..');
const kinds = { sources: settingsSchemas, crms: connectionSchemas };
const expectedWarnings = ['W_NOT_CONNECTED', 'W_TOP_TWO', 'W_HEAVY_METRIC'];

const [gates, kenko, flags, metrics, plays, scorecard, segments, sources] = [
  'gates',
  'kenko',
  'flags',
  'metrics',
  'plays',
  'scorecard',
  'segments',
  'sources',
].map((name) => `config/${name}.yaml`) as [string, string, string, string, string, string, string, string];
const examples = 'config/examples.yaml';

interface Slip {
  readonly slip: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly what: string;
  readonly fix: string;
}
const slip = (name: string, file: string, from: string, to: string, what: string, fix: string): Slip => ({
  slip: name,
  file,
  from,
  to,
  what,
  fix,
});
const login = 'when: {login_days_since: {at_least: 30}}';
const touch = 'touch: {high: task, low: task, tech: nurture}';
const howTo = '"Ask what changed, and send the how-to."';
const cap = '  - name: notice\n    when: {notice_on: {missing: false}}\n    limit: 10\n';
const gate = '        - score: {at_least: 70}\n';

const table: readonly Slip[] = [
  // Blanks that are none.
  slip(
    'a tab as indent',
    scorecard,
    '  yellow: 40\n',
    '⟦\tyellow: 40\n',
    'a tab stands at the beginning',
    'type spaces',
  ),
  slip(
    'a tab before what opens a block',
    'config/flags.yaml',
    '  upsell:\n',
    '⟦\tupsell:\n',
    'a tab stands at the beginning',
    'before "upsell:"',
  ),
  slip(
    'a wide colon among weights, which then add up to something else',
    scorecard,
    'usage: {active_user_rate: 15,',
    'usage: {active_user_rate⟦： 15,',
    'the colon is a full-width one',
    'active_user_rate: 15',
  ),
  slip(
    'two tabs',
    scorecard,
    '    limit: 10\n',
    '⟦\t\tlimit: 10\n',
    'a tab stands at the beginning',
    'before "limit: 10"',
  ),
  slip(
    'a full-width space as indent',
    scorecard,
    '  yellow: 40\n',
    '⟦　yellow: 40\n',
    'a full-width space stands at the beginning',
    'type spaces',
  ),
  slip(
    'a no-break space as indent',
    scorecard,
    '  yellow: 40\n',
    '⟦\u00a0\u00a0yellow: 40\n',
    'a no-break space stands at the beginning',
    'type spaces',
  ),
  slip(
    'a full-width space after the colon',
    scorecard,
    'yellow: 40',
    'yellow:⟦　40',
    'a full-width space stands behind the colon',
    'type one space',
  ),
  slip(
    'an invisible character in a name',
    scorecard,
    '  yellow: 40',
    '  ⟦\u200byellow: 40',
    'an invisible character stands in the name yellow',
    'type it again',
  ),

  // Marks of a Japanese keyboard.
  slip('full-width digits', scorecard, 'green: 70', 'green: ⟦７０', 'is written in full-width digits', 'green: 70'),
  slip(
    'full-width digits in a condition',
    plays,
    login,
    'when: {login_days_since: {at_least: ⟦３０}}',
    'is written in full-width digits',
    'at_least: 30',
  ),
  slip(
    'a full-width colon',
    scorecard,
    '  yellow: 40\n',
    '  yellow⟦： 40\n',
    'the colon is a full-width one',
    'half-width',
  ),
  slip(
    'a full-width colon without a space',
    scorecard,
    'version: 1.0.0',
    'version⟦：1.0.0',
    'the colon is a full-width one',
    'half-width',
  ),
  slip(
    'a full-width colon inside of braces',
    plays,
    login,
    'when: {login_days_since: {at_least⟦： 30}}',
    'the colon is a full-width one',
    'at_least: 30',
  ),
  slip(
    'a full-width colon before braces',
    plays,
    touch,
    'touch⟦： {high: task, low: task, tech: nurture}',
    'the colon is a full-width one',
    'half-width',
  ),
  slip(
    'ideographic commas',
    plays,
    touch,
    'touch: {high: task⟦、low: task、tech: nurture}',
    'the comma is a full-width one (、)',
    'half-width comma',
  ),
  slip(
    'full-width commas',
    plays,
    touch,
    'touch: {high: task⟦，low: task，tech: nurture}',
    'the comma is a full-width one (，)',
    'half-width comma',
  ),
  slip(
    'full-width braces',
    plays,
    touch,
    'touch: ⟦｛high: task, low: task, tech: nurture｝',
    'the bracket is a full-width one (｛)',
    'write { in its place',
  ),
  slip(
    'full-width brackets around a list',
    flags,
    'confidence: [high, medium]',
    'confidence: ⟦［high, medium］',
    'full-width ones',
    'confidence: [high, medium]',
  ),
  slip(
    'curly quotes around a text with a colon',
    plays,
    howTo,
    '⟦“Ask what changed: now.”',
    'the quotes are curly ones (“)',
    'straight quotes',
  ),
  slip(
    'curly quotes that stay part of a text',
    plays,
    howTo,
    '⟦“Ask what changed.”',
    'curly quotes (“) stand around the text',
    'straight quotes',
  ),
  slip(
    'full-width braces around a name in a text',
    plays,
    '{{login_days_since}} days"',
    '⟦｛｛login_days_since｝｝ days"',
    'the braces around login_days_since are not two half-width ones',
    '{{login_days_since}}',
  ),
  slip(
    'full-width letters',
    kenko,
    'currency: JPY',
    'currency: ⟦ＪＰＹ',
    'is written in full-width letters',
    'currency: JPY',
  ),
  slip(
    'a full-width # before a note',
    scorecard,
    '  yellow: 40',
    '  yellow: ⟦40 ＃ from here',
    'holds a note after a full-width ＃',
    'yellow: 40',
  ),
  slip('a number in kanji', scorecard, 'green: 70', 'green: ⟦七十', 'is written in kanji', 'green: 70'),

  // Quotes, brackets, colons.
  slip(
    'a missing closing quote',
    plays,
    howTo,
    '⟦"Ask what changed, and send the how-to.',
    'the quote " that opens here is never closed',
    'Write " at the end',
  ),
  slip(
    'a missing closing single quote',
    kenko,
    'schedule: "0 5 * * *"',
    "schedule: ⟦'0 5 * * *",
    "the quote ' that opens here is never closed",
    "'0 5 * * *'",
  ),
  slip(
    'a missing opening quote',
    kenko,
    'schedule: "0 5 * * *"',
    'schedule: ⟦0 5 * * *"',
    'a quote stands on one side of the schedule only',
    'schedule: "0 5 * * *"',
  ),
  slip(
    'three full-width spaces where four spaces were',
    scorecard,
    '    limit: 10\n',
    '⟦　　　limit: 10\n',
    'a full-width space stands at the beginning',
    'before "limit: 10"',
  ),
  slip(
    'a colon in a text',
    metrics,
    'why: Seats that nobody uses are the first thing to be cut at renewal.',
    'why: Seats⟦: nobody uses them',
    'a colon followed by a space stands inside of a text',
    '"Seats: nobody uses them"',
  ),
  slip(
    'a colon in a text inside of braces',
    segments,
    'label: {en: Touch model, ja',
    'label: {en: Touch model⟦: ours, ja',
    'a colon followed by a space stands inside of a text',
    '"Touch model: ours"',
  ),
  slip(
    'a missing brace',
    plays,
    touch,
    'touch: ⟦{high: task, low: task, tech: nurture',
    'the bracket { that opens here is never closed',
    'Write } at the end',
  ),
  slip(
    'one brace too many',
    plays,
    login,
    'when: {login_days_since: {at_least: 30}}⟦}',
    'the bracket } closes nothing',
    'Delete one }',
  ),
  slip(
    'a missing comma',
    metrics,
    '{at_least: 20, points: 3}',
    '{at_least: 20⟦ points: 3}',
    'a comma is lacking before points',
    '{at_least: 20, points: 3}',
  ),
  slip(
    'semicolons in place of commas',
    plays,
    touch,
    'touch: {high: task⟦; low: task; tech: nurture}',
    'a semicolon (;) stands between two entries',
    'Write a comma',
  ),
  slip(
    'a text that begins with a bracket',
    plays,
    'en: "[Alert] {{name}}: score {{score}} – call today"',
    'en: ⟦[Alert] call today',
    'a text that begins with [ stands without quotes',
    '"[Alert] call today"',
  ),
  slip(
    'a text that begins with braces',
    plays,
    'en: "Re-engage {{name}}: no login for {{login_days_since}} days"',
    'en: ⟦{{name}} does not log in',
    'a text that begins with {{ stands without quotes',
    '"{{name}} does not log in"',
  ),
  slip('a text that begins with @', kenko, 'name: My company', 'name: ⟦@company', 'begins with @', '"@company"'),
  slip(
    'a text that begins with *',
    kenko,
    'schedule: "0 5 * * *"',
    'schedule: ⟦* 5 * * *',
    'a text that begins with * stands without quotes',
    '"* 5 * * *"',
  ),
  slip(
    'a text that begins with #',
    kenko,
    'name: My company',
    'name: ⟦#1 company',
    'everything behind # is a note',
    '"#1 company"',
  ),
  slip(
    'a backslash in a path',
    sources,
    'settings: {path: data/contracts.csv}',
    'settings: {path: "data⟦\\contracts.csv"}',
    'a backslash (\\) stands inside of double quotes',
    'write / in its place',
  ),
  slip(
    'single braces around a name in a text',
    plays,
    '{{login_days_since}} days"',
    '⟦{login_days_since} days"',
    'the braces around login_days_since are not two half-width ones',
    '{{login_days_since}}',
  ),

  slip(
    'two settings on one line',
    sources,
    'ja: 契約}\n    kind: csv',
    'ja: 契約}    ⟦kind: csv',
    'a second setting begins on the same line',
    'Begin a new line before it',
  ),
  slip(
    'a mark typed by accident',
    segments,
    'when: {ltv: {at_least: 2000000}}',
    'when: {ltv: {⟦`at_least: 2000000}}',
    'the mark ` does not belong here',
    'Delete it',
  ),
  slip(
    'a note broken in two lines',
    kenko,
    '# Language of everything that CS people read in the CRM: en or ja.',
    '# Language of everything that CS people\n⟦read in the CRM',
    'the note above goes on here without its #',
    '# read in the CRM',
  ),

  // Depth.
  slip(
    'one space too few',
    scorecard,
    '  green: 70\n',
    ' ⟦green: 70\n',
    'the line stands 1 space in',
    'Write 2 spaces',
  ),
  slip(
    'two spaces too many',
    scorecard,
    '  green: 70\n',
    '    ⟦green: 70\n',
    'the line stands 4 spaces in; its neighbours stand 2 spaces in',
    'Write 2 spaces',
  ),
  slip(
    'a line of an entry too far left',
    scorecard,
    cap,
    '  - name: notice\n   ⟦when: {notice_on: {missing: false}}\n    limit: 10\n',
    'the line stands 3 spaces in',
    'Write 4 spaces',
  ),
  slip(
    'a line at the very left',
    scorecard,
    '    limit: 10\n',
    '⟦limit: 10\n',
    'the line stands 0 spaces in; its neighbours stand 4 spaces in',
    'Write 4 spaces',
  ),
  slip(
    'a setting of a play that stands beside the play',
    plays,
    '    cool_down: 45d\n',
    '  ⟦cool_down: 45d\n',
    'the line stands 2 spaces in; its neighbours stand 4 spaces in',
    'Write 4 spaces',
  ),
  slip(
    'a setting that stands beside its group, and can be read',
    kenko,
    '  keep_days: 800',
    '⟦keep_days: 800',
    'keep_days stands beside state, but it is a setting of state',
    'two more spaces before keep_days',
  ),
  slip(
    'a setting that stands inside of another group, and can be read',
    plays,
    'escalate: {after',
    '  ⟦escalate: {after',
    'escalate stands below caps, but it is a setting of the file itself',
    'Take spaces away before escalate',
  ),
  slip(
    'an override that lost its indent',
    scorecard,
    'coverage: {none: 0.4, low: 0.6, medium: 0.8}',
    'coverage:\n⟦none: 0.4',
    'none stands beside coverage, but it is a setting of coverage',
    'two more spaces before none',
  ),

  // Marks of lists.
  ...['–', '—', 'ー', '−', '•', '・', '*'].map((mark) =>
    slip(
      `${mark} in place of the dash of a list`,
      flags,
      gate,
      `        ⟦${mark} score: {at_least: 70}\n`,
      `the entry of the list begins with ${mark}`,
      '- score: {at_least: 70}',
    ),
  ),
  slip(
    'a dash without its space',
    flags,
    gate,
    '        ⟦-score: {at_least: 70}\n',
    'the dash of the list has no space behind it',
    '- score: {at_least: 70}',
  ),
  slip(
    'an entry without its dash',
    scorecard,
    cap,
    cap.replace('  - name', '    ⟦name'),
    'the entry of the list does not begin with a dash',
    '- name: notice',
  ),

  // Other languages.
  slip('= for the colon', scorecard, 'yellow: 40', 'yellow ⟦= 40', '= stands in place of the colon', 'yellow: 40'),
  slip(
    '>= as a value',
    plays,
    login,
    'when: {login_days_since: ⟦>= 30}',
    'the sign >= stands where a word for comparing is needed',
    'login_days_since: {at_least: 30}',
  ),
  slip(
    '>= in a sentence',
    plays,
    login,
    'when: ⟦login_days_since >= 30',
    'the sign >= stands where a word for comparing is needed',
    '{login_days_since: {at_least: 30}}',
  ),
  slip(
    '>= inside of braces',
    plays,
    login,
    'when: {login_days_since ⟦>= 30}',
    'the sign >= stands where a word for comparing is needed',
    'login_days_since: {at_least: 30}',
  ),
  slip(
    '>= in quotes',
    plays,
    login,
    'when: {login_days_since: ⟦">= 30"}',
    'holds the sign >=',
    'login_days_since: {at_least: 30}',
  ),
  slip(
    '= inside of a condition',
    plays,
    login,
    'when: {band ⟦= red}',
    'the sign = stands where a word for comparing is needed',
    'band: red',
  ),
  slip(
    'greater_than',
    plays,
    login,
    'when: {login_days_since: {⟦greater_than: 30}}',
    'greater_than is no word for comparing',
    'Did you mean above?',
  ),
  slip(
    'and, in a sentence',
    plays,
    login,
    'when: ⟦login_days_since at_least 30 and band is red',
    'the condition is written as a sentence',
    '{all: [{login_days_since: {at_least: 30}}, {band: red}]}',
  ),
  slip('or: for any:', plays, 'when: {any: [{alert: true}', 'when: {⟦or: [{alert: true}', 'or cannot join', 'any:'),
  slip('no space behind the colon', scorecard, 'yellow: 40', 'yellow⟦:40', 'there is no space behind', 'yellow: 40'),
  slip('a note with //', scorecard, '  yellow: 40', '  ⟦// low\n  yellow: 40', 'a note begins with //', '# low'),
  slip(
    'JSON pasted',
    scorecard,
    'override: {limit: 15, max_days: 90}',
    '⟦{\n  "override": {"limit": 15, "max_days": 90}\n}',
    'JSON is pasted here',
    'Take away the outer { and }',
  ),
  slip(
    'a line of JSON',
    scorecard,
    'override: {limit: 15, max_days: 90}',
    '"override": {"limit": 15, "max_days": 90}⟦,',
    'a comma ends the line, as in JSON',
    'Delete the comma',
  ),
  slip(
    'marks of a merge',
    scorecard,
    'version: 1.0.0',
    '⟦<<<<<<< HEAD\nversion: 1.0.0\n=======\nversion: 1.1.0\n>>>>>>> other',
    'two versions of the same lines stand here',
    'delete the others',
  ),

  // Numbers.
  slip(
    'a percent sign in a condition',
    plays,
    '{seat_use_percent: {below: 50}',
    '{seat_use_percent: {below: ⟦50%}',
    '"50%" has a percent sign',
    'below: 50',
  ),
  slip('a percent sign on a share', scorecard, 'none: 0.4', 'none: ⟦40%', 'shares run from 0 to 1', 'none: 0.4'),
  slip('a percent sign on a weight', scorecard, '{nps: 6, csat: 3}', '{nps: ⟦6%, csat: 3}', 'has a percent', 'nps: 6'),
  slip(
    'commas between thousands, in braces',
    segments,
    'ltv: {at_least: 10000000}',
    'ltv: {at_least: ⟦10,000,000}',
    'commas stand inside of a number',
    '10000000',
  ),
  slip(
    'commas between thousands',
    gates,
    'outcome: {band_change_share: 0.2, small_base: 100, small_count: 20, mean_shift: 15, psi: 0.25}',
    'outcome:\n  small_base: ⟦1,000',
    'has marks between its thousands',
    'small_base: 1000',
  ),
  slip(
    'a decimal comma',
    plays,
    'when: {usage_trend: {at_most: 0.6}}',
    'when: {usage_trend: {at_most: ⟦0,6}}',
    'a comma stands in a number in place of the decimal point',
    '0.6',
  ),
  slip('a currency', segments, 'ltv: {at_least: 2000000}', 'ltv: {at_least: ⟦¥2000000}', 'has a currency', '2000000'),
  slip('万 for zeros', segments, 'ltv: {at_least: 2000000}', 'ltv: {at_least: ⟦200万}', 'has 万', 'at_least: 2000000'),
  slip(
    'a unit behind a number',
    scorecard,
    'max_days: 90',
    'max_days: ⟦90 days',
    'has a unit behind it',
    'max_days: 90',
  ),
  slip('a long minus', scorecard, 'alert_rearm: 3', 'alert_rearm: ⟦−3', 'has a dash (−)', 'alert_rearm: -3'),
  slip('a number in quotes', scorecard, 'green: 70', 'green: ⟦"70"', 'stands in quotes, so it is text', 'green: 70'),
  slip('a trailing comma', scorecard, 'green: 70', 'green: ⟦70,', '"70," ends with a comma', 'green: 70'),
  slip(
    'a trailing comma after a word',
    kenko,
    'currency: JPY',
    'currency: ⟦JPY,',
    'ends with a comma',
    'currency: JPY',
  ),
  slip('nothing behind the colon', scorecard, 'green: 70', 'green:⟦', 'green is empty', 'Write a number'),
  slip('a note without its space', scorecard, 'yellow: 40', 'yellow: ⟦40#low', 'a note without a space', 'yellow: 40'),

  // Days and spans.
  ...[
    ['2026/12/29', '2026-12-29'],
    ['29.12.2026', '2026-12-29'],
    ['2026年12月29日', '2026-12-29'],
    ['令和8年12月29日', '2026-12-29'],
    ['29 December 2026', '2026-12-29'],
    ['2026-1-5', '2026-01-05'],
    ['12/29/2026', '2026-12-29'],
  ].map(([written, meant]) =>
    slip(
      `the day ${written}`,
      kenko,
      'extra_holidays: []',
      `extra_holidays: [⟦${written}]`,
      `${written}" is a day`,
      meant as string,
    ),
  ),
  slip(
    'a day that means two days',
    examples,
    'as_of: 2026-01-05',
    'as_of: ⟦04/01/2026',
    'can mean 2026-01-04 or 2026-04-01',
    'Write the one that is meant',
  ),
  slip(
    'a day that does not exist',
    kenko,
    'extra_holidays: []',
    'extra_holidays: [⟦2026-02-30]',
    'is no day of the calendar',
    '2026-02-28',
  ),
  slip('weeks', plays, 'cool_down: 45d', 'cool_down: ⟦6 weeks', 'is not given in days', 'cool_down: 42d'),
  slip('日', plays, 'cool_down: 45d', 'cool_down: ⟦45日', 'is not written the short way', 'cool_down: 45d'),
  slip('days for business days', plays, 'due: 3 business days', 'due: ⟦3 days', 'business days', '3 business days'),
  slip('営業日', plays, 'due: 3 business days', 'due: ⟦3営業日', 'business days', 'due: 3 business days'),

  // Yes and no.
  slip('no', plays, '    on: false', '    on: ⟦no', '"no" is an everyday word for false', 'on: false'),
  slip('いいえ', plays, '    on: false', '    on: ⟦いいえ', 'is an everyday word for false', 'on: false'),
  slip('"false"', plays, '    on: false', '    on: ⟦"false"', 'stands in quotes, so it is text', 'on: false'),
  slip('no in a condition', flags, '- capped: false', '- capped: ⟦no', 'everyday word for false', 'capped: false'),

  // Names.
  slip('a name twice', scorecard, '  green: 70\n', '  green: 70\n  ⟦yellow: 45\n', 'yellow stands twice', 'Remove one'),
  slip(
    'a play twice',
    plays,
    '  usage_drop:\n',
    '  ⟦no_login: {}\n  usage_drop:\n',
    'no_login stands twice',
    'another name',
  ),
  slip(
    'a capital letter',
    scorecard,
    '  yellow: 40',
    '  ⟦Yellow: 40',
    'Yellow is not a setting',
    'Did you mean yellow?',
  ),
  slip(
    'a slip in a name',
    scorecard,
    'hysteresis: 3',
    '⟦hysterisis: 3',
    'hysterisis is not a',
    'Did you mean hysteresis?',
  ),
  slip(
    'a hyphen in a name',
    scorecard,
    'dwell_runs: 2',
    '⟦dwell-runs: 2',
    'dwell-runs is not',
    'Did you mean dwell_runs?',
  ),
  slip(
    'a metric that does not exist',
    plays,
    login,
    'when: {⟦login_day_since: {at_least: 30}}',
    'nobody knows the fact login_day_since',
    'Did you mean login_days_since?',
  ),
  slip(
    'a metric in capital letters',
    plays,
    login,
    'when: {⟦Login_Days_Since: {at_least: 30}}',
    'cannot be the name of a fact',
    'login_days_since',
  ),
  slip(
    'a weight for no metric',
    scorecard,
    '{nps: 6, csat: 3}',
    '{⟦npss: 6, csat: 3}',
    'no metric called npss',
    'nps?',
  ),
  slip(
    'a value in capital letters',
    plays,
    '{touch_model: high}]}',
    '{touch_model: ⟦High}]}',
    'touch_model is never "High"',
    'Did you mean high?',
  ),
];

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kenko-slips-'));
  for (const name of ['config', 'mappings']) await cp(join(root, name), join(home, name), { recursive: true });
});
afterAll(async () => {
  await rm(home, { recursive: true });
});

/** What is said about the shipped home with one file in other words. */
async function told(file: string, bytes: string | Uint8Array): Promise<readonly ConfigProblem[]> {
  const before = await readFile(join(root, file));
  await writeFile(join(home, file), bytes);
  try {
    const loaded = await loadDecisions({ home, env: {}, kinds, allowMissingSecrets: true });
    const warnings = loaded.warnings.filter((warning) => !expectedWarnings.includes(warning.code));
    return [...(loaded.ok ? [] : loaded.problems), ...warnings] as ConfigProblem[];
  } finally {
    await writeFile(join(home, file), before);
  }
}
/** The text with a slip in it, and where the eye should fall. */
function slipped(text: string, { file, from, to }: Slip): { readonly text: string; readonly where: string | null } {
  if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
  const marked = text.replace(from, () => to);
  const at = marked.indexOf('⟦');
  const before = marked.slice(0, Math.max(0, at)).split('\n');
  return {
    text: marked.replace('⟦', ''),
    where: at < 0 ? null : `${file}:${before.length}:${(before.at(-1) as string).length + 1}`,
  };
}

describe('a slip in a shipped file', () => {
  it.each(table)('$slip: is named at its place, alone', async (one) => {
    const { text, where } = slipped(await readFile(join(root, one.file), 'utf8'), one);

    const problems = await told(one.file, text);

    expect(problems.map((problem) => `${problem.where} ${problem.what}`).join('\n')).toContain(one.what);
    const found = problems.find((problem) => problem.what.includes(one.what));
    if (where !== null) expect(found?.where).toBe(where);
    expect(found?.fix).toContain(one.fix);
    expect(found?.why).not.toBe('');
    expect(untranslated(problems)).toEqual([]);
    expect(problems.filter((problem) => problem.where !== found?.where)).toEqual([]);
  });

  it('is told beside every other one in the same file, and beside what the rules find', async () => {
    const text = (await readFile(join(root, scorecard), 'utf8'))
      .replace('  yellow: 40\n', '\tyellow: 40\n')
      .replace('  hysteresis: 3\n', '  hysteresis： 3\n')
      .replace('    limit: 39\n', '   limit: 39\n')
      .replace('nps: 9, csat: 5', 'nps: 8, csat: 5');

    const problems = await told(scorecard, text);

    expect(problems.map((problem) => problem.what)).toEqual([
      'weights sum to 99, expected 100',
      'a tab stands at the beginning of the line, where spaces are needed',
      'the colon is a full-width one (：)',
      'the line stands 3 spaces in; its neighbours stand 4 spaces in',
    ]);
  });

  it.each([
    ['UTF-16, little end first', 'UTF-16', (text: string) => [0xff, 0xfe, ...Buffer.from(text, 'utf16le')], 1],
    ['UTF-16, big end first', 'UTF-16', (text: string) => [0xfe, 0xff, ...Buffer.from(text, 'utf16le').swap16()], 1],
    ['UTF-16 without a mark', 'UTF-16', (text: string) => [...Buffer.from(text, 'utf16le')], 1],
    ['Shift_JIS', 'Shift_JIS', () => [...Buffer.from('id: a\n# '), 0x8c, 0x92, 0x8d, 0x4e, 0x0a], 2],
    ['Latin-1', 'not UTF-8', () => [...Buffer.from('id: a\nname: Caf'), 0xe9, 0x0a], 2],
    ['a workbook', 'Excel', () => [0x50, 0x4b, 3, 4, 20, 0, 6, 0], 1],
  ])('a file saved as %s is told by that name', async (_name, says, made, line) => {
    const text = await readFile(join(root, scorecard), 'utf8');

    const [problem] = await told(scorecard, new Uint8Array(made(text)));

    expect(problem?.what).toContain(says);
    expect(problem?.where).toBe(`${scorecard}:${line}:1`);
    expect(problem?.fix).toContain('UTF-8');
  });

  it('reads a file with a byte order mark as any other', async () => {
    const text = await readFile(join(root, scorecard), 'utf8');

    expect(await told(scorecard, `\ufeff${text}`)).toEqual([]);
  });

  it('is told at a place that is there, whatever is typed or deleted', async () => {
    const texts = await Promise.all(
      [kenko, plays, scorecard, segments].map(async (file) => await readFile(join(root, file), 'utf8')),
    );
    const mark = fc.constantFrom(...'\t　：「“"\'{}[]:,#-=>|&*!%@`?\n');
    const edit = fc.record({ file: fc.nat(texts.length - 1), at: fc.nat(20_000), mark, deleted: fc.nat(2) });

    fc.assert(
      fc.property(edit, ({ file, at, mark: typed, deleted }) => {
        const text = texts[file] as string;
        const place = at % text.length;
        const edited = `${text.slice(0, place)}${typed}${text.slice(place + deleted)}`;

        const read = readYaml('x.yaml', new TextEncoder().encode(edited));

        const lines = edited.split('\n');
        for (const problem of read.ok ? [] : read.problems) {
          const [, line = 0, column = 0] = (/^x\.yaml:(\d+):(\d+)$/.exec(problem.where) ?? []).map(Number);
          expect(line).toBeGreaterThan(0);
          expect(column).toBeLessThanOrEqual((lines[line - 1] ?? '').length + 2);
          expect(inJapanese(problem.what)).not.toBeNull();
        }
      }),
      { numRuns: 60, seed: 20_260_105 },
    );
  });

  it('costs no more than a moment, however broken the file is', async () => {
    const text = await readFile(join(root, plays), 'utf8');
    const broken = text.replaceAll('{', '｛').replaceAll(':', '：');

    const problems = await told(plays, broken);

    expect(problems.length).toBeGreaterThan(0);
    expect(problems.length).toBeLessThan(40);
  });
});
