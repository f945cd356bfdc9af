import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CrmMapping, FieldMapping } from '../../src/domain/decisions.ts';
import { diffRecord, type RecordDiff } from '../../src/domain/diff.ts';
import type { Existing, Fields, Value, Wish } from '../../src/domain/nouns.ts';
import { field, mapping } from './outcomes.ts';

function wish(fields: Fields): Wish {
  return { account: 'acme', crm: 'salesforce', object: 'account', target: '001A', fields };
}
function existing(fields: Fields, id: string | null = '001A'): Existing {
  return { account: 'acme', object: 'account', target: '001A', id, owner: '005A', fields };
}
function one(
  write: FieldMapping['write'],
  values: { wished: Value; stands: Value; last?: Value },
  change: Partial<FieldMapping> = {},
): RecordDiff {
  const word = 'health_band';
  return diffRecord({
    wish: wish({ [word]: values.wished }),
    existing: existing({ [word]: values.stands }),
    written: values.last === undefined ? undefined : { [word]: values.last },
    mapping: mapping([field(word, { type: 'picklist', write, ...change })]),
  });
}
/** What an answer comes to: the writes, and what was remarked. */
function told({ effects, remarks }: RecordDiff): string {
  return [...effects.map(({ op }) => op), ...remarks.map(({ kind }) => kind)].join(' ') || 'nothing';
}

describe('the three-way rule', () => {
  it.each([
    // policy, wished, stands, last written → what happens
    ['unless_edited', 'red', 'red', undefined, 'nothing'],
    ['unless_edited', 'red', 'red', 'green', 'nothing'],
    ['unless_edited', 'red', null, undefined, 'set'],
    ['unless_edited', 'red', '', undefined, 'set'],
    ['unless_edited', 'red', null, 'green', 'set'],
    ['unless_edited', 'red', 'green', 'green', 'set'],
    ['unless_edited', 'red', 'yellow', 'green', 'edited_by_person'],
    ['unless_edited', 'red', 'yellow', undefined, 'edited_by_person'],
    ['unless_edited', null, 'green', 'green', 'clear'],
    ['unless_edited', null, 'yellow', 'green', 'edited_by_person'],
    ['unless_edited', null, null, 'green', 'nothing'],
    ['always', 'red', 'yellow', 'green', 'set corrects_edit'],
    ['always', 'red', 'yellow', undefined, 'set corrects_edit'],
    ['always', 'red', 'green', 'green', 'set'],
    ['always', 'red', null, undefined, 'set'],
    ['always', null, 'yellow', 'green', 'clear corrects_edit'],
    ['always', 'red', 'red', 'green', 'nothing'],
    ['once', 'red', null, undefined, 'set'],
    ['once', 'red', 'yellow', undefined, 'nothing'],
    ['once', 'red', 'green', 'green', 'nothing'],
    ['once', 'red', null, 'green', 'nothing'],
    ['once', null, 'yellow', undefined, 'nothing'],
    ['never', 'red', null, undefined, 'nothing'],
    ['never', 'red', 'green', 'green', 'nothing'],
  ] as const)('%s: wished %s, stands %s, last written %s → %s', (write, wished, stands, last, result) => {
    const diff = one(write, { wished, stands, ...(last === undefined ? {} : { last }) });

    expect(told(diff)).toBe(result);
  });

  it.each([
    ['an unticked box that we never wrote counts as empty', true, false, undefined, 'set'],
    ['an empty box shows the same as an unticked one', false, null, undefined, 'nothing'],
    ['a box that a person unticked is theirs', true, false, true, 'edited_by_person'],
    ['a box that a person ticked is theirs', false, true, undefined, 'edited_by_person'],
    ['a box that we ticked may be unticked by us', false, true, true, 'set'],
  ] as const)('%s', (_, wished, stands, last, result) => {
    const diff = one(
      'unless_edited',
      { wished, stands, ...(last === undefined ? {} : { last }) },
      { type: 'checkbox' },
    );

    expect(told(diff)).toBe(result);
  });

  it('says what stands and what was wished', () => {
    const [remark] = one('unless_edited', { wished: 'red', stands: 'yellow', last: 'green' }).remarks;

    expect(remark).toEqual({
      account: 'acme',
      crm: 'salesforce',
      word: 'health_band',
      kind: 'edited_by_person',
      says: 'health_band shows "yellow" instead of "red", and stays: a person or another system wrote it',
    });
  });
});

