// The two homes that come with the product: they load, their examples hold to the last figure, and their texts exist in
// both languages.

import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { type ExampleResult, runExamples } from '../../src/config/examples.ts';
import { type Loaded, loadDecisions } from '../../src/config/load.ts';
import { connectionSchemas } from '../../src/crm/kinds.ts';
import type { Decisions } from '../../src/domain/decisions.ts';
import { exampleOutcome } from '../../src/domain/outcome.ts';
import { recordWord } from '../../src/domain/record-words.ts';
import { settingsSchemas } from '../../src/sources/kinds.ts';

const root = join(import.meta.dirname, '../..');
const env = {
  HUBSPOT_ACCESS_TOKEN: 'token-for-tests',
  SALESFORCE_LOGIN_URL: 'https://example.my.salesforce.com',
  SALESFORCE_CLIENT_ID: 'id-for-tests',
  SALESFORCE_CLIENT_SECRET: 'secret-for-tests',
};
const kinds = { sources: settingsSchemas, crms: connectionSchemas };
async function loadHome(home: string, given: Readonly<Record<string, string>> = env): Promise<Loaded> {
  return await loadDecisions({ home: join(root, home), env: given, kinds });
}
function decisionsOf(loaded: Loaded): Decisions {
  if (loaded.ok) return loaded.decisions;
  throw new Error(loaded.problems.map((problem) => `${problem.where} ${problem.what}`).join('\n'));
}

describe.each([
  {
    home: '.',
    id: 'b2b_saas_default',
    warnings: ['W_TOP_TWO config/scorecard.yaml:31:5', 'W_HEAVY_METRIC config/scorecard.yaml:33:38'],
    examples: 15,
  },
  {
    home: 'config/models/callcenter_ja',
    id: 'callcenter_ja',
    warnings: ['W_TOP_TWO config/scorecard.yaml:22:5'],
    examples: 8,
  },
])('the shipped home $id', ({ home, id, warnings, examples }) => {
  let loaded: Loaded;
  let decisions: Decisions;
  beforeAll(async () => {
    loaded = await loadHome(home);
    decisions = decisionsOf(loaded);
  });

  it('loads without errors, with the warnings that are known', () => {
    expect(decisions.scorecard.id).toBe(id);
    expect(loaded.warnings.map((warning) => `${warning.code} ${warning.where}`)).toEqual(warnings);
  });

  it('gives in every example what the example says', () => {
    const results: ExampleResult[] = runExamples(decisions, exampleOutcome);

    expect(results.filter((result) => !result.ok).map((result) => [result.name, result.differences])).toEqual([]);
    expect(results).toHaveLength(examples);
  });

  it('says every text that people read in both languages', () => {
    const texts = [
      ...decisions.metrics.map((metric) => metric.label),
      ...decisions.plays.plays.flatMap((play) => [play.subject]),
      ...decisions.scorecard.caps.map((cap) => cap.text),
      ...decisions.flags.flatMap((flag) => flag.signals.map((signal) => signal.text)),
      ...decisions.segments.flatMap((segment) => segment.values.map((value) => value.label)),
    ];
    const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/;

    const oneTongued = texts.filter(({ en, ja }) => japanese.test(en) || en === '' || ja === '');

    expect(texts.length).toBeGreaterThan(40);
    expect(oneTongued).toEqual([]);
  });

  it('holds no secret of the environment in its JSON', () => {
    const text = JSON.stringify(decisions);

    expect(text).not.toContain('secret-for-tests');
    expect(text).not.toContain('token-for-tests');
  });

  it.each(['salesforce', 'hubspot'])('loads without a mapping for %s', async (absent) => {
    const folder = await mkdtemp(join(tmpdir(), 'kenko-one-crm-'));
    for (const name of ['config', 'mappings'])
      await cp(join(root, home, name), join(folder, name), { recursive: true });
    await rm(join(folder, 'mappings', `${absent}.yaml`));

    const alone = await loadDecisions({ home: folder, env, kinds });
    await rm(folder, { recursive: true });

    expect(alone.ok ? [] : alone.problems).toEqual([]);
    expect(alone.ok && alone.decisions.crms.map((crm) => crm.crm)).toEqual([
      absent === 'hubspot' ? 'salesforce' : 'hubspot',
    ]);
    expect(alone.ok && alone.decisions.sources.filter((source) => source.kind === absent)).toEqual([]);
  });

  it('loads offline, and marks the CRM whose secrets are not there', async () => {
    const { HUBSPOT_ACCESS_TOKEN: _token, ...salesforceOnly } = env;

    const offline = await loadDecisions({
      home: join(root, home),
      env: salesforceOnly,
      kinds,
      allowMissingSecrets: true,
    });

    expect(offline.ok && offline.decisions.crms.map((crm) => [crm.crm, crm.lacks ?? []])).toEqual([
      ['salesforce', []],
      ['hubspot', ['HUBSPOT_ACCESS_TOKEN']],
    ]);
  });

  it('says exactly which variables are missing when none is set', async () => {
    const bare = await loadHome(home, {});

    const said = bare.ok ? '' : bare.problems.map((problem) => `${problem.what} ${problem.why}`).join('\n');
    expect(said).toContain('HUBSPOT_ACCESS_TOKEN');
    for (const name of [
      'LOGIN_URL',
      'CLIENT_ID',
      'CLIENT_SECRET',
      'USERNAME',
      'JWT_KEY',
      'INSTANCE_URL',
      'ACCESS_TOKEN',
    ])
      expect(said).toContain(`SALESFORCE_${name}`);
  });

  it('maps both CRMs alike: the same words, each to a field of its own', () => {
    const [salesforce, hubspot] = decisions.crms;
    const words = (crm: typeof salesforce) =>
      (crm?.objects.account?.fields ?? []).map((field) => field.word).filter((word) => word !== 'external_account_id');

    expect(words(hubspot)).toEqual(words(salesforce));
    expect(Object.keys(hubspot?.task?.fields ?? {})).toEqual(Object.keys(salesforce?.task?.fields ?? {}));
  });

  it('never writes what people fill in', () => {
    const fields = decisions.crms.flatMap((crm) => crm.objects.account?.fields ?? []);

    const human = fields.filter((field) => recordWord('account', field.word)?.who === 'human');

    expect(human.length).toBeGreaterThan(6);
    expect(human.filter((field) => field.write !== 'never')).toEqual([]);
  });
});

