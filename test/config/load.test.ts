import { describe, expect, it } from 'vitest';
import { hashOf } from '../../src/domain/hash.ts';
import { decisionsOf, files, load, told } from './home.ts';

describe('loading a home', () => {
  it('reads a home that is right without errors and without warnings', async () => {
    const loaded = await load();

    expect(loaded).toMatchObject({ ok: true, warnings: [] });
  });

  it('fills in every default and makes short forms long', async () => {
    const decisions = await decisionsOf();

    expect(decisions.home).toMatchObject({ missedRuns: 'run_once', currency: 'JPY', extraHolidays: [] });
    expect(decisions.gates.outcome).toEqual({
      bandChangeShare: 0.2,
      smallBase: 100,
      smallCount: 20,
      meanShift: 15,
      psi: 0.25,
    });
    expect(decisions.metrics[1]?.label).toEqual({ en: 'NPS', ja: 'NPS' });
    expect(decisions.metrics[0]?.label).toEqual({ en: 'Logins', ja: 'Logins' });
    expect(decisions.scorecard.bands).toMatchObject({ hysteresis: 3, dwellRuns: 2, alertAtOrBelow: 20 });
    expect(decisions.plays.plays[0]).toMatchObject({
      name: 'no_login',
      coolDownDays: 45,
      dueBusinessDays: 3,
      priority: 'medium',
      closingRuns: 2,
      subject: { en: '{{name}}: {{logins}} logins', ja: '{{name}}: {{logins}} logins' },
    });
  });

  it('writes conditions out in full', async () => {
    const decisions = await decisionsOf();

    expect(decisions.plays.plays[0]?.when).toEqual({
      all: [
        { fact: 'logins', operator: 'at_most', value: 3 },
        { fact: 'band', operator: 'one_of', value: ['yellow', 'red'] },
      ],
    });
    expect(decisions.flags[0]?.veto).toEqual({ fact: 'plan', operator: 'is', value: 'pro' });
  });

  it('turns points into shares of the best, and what is below every tier into a last tier', async () => {
    const decisions = await decisionsOf();

    expect(decisions.metrics[0]?.normalise).toEqual({
      kind: 'tiers',
      tiers: [
        { atLeast: 20, value: 1 },
        { atLeast: 4, value: 20 / 30 },
        { atLeast: -Number.MAX_VALUE, value: 0 },
      ],
    });
    expect(decisions.metrics[1]?.nonRespondent).toEqual({
      normalised: 0.2,
      invitations: 2,
      withinDays: 180,
      source: 'surveys',
    });
  });

  it('counts nothing as zero where things are counted, and as unknown where the newest is asked for', async () => {
    const decisions = await decisionsOf();

    expect(decisions.metrics[0]?.measure).toMatchObject({ of: 'distinct_days', whenEmpty: 'zero', windowDays: 28 });
    expect(decisions.metrics[1]?.measure).toMatchObject({ of: 'latest', whenEmpty: 'missing', field: 'score' });
  });

  it('translates our words into the fields of the CRM where a source reads one', async () => {
    const decisions = await decisionsOf({
      'config/sources.yaml': ['settings: {object: account}', 'settings: {object: account, only: {owner: me}}'],
    });

    expect(decisions.sources[1]).toMatchObject({
      name: 'crm_accounts',
      key: ['Id'],
      ids: { acme_crm: 'Id' },
      settings: { object: 'Customer', only: { OwnerId: 'me' } },
      columns: { owner: { from: 'OwnerId', type: 'text' } },
    });
  });

  it('lets a mapped word inherit what the vocabulary says, and a human word never be written', async () => {
    const decisions = await decisionsOf();
    const fields = decisions.crms[0]?.objects.account?.fields ?? [];
    const byWord = Object.fromEntries(fields.map((field) => [field.word, field]));

    expect(byWord['health_score']).toMatchObject({ type: 'number', digits: 1, write: 'unless_edited' });
    expect(byWord['health_band']).toMatchObject({
      type: 'picklist',
      write: 'always',
      options: ['green', 'yellow', 'red', 'unknown', 'not_scored'],
    });
    expect(byWord['touch_model_lock']).toMatchObject({ type: 'checkbox', write: 'never' });
    expect(byWord['metric_nps']).toMatchObject({ type: 'number', label: { en: 'NPS', ja: 'NPS' } });
    expect(byWord['dimension_usage']).toMatchObject({ type: 'number', label: { en: 'Usage', ja: '活用度' } });
  });

  it('takes what an example is like from the example above it', async () => {
    const decisions = await decisionsOf();

    expect(decisions.examples[1]).toMatchObject({
      name: 'Acme, silent',
      place: 'config/examples.yaml:8:5',
      asOf: '2026-01-05',
      given: { attributes: { name: 'Acme', seats: 10 }, metrics: { logins: 20, nps: { state: 'silent' } } },
    });
  });

  it('does without the optional files', async () => {
    const decisions = await decisionsOf({
      'config/segments.yaml': null,
      'config/flags.yaml': null,
      'config/plays.yaml': null,
      'config/gates.yaml': null,
      'config/examples.yaml': null,
    });

    expect(decisions).toMatchObject({ segments: [], flags: [], examples: [], plays: { plays: [] } });
  });

  it('names every required file that is absent', async () => {
    const problems = await told({
      'config/kenko.yaml': null,
      'config/metrics.yaml': null,
      'mappings/identity.yaml': null,
    });

    expect(problems.map((problem) => `${problem.where}: ${problem.what}`)).toEqual([
      'config/kenko.yaml: the file is missing',
      'config/metrics.yaml: the file is missing',
      'mappings/identity.yaml: the file is missing',
    ]);
  });

  it('wants at least one mapping', async () => {
    const problems = await told({ 'mappings/acme_crm.yaml': null });

    expect(problems.map((problem) => problem.what)).toContain('there is no mapping for any CRM');
  });

  it('leaves out the sources of a CRM that this home has no mapping for, and says so', async () => {
    const loaded = await load({
      'mappings/acme_crm.yaml': null,
      'mappings/other_crm.yaml': `connection: {access_token: "\${ACME_TOKEN}"}
id_kind: account_id
objects: {account: {object: things, fields: {health_score: score}}}
`,
      'mappings/identity.yaml': ['match: [account_id]', 'match: [account_id, acme_crm]'],
    });

    expect(loaded.ok && loaded.decisions.sources.map((source) => source.name)).not.toContain('crm_accounts');
    expect(loaded.ok && loaded.decisions.identity).toMatchObject({
      rosters: ['customers'],
      match: ['account_id'],
      keyFrom: ['account_id'],
    });
    expect(loaded.warnings.map((warning) => warning.what)).toContain('the source crm_accounts is left out');
  });

  it('tells all problems of all files at once, in the order of reading', async () => {
    const problems = await told({
      'config/kenko.yaml': ['locale: en', 'locale: english'],
      'config/plays.yaml': ['due: 3 business days', 'due: soon'],
      'config/gates.yaml': 'budget: {of_day: lots}\n',
      'config/metrics.yaml': ['field: seats}', 'field: chairs}'],
    });

    expect(problems.map((problem) => problem.where)).toEqual([
      'config/gates.yaml:1:18',
      'config/kenko.yaml:4:9',
      'config/metrics.yaml:28:47',
      'config/plays.yaml:14:57',
    ]);
  });

  it('warns of a file that nothing reads', async () => {
    const problems = await told({ 'config/play.yaml': 'plays: {}\n' });

    expect(problems).toMatchObject([
      { code: 'W_FILE_NOT_READ', where: 'config/play.yaml', fix: 'Did you mean config/plays.yaml?' },
    ]);
  });
});

