import { describe, expect, it } from 'vitest';
import { recordWord, recordWords } from '../../src/domain/record-words.ts';

const named = (entry: { readonly object: string; readonly word: string }) => `${entry.object}.${entry.word}`;

describe('the vocabulary of CRM records', () => {
  it('has every word once per object', () => {
    expect(new Set(recordWords.map(named)).size).toBe(recordWords.length);
  });

  it('says label and help of every word in both languages', () => {
    const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/;

    const wrong = recordWords.filter(
      ({ label, help }) =>
        label.en === '' || label.ja === '' || help.en === '' || !japanese.test(help.ja) || japanese.test(help.en),
    );

    expect(wrong.map(named)).toEqual([]);
  });

  it('gives options to picklists and to nothing else', () => {
    const wrong = recordWords.filter(({ type, options }) => type.endsWith('picklist') !== options.length > 0);

    expect(wrong.map(named)).toEqual([]);
  });

  it('gives a length to texts and digits that fit to numbers', () => {
    const wrong = recordWords.filter(
      ({ type, length, digits, precision }) => type.endsWith('text') !== length > 0 || digits >= precision,
    );

    expect(wrong.map(named)).toEqual([]);
  });

  it('holds a score of 100.0 in its number fields', () => {
    const score = recordWord('account', 'health_score');

    expect(score).toMatchObject({ type: 'number', digits: 1, precision: 4, who: 'kenko' });
  });

  it('leaves to people what is theirs', () => {
    const human = recordWords.filter(({ who }) => who === 'human').map(({ word }) => word);

    expect(human).toEqual(
      expect.arrayContaining([
        'touch_model_lock',
        'health_override',
        'csm_pulse',
        'health_score_feedback',
        'external_account_id',
        'snooze_until',
      ]),
    );
  });

  it('knows none but the listed words', () => {
    expect(recordWord('account', 'metric_nps')).toBeUndefined();
    expect(recordWord('contact', 'health_score')).toBeUndefined();
  });

  it('makes the key of a task unique and long enough for ours', () => {
    expect(recordWord('task', 'key')).toMatchObject({ unique: true, length: 40 });
  });
});
