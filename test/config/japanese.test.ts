// A home in Japanese is told in Japanese what is wrong with it, sentence by sentence; that no sentence of any rule or slip is
// missing is seen to by the helpers of the other tests (untranslated in home.ts).

import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSentences } from '../../src/config/japanese/check.ts';
import { conditionSentences } from '../../src/config/japanese/conditions.ts';
import { contactSentences } from '../../src/config/japanese/contacts.ts';
import { descriptions } from '../../src/config/japanese/descriptions.ts';
import { fileSentences } from '../../src/config/japanese/files.ts';
import { modelSentences } from '../../src/config/japanese/model.ts';
import { readingSentences } from '../../src/config/japanese/reading.ts';
import { schemaSentences } from '../../src/config/japanese/schema.ts';
import { inJapanese } from '../../src/config/japanese/translate.ts';
import { valueSentences } from '../../src/config/japanese/values.ts';
import { jsonSchemas } from '../../src/config/json-schema.ts';
import { loadDecisions } from '../../src/config/load.ts';
import { connectionSchemas } from '../../src/crm/kinds.ts';
import { settingsSchemas } from '../../src/sources/kinds.ts';

const shipped = join(import.meta.dirname, '../../config/models/callcenter_ja');
let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'kenko-japanese-'));
  await cp(shipped, home, { recursive: true });
});
afterAll(async () => {
  await rm(home, { recursive: true });
});
async function told(file: string, from: string, to: string, env: Record<string, string> = {}) {
  const text = await readFile(join(shipped, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no "${from}"`);
  await writeFile(
    join(home, file),
    text.replace(from, () => to),
  );
  try {
    const kinds = { sources: settingsSchemas, crms: connectionSchemas };
    const loaded = await loadDecisions({ home, env, kinds, allowMissingSecrets: true });
    return loaded.ok ? [] : loaded.problems.map(({ where, what, why, fix }) => ({ where, what, why, fix }));
  } finally {
    await writeFile(join(home, file), text);
  }
}

describe('a home in Japanese', () => {
  it.each([
    {
      slip: 'full-width digits',
      file: 'config/scorecard.yaml',
      from: 'green: 70',
      to: 'green: ７０',
      what: 'green には数値が必要ですが、"７０" は全角数字です',
      why: 'この設定の意味: 緑の最低点',
      fix: '次のように書いてください:   green: 70',
    },
    {
      slip: 'a full-width colon',
      file: 'config/scorecard.yaml',
      from: '  yellow: 40',
      to: '  yellow： 40',
      what: 'コロンが全角（：）です',
      why: '項目名と値を分けるのは半角コロン（:）だけなので、2つが1つの文字列として読まれます',
      fix: '入力を半角英数に切り替え、半角コロンと半角スペース1つを入れてください:   name: value',
    },
    {
      slip: 'a full-width space',
      file: 'config/scorecard.yaml',
      from: '  yellow: 40',
      to: '　yellow: 40',
      what: '行の先頭に全角スペースがあります。ここは半角スペースでなければなりません',
      why: '行がどれだけ右に下がっているかで、どの設定の下にあるかが決まります。数えるのは半角スペースだけです',
      fix: '「yellow: 40」の前の空白を消し、上下の行と同じ数の半角スペースを入れてください。',
    },
    {
      slip: 'weights that do not add up',
      file: 'config/scorecard.yaml',
      from: 'nps: 30',
      to: 'nps: 29',
      what: '配点の合計が99です（100でなければなりません）',
      why: 'モデル standard では、すべて最良のときにちょうど100点になる必要があります',
      fix: 'どこかに1点を足してください。',
    },
    {
      slip: 'a metric that does not exist',
      file: 'config/scorecard.yaml',
      from: 'payment_overdue_days: {above: 60}',
      to: 'payment_overdue_day: {above: 60}',
      what: 'payment_overdue_day という事実はどこにもありません',
      why: '指標・評価軸・セグメント・属性のどれでもありません',
      fix: 'もしかして: payment_overdue_days',
    },
  ])('is told of $slip in Japanese', async ({ slip: _slip, file, from, to, ...expected }) => {
    const [problem] = await told(file, from, to);

    expect(problem).toMatchObject(expected);
  });

  it('is told in Japanese even where kenko.yaml itself is the broken file', async () => {
    const problems = await told('config/kenko.yaml', 'locale: ja', 'locale：ja');

    expect(problems[0]?.what).toBe('コロンが全角（：）です');
  });

  it('follows the machine where the file says no language', async () => {
    const japanese = await told('config/kenko.yaml', 'locale: ja', 'zonee: x', { LANG: 'ja_JP.UTF-8' });
    const english = await told('config/kenko.yaml', 'locale: ja', 'zonee: x', { LANG: 'en_US.UTF-8' });

    expect(japanese[0]?.what).toBe('zonee は、ここに書ける設定ではありません');
    expect(english[0]?.what).toBe('zonee is not a setting here');
  });
});

describe('the sentences', () => {
  const lists = {
    readingSentences,
    valueSentences,
    schemaSentences,
    conditionSentences,
    modelSentences,
    fileSentences,
    checkSentences,
    contactSentences,
    descriptions,
  };

  it.each(Object.entries(lists))('of %s fill in what the English holds, and nothing else', (_name, sentences) => {
    const slots = (text: string) => new Set([...text.matchAll(/⟨(\w+)⟩/g)].map((match) => match[1]));

    const wrong = sentences.filter(([english, japanese]) =>
      [...slots(japanese)].some((slot) => !slots(english).has(slot)),
    );

    expect(wrong).toEqual([]);
    expect(sentences.length).toBeGreaterThan(5);
  });

  it('are listed once each', () => {
    const english = Object.values(lists).flatMap((sentences) => sentences.map(([text]) => text));

    expect(english.filter((text, index) => english.indexOf(text) !== index)).toEqual([]);
  });

  it('leave a sentence in English rather than lose it, where none is known', () => {
    expect(inJapanese('a sentence that nobody has translated')).toBeNull();
  });

  it('describe the settings, all but a few that are new', () => {
    const found = new Set<string>();
    const visit = (schema: unknown): void => {
      if (typeof schema !== 'object' || schema === null) return;
      const { description } = schema as { description?: unknown };
      if (typeof description === 'string') found.add(description.replace(/\.$/, ''));
      Object.values(schema).forEach(visit);
    };
    // Sources and mappings are described by their kinds, which grow by themselves.
    for (const [name, schema] of Object.entries(jsonSchemas()))
      if (name !== 'sources.yaml' && name !== 'mapping.yaml') visit(schema);

    expect([...found].filter((text) => inJapanese(text) === null).length).toBeLessThan(found.size * 0.03);
    expect(found.size).toBeGreaterThan(300);
  });
});