describe('the hash of the decisions', () => {
  it('does not move with comments, order, tokens or where the console listens', async () => {
    const before = await decisionsOf();

    const after = await decisionsOf(
      {
        'config/kenko.yaml': `# a comment
schedule: "0 5 * * *"
zone: Asia/Tokyo
budgets: {acme_crm: {share_of_run: 0.25, share_of_day: 0.8}}
purpose: To see who needs help.
name: Small
console: {port: 9999}
state: {path: elsewhere.sqlite}
`,
        'config/examples.yaml': null,
      },
      { env: { ACME_TOKEN: 'another', ACME_URL: 'https://elsewhere.test' } },
    );

    expect(after.hash).toBe(before.hash);
  });

  it('moves with a weight, a mapped field and a source', async () => {
    const before = await decisionsOf();

    const weight = await decisionsOf({
      'config/scorecard.yaml': ['logins: 25, seat_use: 25', 'logins: 24, seat_use: 26'],
    });
    const field = await decisionsOf({ 'mappings/acme_crm.yaml': ['NPS__c', 'NPS_Score__c'] });
    const source = await decisionsOf({ 'config/sources.yaml': ['data/usage.csv', 'data/other.csv'] });

    expect(new Set([before.hash, weight.hash, field.hash, source.hash]).size).toBe(4);
  });

  it('is a sha256 in hex', async () => {
    const decisions = await decisionsOf();

    expect(decisions.hash).toHaveLength(hashOf('').length);
    expect(decisions.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('says so once where a folder is no home at all', async () => {
    const nothing = Object.fromEntries(Object.keys(files).map((name) => [name, null]));

    const problems = await told(nothing);

    expect(problems.map((problem) => problem.what)).toEqual([
      'this folder is no home: none of the files of config/ and mappings/ is here',
    ]);
    expect(problems[0]?.fix).toContain('kenko init DIR');
  });
});
