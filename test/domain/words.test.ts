import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricDefinition } from '../../src/domain/decisions.ts';
import { capText, expectedText, flagReason, partText } from '../../src/domain/reason-words.ts';
import { checkTemplate, compileText, plainText, signedPoints, valueText, wordFor } from '../../src/domain/words.ts';
import { definition } from './models.ts';

describe('a template', () => {
  it('names what it asks for', () => {
    expect(checkTemplate('Renewal of {{name}} in {{days}} days {% if arr > 0 %}¥{{arr | grouped}}{% endif %}')).toEqual(
      {
        names: ['name', 'days', 'arr'],
      },
    );
    expect(checkTemplate('{{account.goal}}')).toEqual({ names: ['goal'] });
    expect(checkTemplate('plain')).toEqual({ names: [] });
  });

  it.each([
    ['{{ name', 'not closed'],
    ['{{ name | shout }}', 'undefined filter: shout'],
    ['{{ name | date: "%Y" }}', 'undefined filter: date'],
    ['{% include "secrets" %}', 'tag "include" not found'],
    ['{% for a in name %}{% endfor %}', 'tag "for" not found'],
    ['{{ contact.email }}', 'values have no parts'],
  ])('%s is a problem that is told', (text, problem) => {
    expect(checkTemplate(text)).toEqual({ problem: expect.stringContaining(problem) });
  });

  it('is filled with facts', () => {
    const text = compileText('{{name}}: {{score}}, ¥{{arr | grouped}}, {{band | ja}}, {{account.goal}}');

    expect(text({ name: 'Aozora', score: 68.4, arr: 6_000_000, band: 'red', goal: 'faster' })).toBe(
      'Aozora: 68.4, ¥6,000,000, 危険, faster',
    );
  });

  it('writes a dash for what is known but empty, and keeps unknown through calculations', () => {
    expect(compileText('{{name}} {{days}} {{seats | times: 100}}')({ name: '', days: null })).toBe('– – –');
  });

  it('can say something else where a value is empty', () => {
    expect(compileText('{{ contact | default: "the champion" }}')({ contact: null })).toBe('the champion');
    expect(compileText('{% if goal %}{{goal}}{% else %}no goal{% endif %}')({ goal: null })).toBe('no goal');
  });

  it('shows numbers with two decimals at most', () => {
    expect(compileText('{{a}} {{b}}')({ a: 0.1 + 0.2, b: 12 })).toBe('0.3 12');
  });

  it('lets no control or direction characters of a value through, and no second line', () => {
    expect(compileText('{{name}}!')({ name: 'Ac\u202eme\u0000\r\nLtd\u200f' })).toBe('Acme Ltd!');
  });

  it('does not read a value as a template', () => {
    expect(compileText('{{name}}')({ name: '{{ secret }}' })).toBe('{{ secret }}');
  });

  it('says the same with and without the engine', () => {
    const values = fc.oneof(fc.string({ unit: 'grapheme' }), fc.double(), fc.boolean(), fc.constant(null));

    fc.assert(
      fc.property(fc.string(), values, values, (literal, a, b) => {
        const safe = literal.replace(/[{}%]/g, '');
        const short = compileText(`${safe}{{a}}x{{ b }}{{account.a}}${safe}`);
        const engine = compileText(`{% if true %}${safe}{{a}}x{{ b }}{{account.a}}${safe}{% endif %}`);
        expect(short({ a, b })).toBe(engine({ a, b }));
      }),
    );
    expect(compileText('{{true}}')({})).toBe('true');
  });

  it('refuses to be compiled where the check finds a problem', () => {
    expect(() => compileText('{{ name')).toThrow('not closed');
  });

  it('brings the situation of the QBR play: 64 bookings of 2 hours at ¥3,000', () => {
    expect(compileText('¥{{value | grouped}}')({ value: 64 * 2 * 3_000 })).toBe('¥384,000');
  });
});

describe('values and words', () => {
  it.each([
    [62, 'percent', 'en', '62%'],
    [66.6667, 'percent', 'en', '66.7%'],
    [41, 'days', 'en', '41 days'],
    [1, 'days', 'en', '1 day'],
    [41, 'days', 'ja', '41日'],
    [0.72, 'ratio', 'en', '0.72'],
    [6_000_000, 'currency', 'ja', '6,000,000'],
    [true, 'yes_no', 'ja', 'はい'],
    [null, 'number', 'en', 'none'],
    ['Enter\u202eprise', 'text', 'en', 'Enterprise'],
  ] as const)('%j in %s is %s: %s', (value, unit, locale, text) => {
    expect(valueText(value, unit, locale)).toBe(text);
  });

  it('points have one decimal in English, as many as needed in Japanese, each with its own minus', () => {
    expect([
      signedPoints(-6, 'en'),
      signedPoints(-6, 'ja'),
      signedPoints(-4.5, 'ja'),
      signedPoints(1.25, 'en'),
    ]).toEqual(['-6.0', '−6', '−4.5', '+1.3']);
  });

  it('bands have words in both languages, and what is no word of ours stays', () => {
    expect([
      wordFor('yellow', 'en'),
      wordFor('yellow', 'ja'),
      wordFor('not_scored', 'ja'),
      wordFor('gold', 'ja'),
    ]).toEqual(['Yellow', '注意', '対象外', 'gold']);
    expect(wordFor('constructor', 'en')).toBe('constructor');
    expect(plainText('a\tb')).toBe('a b');
  });
});

