// What an admin reads when one line of a file is wrong: place, what, why, and the way out.

import { describe, expect, it } from 'vitest';
import { formatProblem, inReadingOrder, nearest } from '../../src/config/problem.ts';
import { type Edit, told } from './home.ts';

const plays = 'config/plays.yaml';
const table: readonly [file: string, edit: Edit, where: string, path: string, what: string, fix: string][] = [
  [
    plays,
    ['at_most: 3', 'at_most: three'],
    ':10:29',
    'plays.no_login.when.all[0].logins.at_most',
    'at_most needs a number; "three" is text',
    'at_most: 90',
  ],
  [
    plays,
    ['at_most: 3', 'at_mots: 3'],
    ':10:20',
    'plays.no_login.when.all[0].logins.at_mots',
    'at_mots is no word for comparing',
    'Did you mean at_most?',
  ],
  [plays, ['      all:\n', '      some:\n'], ':9:7', 'plays.no_login.when.some', '', ''],
  [
    plays,
    ['{nps: {at_most: 6}}', '[{nps: {at_most: 6}}]'],
    ':19:11',
    'plays.detractor.when',
    'a list of conditions needs a word before it',
    'all: or any:',
  ],
  [
    plays,
    ['{nps: {at_most: 6}}', '{at_most: 6}'],
    ':19:12',
    'plays.detractor.when.at_most',
    'at_most stands where the name of a fact is expected',
    'days_to_renewal: {at_most: …}',
  ],
  [
    plays,
    ['{nps: {at_most: 6}}', '{nps: {between: [9, 7]}}'],
    ':19:27',
    'plays.detractor.when.nps.between',
    'between has its ends the wrong way round',
    'between: [7, 9]',
  ],
  [
    plays,
    ['{nps: {at_most: 6}}', '{nps: {between: 7}}'],
    ':19:27',
    'plays.detractor.when.nps.between',
    'between needs two numbers',
    'between: [30, 60]',
  ],
  [
    plays,
    ['{nps: {at_most: 6}}', '{nps: {missing: maybe}}'],
    ':19:27',
    'plays.detractor.when.nps.missing',
    'missing needs true or false; "maybe" is text',
    'missing: true',
  ],
  [
    plays,
    ['{nps: {at_most: 6}}', '{nps: }'],
    ':19:12',
    'plays.detractor.when.nps',
    'nps has nothing to be compared with',
    'nps: {missing: true}',
  ],
  [
    plays,
    ['{nps: {at_most: 6}}', '{all: []}'],
    ':19:17',
    'plays.detractor.when.all',
    'all needs a list of conditions',
    'leading dash',
  ],
  [
    plays,
    ['{nps: {at_most: 6}}', 'soon'],
    ':19:11',
    'plays.detractor.when',
    'a condition names a fact and what it should be; "soon" is text',
    'score: {below: 40}',
  ],
  [
    plays,
    ['due: 3 business days', 'due: 3 days'],
    ':14:57',
    'plays.no_login.task.due',
    'due needs business days, like: 5 business days; "3 days" does not say',
    '',
  ],
  [
    plays,
    ['cool_down: 45d', 'cool_down: soon'],
    ':15:16',
    'plays.no_login.cool_down',
    'cool_down needs a number of days, like 45d; "soon" is not that',
    '',
  ],
  [
    plays,
    ['cool_down: 45d', 'cooldown: 45d'],
    ':15:5',
    'plays.no_login.cooldown',
    'cooldown is not a setting here',
    'Did you mean cool_down?',
  ],
  [
    plays,
    ['    task: {subject: "{{name}}: {{logins}} logins", due: 3 business days, owner: account_owner}\n', ''],
    ':5:3',
    'plays.no_login.task',
    'task is missing',
    'Add task: here.',
  ],
  [
    plays,
    ['kind: growth', 'kind: groth'],
    ':23:11',
    'plays.offer.kind',
    'kind cannot be "groth"',
    'Did you mean growth?',
  ],
  [
    plays,
    ['  offer:', '  Offer-1:'],
    ':21:3',
    'plays.Offer-1',
    'the name "Offer-1" needs a name of small letters',
    'small letters',
  ],
  ['config/kenko.yaml', ['locale: en', 'locale: fr'], ':4:9', 'locale', 'locale cannot be "fr"', 'Use one of them.'],
  [
    'config/kenko.yaml',
    ['share_of_day: 0.8', 'share_of_day: 80'],
    ':6:36',
    'budgets.acme_crm.share_of_day',
    'share_of_day is too large: 80',
    'Write at most 1.',
  ],
  [
    'config/kenko.yaml',
    ['locale: en', 'extra_holidays: [2026-02-30]'],
    ':4:18',
    'extra_holidays[0]',
    'entry 1 needs a day of the calendar',
    '',
  ],
  [
    'config/scorecard.yaml',
    ['version: 1.0.0', 'version: 1.0'],
    ':2:10',
    'version',
    'version needs text; 1 is a number',
    'quotes',
  ],
  [
    'config/scorecard.yaml',
    ['voice: Voice', 'voice: {en: Voice}'],
    ':5:3',
    'dimensions.voice.ja',
    'ja is missing',
    'Add ja: here.',
  ],
  [
    'config/scorecard.yaml',
    ['{nps: 25}', '{nps: lots}'],
    ':11:20',
    'models[0].weights.voice.nps',
    'nps needs a number; "lots" is text',
    'digits without quotes',
  ],
  [
    'config/metrics.yaml',
    ['kind: distinct_days', 'kind: distinct_dais'],
    ':6:21',
    'metrics.logins.measure.kind',
    'kind cannot be "distinct_dais"',
    'Did you mean distinct_days?',
  ],
  [
    'config/metrics.yaml',
    ['{kind: linear, zero: 10, full: 80}', '{kind: linear, zero: 10}'],
    ':30:5',
    'metrics.seat_use.normalise.full',
    'full is missing',
    'Add full: here.',
  ],
  [
    'config/metrics.yaml',
    ['{kind: linear, zero: 10, full: 80}', '{kind: linear, zero: 10, ful: 80}'],
    ':30:41',
    'metrics.seat_use.normalise.ful',
    'ful is not a setting here',
    'Did you mean full?',
  ],
  [
    'config/sources.yaml',
    ['seats: number', 'seats: nummer'],
    ':11:14',
    'sources.customers.columns.seats',
    'seats cannot be "nummer"',
    'Did you mean number?',
  ],
  [
    'config/sources.yaml',
    ['{path: data/usage.csv}', '{pfad: data/usage.csv}'],
    ':27:16',
    'sources.usage.settings.pfad',
    'pfad is not a setting here',
    '',
  ],
];