describe('the effects of a record', () => {
  const fields = [
    field('health_score'),
    field('health_band', { type: 'picklist' }),
    field('health_reasons', { type: 'long_text' }),
    field('health_scored_at', { type: 'datetime' }),
  ];
  const given = mapping(fields);
  const at = '2026-03-02T05:00:00Z';

  it('are one set and one clear, each with the old values of its words', () => {
    const diff = diffRecord({
      wish: wish({ health_score: 12, health_band: 'red', health_reasons: null }),
      existing: existing({
        health_score: 68.4,
        health_band: 'yellow',
        health_reasons: 'NPS 8',
        health_scored_at: null,
      }),
      written: { health_score: 68.4, health_band: 'yellow', health_reasons: 'NPS 8' },
      mapping: given,
      because: ['Logins 0'],
    });

    expect(diff.effects).toMatchObject([
      {
        account: 'acme',
        crm: 'salesforce',
        object: 'account',
        target: '001A',
        op: 'set',
        payload: { health_score: 12, health_band: 'red' },
        expect: { health_score: 68.4, health_band: 'yellow' },
        because: ['Logins 0'],
      },
      { op: 'clear', payload: { health_reasons: null }, expect: { health_reasons: 'NPS 8' } },
    ]);
    expect(diff.effects[0]?.key).not.toBe(diff.effects[1]?.key);
  });

  it('are none when only the hour is another', () => {
    const diff = diffRecord({
      wish: wish({ health_score: 68.4, health_scored_at: at }),
      existing: existing({ health_score: 68.4, health_scored_at: '2026-03-01T05:00:00Z' }),
      written: { health_score: 68.4, health_scored_at: '2026-03-01T05:00:00Z' },
      mapping: given,
    });

    expect(diff).toEqual({ effects: [], remarks: [], adopt: {} });
  });

  it('take the hour along when something else is written', () => {
    const diff = diffRecord({
      wish: wish({ health_score: 70, health_scored_at: at }),
      existing: existing({ health_score: 68.4, health_scored_at: null }),
      written: { health_score: 68.4 },
      mapping: given,
    });

    expect(diff.effects[0]?.payload).toEqual({ health_score: 70, health_scored_at: at });
    expect(diff.effects[0]?.expect).toEqual({ health_score: 68.4, health_scored_at: null });
  });

  it('have the same key an hour later, so that a refused write is recognised', () => {
    const make = (hour: string) =>
      diffRecord({
        wish: wish({ health_score: 70, health_scored_at: hour }),
        existing: existing({ health_score: null, health_scored_at: null }),
        written: undefined,
        mapping: given,
      }).effects[0]?.key;

    expect(make('2026-03-02T06:00:00Z')).toBe(make(at));
  });

  it('never touch a word that is wished but not mapped, or mapped but not wished', () => {
    const diff = diffRecord({
      wish: wish({ health_score: 70, touch_model: 'high' }),
      existing: existing({ health_score: null, health_band: 'green' }),
      written: { health_band: 'green' },
      mapping: given,
    });

    expect(diff.effects.map(({ payload }) => payload)).toEqual([{ health_score: 70 }]);
  });

  it('go to the record that a merged one answers to', () => {
    const diff = diffRecord({
      wish: wish({ health_score: 70 }),
      existing: existing({ health_score: null }, '001B'),
      written: undefined,
      mapping: given,
    });

    expect(diff.effects[0]?.target).toBe('001B');
  });

  it.each([
    ['gone', existing({}, null)],
    ['not in the answer', undefined],
  ])('are none for a record that is %s, and a remark says so', (_, record) => {
    const diff = diffRecord({ wish: wish({ health_score: 70 }), existing: record, written: undefined, mapping: given });

    expect(diff.effects).toEqual([]);
    expect(diff.remarks).toMatchObject([{ kind: 'unmatched', says: expect.stringContaining('001A') }]);
  });

  it('adopt what stands as wished already, so that it counts as ours', () => {
    const diff = diffRecord({
      wish: wish({ health_score: 70, health_band: 'green', health_reasons: null }),
      existing: existing({ health_score: 70, health_band: 'green', health_reasons: null }),
      written: { health_band: 'green' },
      mapping: given,
    });

    expect(diff).toEqual({ effects: [], remarks: [], adopt: { health_score: 70, health_reasons: null } });
  });
});