describe('a reason line', () => {
  const base = {
    label: 'NPS',
    value: 8,
    state: 'known',
    at: null,
    unit: 'number',
    expected: 'target 9+',
    counts: true,
    points: 3,
    lost: 6,
    share: 0.09,
  } as const;

  it('says what is, what should be and what it costs', () => {
    expect(partText(base, 'en')).toBe('NPS 8, target 9+ (-6.0)');
    expect(partText({ ...base, expected: '目標9以上' }, 'ja')).toBe('NPS 8(目標9以上)(−6点)');
    expect(partText({ ...base, label: 'Logins', value: 3, expected: 'of 12 expected', lost: 12 }, 'en')).toBe(
      'Logins 3 of 12 expected (-12.0)',
    );
    expect(partText({ ...base, label: 'ログイン', value: 3, expected: '期待12', lost: 12 }, 'ja')).toBe(
      'ログイン 3/期待12(−12点)',
    );
  });

  it('says what it earns where nothing is lost', () => {
    expect(partText({ ...base, value: 9, points: 9, lost: 0 }, 'en')).toBe('NPS 9 (+9.0)');
  });

  it('says what is missing and what that does to the coverage', () => {
    const missing = { ...base, label: 'CSAT', value: null, counts: false, points: 0, lost: 0, share: 0.05 } as const;

    expect(partText({ ...missing, state: 'missing' }, 'en')).toBe('No data: CSAT (coverage -5%)');
    expect(partText({ ...missing, state: 'missing' }, 'ja')).toBe('データなし: CSAT(充足率−5%)');
    expect(partText({ ...missing, state: 'stale', at: '2025-10-01' }, 'en')).toBe(
      'Too old: CSAT 2025-10-01 (coverage -5%)',
    );
    expect(partText({ ...missing, state: 'not_applicable' }, 'en')).toBe('Not applicable: CSAT (coverage -5%)');
  });

  it('says that nobody answered', () => {
    expect(partText({ ...base, value: null, state: 'silent', lost: 7.2 }, 'en')).toBe(
      'NPS no answer, target 9+ (-7.2)',
    );
    expect(partText({ ...base, value: null, state: 'silent', lost: 7.2, expected: '目標9以上' }, 'ja')).toBe(
      'NPS 無回答(目標9以上)(−7.2点)',
    );
  });

  it('is never longer than 90 characters, and its cost stays', () => {
    const long = partText({ ...base, label: 'A very long name of a metric '.repeat(6) }, 'en');

    expect(long.length).toBeLessThanOrEqual(90);
    expect(long.endsWith('(-6.0)')).toBe(true);
  });

  it('of a cap names the limit and the event', () => {
    expect(capText(59, 'champion left 2025-12-12', 'en')).toBe('Capped at 59: champion left 2025-12-12');
    expect(capText(59, '推進者離脱 2025-12-12', 'ja')).toBe('上限59点: 推進者離脱 2025-12-12');
  });
});

describe('what a metric should reach', () => {
  const expected = (given: Partial<MetricDefinition>, locale: 'en' | 'ja' = 'en'): string =>
    expectedText(definition('x', given), locale);

  it('is what the admin says, or the best of the rule', () => {
    expect(expected({ expected: { en: 'of 12 expected', ja: '期待12回' } }, 'ja')).toBe('期待12回');
    expect(expected({ normalise: { kind: 'linear', zero: 10, full: 80 }, unit: 'percent' })).toBe('of 80%');
    expect(expected({ normalise: { kind: 'linear', zero: 100, full: 20 } })).toBe('target 20 or less');
    expect(
      expected(
        {
          normalise: {
            kind: 'tiers',
            tiers: [
              { atLeast: 9, value: 1 },
              { atLeast: 0, value: 0 },
            ],
          },
        },
        'ja',
      ),
    ).toBe('目標9以上');
    expect(expected({ normalise: { kind: 'band', zeroBelow: 0, from: 1, to: 3, zeroAbove: 7 } })).toBe('target 1–3');
    expect(expected({ normalise: { kind: 'map', values: { bad: 0, good: 1 } } })).toBe('target good');
    expect(
      expected({
        unit: 'days',
        normalise: {
          kind: 'piecewise',
          points: [
            { at: 30, value: 1 },
            { at: 90, value: 0 },
          ],
        },
      }),
    ).toBe('target 30 days or less');
  });

  it('is nothing where the best lies in the middle or with peers', () => {
    const tiers = [
      { atLeast: 7, value: 0 },
      { atLeast: 1, value: 1 },
      { atLeast: 0, value: 0.25 },
    ];

    expect(expected({ normalise: { kind: 'tiers', tiers } })).toBe('');
    expect(expected({ normalise: { kind: 'robust_z', reference: 'x', spread: 2 } })).toBe('');
    expect(expected({})).toBe('');
  });
});

describe('why a flag is down', () => {
  it('is the first fact that decided', () => {
    const gate = {
      answer: 'no',
      kind: 'all',
      of: [
        { answer: 'yes', kind: 'is', fact: 'capped', expected: false, actual: false },
        { answer: 'no', kind: 'at_least', fact: 'score', expected: 70, actual: 55 },
      ],
    } as const;

    expect(flagReason('gate', gate, 'en')).toBe('health below 70');
    expect(flagReason('gate', gate, 'ja')).toBe('健康度が70未満');
  });
});