describe('messages', () => {
  it('name the kinds there are where none is given', async () => {
    const problems = await told({
      'config/metrics.yaml': ['{kind: linear, zero: 10, full: 80}', '{zero: 10, full: 80}'],
    });

    expect(problems[0]).toMatchObject({
      where: 'config/metrics.yaml:30:5',
      what: 'normalise needs a kind',
      why: 'the kinds are tiers, linear, piecewise, band, log, map, percentile, robust_z',
    });
  });

  it.each(table)('%s %j', async (file, edit, where, path, what, fix) => {
    const problems = await told({ [file]: edit });

    const found = problems.find(
      (problem) => problem.where === `${file}${where}` && (path === '' || problem.path === path),
    );
    expect(found ?? problems.map((problem) => [problem.where, problem.path, problem.what])).toMatchObject({
      severity: 'error',
    });
    expect(found?.what).toContain(what);
    expect(found?.fix).toContain(fix);
  });

  it('are written in three lines: place and path, what and why, the way out', async () => {
    const [problem] = await told({ [plays]: ['at_most: 3', 'at_most: three'] });

    expect(problem === undefined ? '' : formatProblem(problem)).toBe(
      [
        'config/plays.yaml:10:29  plays.no_login.when.all[0].logins.at_most',
        '  at_most needs a number; "three" is text; sizes cannot be compared with that.',
        '  Write a number:   at_most: 90',
      ].join('\n'),
    );
  });

  it('say which are warnings', () => {
    const text = formatProblem({
      code: 'W_TOP_TWO',
      severity: 'warning',
      where: 'config/scorecard.yaml:9:5',
      what: 'two carry 60 of 100',
      why: '',
      fix: 'Acceptable.\nFor now.',
    });

    expect(text).toBe(
      'config/scorecard.yaml:9:5\n  warning W_TOP_TWO: two carry 60 of 100.\n  Acceptable.\n  For now.',
    );
  });

  it('come in the order in which a person reads the files', () => {
    const at = (where: string) => ({ code: 'E_CONFIG', severity: 'error' as const, where, what: '', why: '', fix: '' });

    const sorted = inReadingOrder([
      at('b.yaml:2:1'),
      at('b.yaml:10:1'),
      at('b.yaml:2:11'),
      at('a.yaml'),
      at('b.yaml:2:2'),
    ]);

    expect(sorted.map((problem) => problem.where)).toEqual([
      'a.yaml',
      'b.yaml:2:1',
      'b.yaml:2:2',
      'b.yaml:2:11',
      'b.yaml:10:1',
    ]);
  });

  it('suggest the nearest name, and none where nothing is near', () => {
    expect(nearest('at_mots', ['at_least', 'at_most'])).toBe('at_most');
    expect(nearest('Band', ['band', 'score'])).toBe('band');
    expect(nearest('zzz', ['band', 'score'])).toBeNull();
  });

  it('explain a comma that ended a text in braces', async () => {
    const problems = await told({ 'config/scorecard.yaml': ['{en: Usage, ja', '{en: Usage, and more, ja'] });

    expect(problems[0]).toMatchObject({
      what: 'and more is not a setting here',
      fix: 'A comma inside of braces ends a value: put the whole text into quotes.',
    });
  });
});