describe('the laws of the diff', () => {
  const words = ['a', 'b', 'c', 'health_scored_at'] as const;
  const value = fc.constantFrom<Value>(null, 'x', 'y', 1, 2);
  const record = fc.record({ a: value, b: value, c: value, health_scored_at: value });
  const policies = fc.constantFrom('unless_edited', 'always', 'once', 'never');
  const mapped = (writes: readonly FieldMapping['write'][]): CrmMapping =>
    mapping(words.map((word, i) => field(word, { type: 'text', write: writes[i] ?? 'always' })));
  const applied = (to: Fields, diff: RecordDiff): Fields =>
    Object.assign({}, to, ...diff.effects.map(({ payload }) => payload));

  it('apply(diff(wished, existing), existing) = wished, where we may write', () => {
    fc.assert(
      fc.property(record, record, (wished, stands) => {
        const always = mapped(['always', 'always', 'always', 'always']);

        const diff = diffRecord({
          wish: wish(wished),
          existing: existing(stands),
          written: undefined,
          mapping: always,
        });

        const { health_scored_at: _wishedAt, ...expected } = wished;
        const { health_scored_at: _standsAt, ...result } = applied(stands, diff);
        expect(result).toEqual(expected);
      }),
    );
  });

  it('the same holds unless edited, where everything stands as we left it', () => {
    fc.assert(
      fc.property(record, record, (wished, stands) => {
        const diff = diffRecord({
          wish: wish(wished),
          existing: existing(stands),
          written: stands,
          mapping: mapped(['unless_edited', 'unless_edited', 'unless_edited', 'unless_edited']),
        });

        const result = applied(stands, diff);
        expect([result['a'], result['b'], result['c']]).toEqual([wished.a, wished.b, wished.c]);
        expect(diff.remarks).toEqual([]);
      }),
    );
  });

  it('a diff of equal records is empty', () => {
    fc.assert(
      fc.property(
        record,
        fc.option(record),
        fc.tuple(policies, policies, policies, policies),
        (same, written, writes) => {
          const diff = diffRecord({
            wish: wish(same),
            existing: existing(same),
            written: written ?? undefined,
            mapping: mapped(writes),
          });

          expect(diff.effects).toEqual([]);
          expect(diff.remarks).toEqual([]);
        },
      ),
    );
  });

  it('a second diff after applying the first is empty, whatever the policies and the edits', () => {
    fc.assert(
      fc.property(
        record,
        record,
        fc.option(record),
        fc.tuple(policies, policies, policies, policies),
        (wished, stands, before, writes) => {
          const given = mapped(writes);
          const written = before ?? undefined;
          const first = diffRecord({ wish: wish(wished), existing: existing(stands), written, mapping: given });

          const second = diffRecord({
            wish: wish(wished),
            existing: existing(applied(stands, first)),
            written: applied({ ...written, ...first.adopt }, first),
            mapping: given,
          });

          expect(second.effects).toEqual([]);
        },
      ),
    );
  });

  it('a value that is neither ours nor empty is never overwritten, unless the mapping says always', () => {
    fc.assert(
      fc.property(record, record, fc.option(record), (wished, stands, written) => {
        const diff = diffRecord({
          wish: wish(wished),
          existing: existing(stands),
          written: written ?? undefined,
          mapping: mapped(['unless_edited', 'once', 'never', 'unless_edited']),
        });

        const result = applied(stands, diff);
        for (const word of words) {
          const isTheirs = stands[word] !== null && stands[word] !== (written?.[word] ?? undefined);
          if (isTheirs) expect(result[word]).toBe(stands[word]);
        }
        expect(result['c']).toBe(stands.c);
      }),
    );
  });
});