describe('b2b_saas_default', () => {
  let decisions: Decisions;
  beforeAll(async () => {
    decisions = decisionsOf(await loadHome('.'));
  });

  it('has all 31 plays of the catalogue, fifteen of them on, and P25', () => {
    const { plays } = decisions.plays;

    expect(plays.map((play) => play.id).sort()).toEqual(
      [
        ...Array.from({ length: 26 }, (_, index) => `P${String(index + 1).padStart(2, '0')}`),
        'V1',
        'V2',
        'V3',
        'V4',
        'V5',
      ].sort(),
    );
    expect(
      plays
        .filter((play) => play.on)
        .map((play) => play.id)
        .sort(),
    ).toEqual('P01 P02 P03 P04 P06 P08 P10 P12 P14 P16 P18 P20 P23 P25 V1 V3'.split(' '));
  });

  it('weighs its fifteen metrics 45, 15, 18, 14 and 8', () => {
    const model = decisions.scorecard.models.find((one) => one.id === 'adoption');
    const sums = Object.fromEntries(
      Object.keys(decisions.scorecard.dimensions).map((name) => [
        name,
        model?.weights.filter((one) => one.dimension === name).reduce((sum, one) => sum + one.weight, 0),
      ]),
    );

    expect(model?.weights).toHaveLength(15);
    expect(sums).toEqual({ usage: 45, value: 15, engagement: 18, sentiment: 14, support: 8 });
  });

  it('keeps engagement at a quarter or less in every model', () => {
    const shares = decisions.scorecard.models.map((model) =>
      model.weights.filter((one) => one.dimension === 'engagement').reduce((sum, one) => sum + one.weight, 0),
    );

    expect(Math.max(...shares)).toBeLessThanOrEqual(25);
  });

  it('caps what no number may outweigh', () => {
    expect(decisions.scorecard.caps.map((cap) => [cap.name, cap.limit])).toEqual([
      ['notice', 10],
      ['payment_overdue', 39],
      ['escalation_open', 59],
      ['champion_left', 59],
      ['decision_maker_detractor', 59],
    ]);
  });
});

describe('callcenter_ja', () => {
  let decisions: Decisions;
  beforeAll(async () => {
    decisions = decisionsOf(await loadHome('config/models/callcenter_ja'));
  });

  it('runs on Monday at six in Tokyo, in Japanese', () => {
    expect(decisions.home).toMatchObject({ schedule: '0 6 * * 1', zone: 'Asia/Tokyo', locale: 'ja' });
  });

  it('has the eight metrics of its points table', () => {
    const weights = Object.fromEntries(
      decisions.scorecard.models[0]?.weights.map((one) => [one.metric, one.weight]) ?? [],
    );

    expect(weights).toEqual({
      login_frequency: 30,
      nps: 30,
      licence_use: 10,
      services_used: 5,
      contract_tenure: 5,
      contact_frequency: 8,
      seminar: 5,
      complaint_tag_rate: 7,
    });
  });

  it('has the plays that it names switched on', () => {
    const on = decisions.plays.plays.filter((play) => play.on).map((play) => play.id);

    expect(on.sort()).toEqual('P01 P02 P11 P12 P15 P16 P18 P23 V1 V2 V3 V4 V5'.split(' '));
  });

  it('maps the call tags, from a file in Shift_JIS', () => {
    const calls = decisions.sources.find((source) => source.name === 'calls');

    expect(calls?.settings).toMatchObject({ encoding: 'cp932' });
    expect(calls?.columns['tag']?.map).toEqual({
      クレーム: 'complaint',
      成約: 'won',
      問い合わせ: 'inquiry',
      解約: 'notice',
      その他: 'other',
    });
  });

  it('gives every pair of touch and NPS a priority from 1 to 9', () => {
    const matrix = decisions.scorecard.matrices.find((one) => one.name === 'touch_nps_priority');
    const values = Object.values(matrix?.cells ?? {}).map((cell) => cell.value);

    expect(values.sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(matrix?.cells['low/detractor']?.value).toBe(1);
    expect(matrix?.cells['high/promoter']?.value).toBe(9);
  });
});
