// R20, R22, R29, R34, R38, R56 and R84 as the person who writes the files meets them: what check says, where, and in which words.

import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kenko-authoring-'));
  for (const name of ['config', 'mappings']) await cp(join(root, name), join(home, name), { recursive: true });
  await rm(join(home, 'config/models'), { recursive: true });
});
afterAll(async () => {
  await rm(home, { recursive: true });
});

interface Checked {
  readonly exitCode: number;
  readonly problems: readonly { code: string; where: string; what: string; why: string; fix: string }[];
  readonly weights: readonly {
    dimension: string;
    groups: string[];
    metric: string | null;
    percent: Record<string, number | null>;
  }[];
}
/** kenko check of the shipped home with one text in other words. */
async function check(file: string, from: string, to: string, ...options: string[]): Promise<string> {
  const text = await readFile(join(root, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
  await writeFile(
    join(home, file),
    text.replace(from, () => to),
  );
  try {
    const args = [join(root, 'src/main.ts'), 'check', '--home', home, ...options];
    const { stdout } = await run(process.execPath, args, { env: { PATH: process.env['PATH'] ?? '' } }).catch(
      (error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }),
    );
    return stdout;
  } finally {
    await writeFile(join(home, file), text);
  }
}
async function checked(file: string, from: string, to: string): Promise<Checked> {
  return JSON.parse(await check(file, from, to, '--json')) as Checked;
}
const scorecard = 'config/scorecard.yaml';
const adoption = 'sentiment: {nps: 9, csat: 5}';

describe('R20 best tiers add up to 100', () => {
  it('R20 says "weights sum to 99, expected 100" at the weights of the model, and exits with 2', async () => {
    const { exitCode, problems } = await checked(scorecard, adoption, 'sentiment: {nps: 8, csat: 5}');

    const lines = (await readFile(join(root, scorecard), 'utf8')).split('\n');
    const line = lines.findIndex((text) => text.includes('id: adoption')) + 3;
    expect(exitCode).toBe(2);
    expect(problems).toContainEqual(
      expect.objectContaining({
        where: `${scorecard}:${line}:5`,
        what: 'weights sum to 99, expected 100',
        fix: 'Add 1 somewhere.',
      }),
    );
  });
});

describe('R22 not too many metrics', () => {
  it('R22 shows what each metric really counts, in percent of the score of every model', async () => {
    const { exitCode, weights } = await checked(scorecard, adoption, adoption);

    const of = (dimension: string, metric: string | null) =>
      weights.find((row) => row.dimension === dimension && row.metric === metric)?.percent;
    expect(exitCode).toBe(0);
    expect(of('usage', null)).toEqual({ onboarding: 35, tech_touch: 75, renewal_window: 37, adoption: 45 });
    expect(of('sentiment', 'nps')).toEqual({ onboarding: null, tech_touch: 6, renewal_window: 12, adoption: 9 });
  });

  it('R22 shows them after they were brought to 100, where the model says normalise: true', async () => {
    const { weights } = await checked(
      scorecard,
      '  - id: adoption\n',
      '  - id: doubled\n    when: {tenure_days: {above: 3000}}\n    normalise: true\n    weights: {usage: {login_frequency: 30}, sentiment: {nps: 10}}\n  - id: adoption\n',
    );

    const row = weights.find((one) => one.metric === 'nps');
    expect(row?.percent['doubled']).toBe(25);
  });

  it('R22 shows the members of a group with what is left to them', async () => {
    const { exitCode, weights } = await checked(
      scorecard,
      'usage: {active_user_rate: 12, login_frequency: 9, key_feature_adoption: 10, usage_trend: 8, feature_breadth: 6}',
      'usage: {habit: {weight: 27, of: {active_user_rate: 2, login_frequency: 1}}, key_feature_adoption: 10, usage_trend: 8}',
    );

    const percentOf = (metric: string | null) =>
      weights.find((row) => row.metric === metric && row.groups.includes('habit'))?.percent['adoption'];
    expect([percentOf(null), percentOf('active_user_rate'), percentOf('login_frequency')]).toEqual([27, 18, 9]);
    expect(exitCode).toBe(2); // The examples were written for the other weights, and say so.
  });

  it('R22 prints the table for people, dimensions first', async () => {
    const text = await check(scorecard, adoption, adoption);

    expect(text).toContain('Weights: what each metric counts, in percent of the score');
    expect(text).toMatch(/usage\s+Usage\s+35\.0\s+75\.0\s+37\.0\s+45\.0/);
    expect(text).toMatch(/ {2}nps\s+NPS\s+–\s+6\.0\s+12\.0\s+9\.0/);
  });
});

describe('R29 and R34 plays that can start', () => {
  it('R34 tells of a play that can never fire, with the reason', async () => {
    const { exitCode, problems } = await checked(
      'config/plays.yaml',
      'when: {login_days_since: {at_least: 30}}',
      'when: {login_days_since: {at_least: 30, below: 7}}',
    );

    expect(exitCode).toBe(0);
    expect(problems).toContainEqual(
      expect.objectContaining({
        code: 'W_PLAY_NEVER_FIRES',
        what: 'the play no_login can never fire',
        why: 'no account can have login_days_since at_least 30 and below 7 at once',
      }),
    );
  });
});

describe('R38 silence never beats an answer', () => {
  it('R38 refuses points for silence above those of a passive answer, and says why', async () => {
    const { exitCode, problems } = await checked(
      'config/metrics.yaml',
      'non_respondent: {points: 6,',
      'non_respondent: {points: 11,',
    );

    expect(exitCode).toBe(2);
    expect(
      problems.find((problem) => problem.what.includes('silence (11 points) beats an answer in the middle (10 points)'))
        ?.why,
    ).toBe('an account would look better by not answering');
  });
});

describe('R56 purpose and why', () => {
  it('R56 warns of an empty why, and of a home without a purpose', async () => {
    const why = await checked(
      'config/metrics.yaml',
      'why: Seats that nobody uses are the first thing to be cut at renewal.',
      'why: ""',
    );
    const purpose = await checked('config/kenko.yaml', 'purpose: >-', 'purpose: ""\nextra_holidays: []\n# >-');

    expect(why.problems.map((problem) => problem.code)).toContain('W_NO_WHY');
    expect(purpose.exitCode).toBe(2);
  });
});

describe('a home in Japanese', () => {
  it('is checked in Japanese from the first line to the last', async () => {
    const text = await check('config/kenko.yaml', 'locale: en', 'locale: ja');
    const broken = await check('config/kenko.yaml', 'locale: en', 'locale: ja\nzonee: Asia/Tokyo');

    expect(text).toContain('配点: 各指標がスコアの何パーセントを占めるか');
    expect(text).toContain('活用度');
    expect(text).toMatch(/エラーはありません（警告\d+件）/);
    expect(broken).toContain('zonee は、ここに書ける設定ではありません');
    expect(broken).toMatch(/エラー1件、警告\d+件/);
  });
});

describe('R84 reference effects for the documentation', () => {
  const figures = ['2,196', '82', '86', '97', '90', '73', '69', '52'];

  it.each(['docs/scoring.md', 'docs/scoring.ja.md'])(
    'R84 quotes them in %s with their source, as no promise',
    async (name) => {
      const text = await readFile(join(root, name), 'utf8');
      const quoted = text.slice(text.lastIndexOf('\n## '));

      for (const figure of figures) expect(quoted).toContain(figure);
      expect(quoted).toMatch(/The\s+Customer\s+Value\s+Advantage/);
      expect(quoted).toMatch(/Gartner|ガートナー/);
      expect(quoted).toMatch(/not as a promise|約束ではありません/);
    },
  );

  it('R84 quotes them nowhere in what customers or CRMs are shown', async () => {
    const shown = ['config', 'mappings', 'src'];
    const files = (
      await Promise.all(
        shown.map(async (folder) => await readdir(join(root, folder), { recursive: true, withFileTypes: true })),
      )
    )
      .flat()
      .filter((entry) => entry.isFile());

    const texts = await Promise.all(
      files.map(async (file) => await readFile(join(file.parentPath, file.name), 'utf8')),
    );

    expect(texts.length).toBeGreaterThan(100);
    expect(texts.filter((text) => /2,196|Gartner|ガートナー/.test(text))).toEqual([]);
  });
});
