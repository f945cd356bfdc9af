import { describe, expect, it } from 'vitest';
import type { EffectDraft, Remark } from '../../src/domain/nouns.ts';
import { addEffects, addOutcome, createTally, emptyTally, meanShift, psi } from '../../src/domain/tally.ts';
import { acme, outcome, score } from './outcomes.ts';

function effect(op: EffectDraft['op'], change: Partial<EffectDraft> = {}): EffectDraft {
  return {
    account: 'acme',
    crm: 'salesforce',
    object: op === 'set' || op === 'clear' ? 'account' : 'task',
    target: '001A',
    op,
    key: 'k',
    play: '',
    episode: '',
    payload: {},
    expect: null,
    because: [],
    ...change,
  };
}

describe('a tally of accounts', () => {
  it('parts them into scored, unknown and not scored', () => {
    const tally = createTally();

    addOutcome(tally, outcome(), acme);
    addOutcome(tally, outcome({ band: 'unknown', score: score({ value: null }) }), acme);
    addOutcome(tally, outcome({ band: 'not_scored', score: score({ value: null }) }), acme);

    expect(tally.value().accounts).toEqual({
      seen: 3,
      matched: 3,
      unmatched: 0,
      scored: 1,
      unknown: 1,
      notScored: 1,
      complete: 1,
    });
    expect(tally.value().bands).toEqual({ yellow: 1, unknown: 1, not_scored: 1 });
  });

  it('matches by the numberings of the CRMs where it is told which', () => {
    const tally = createTally(['hubspot']);

    addOutcome(tally, outcome(), acme);
    addOutcome(tally, outcome(), { ...acme, ids: { salesforce: '001A' } });

    expect(tally.value().accounts).toMatchObject({ seen: 2, matched: 1, unmatched: 1 });
  });

  it('counts a change of band only where there was a band before', () => {
    const tally = createTally();

    for (const bandBefore of ['yellow', 'green', null, 'unknown'] as const) {
      addOutcome(tally, outcome({ band: 'yellow', bandBefore }), acme);
    }

    expect(tally.value()).toMatchObject({ bandChanges: 2, bandsBefore: { yellow: 1, green: 1, unknown: 1 } });
  });

  it('sums the shift of scores over those that have one before and now', () => {
    const tally = createTally();

    addOutcome(tally, outcome({ score: score({ value: 60 }) }), acme, 70);
    addOutcome(tally, outcome({ score: score({ value: 40 }) }), acme, 60);
    addOutcome(tally, outcome({ score: score({ value: null }) }), acme, 60);
    addOutcome(tally, outcome({ score: score({ value: 50 }) }), acme, null);

    expect(meanShift(tally.value())).toBe(-15);
    expect(meanShift(emptyTally())).toBe(0);
  });

  it('counts the models that made scores, and the alerts that began today', () => {
    const tally = createTally();

    addOutcome(tally, outcome({ alert: true, alertIsNew: true }), acme);
    addOutcome(tally, outcome({ alert: true }), acme);

    expect(tally.value().models).toEqual({
      b2b_saas_default: { version: '1.0.0', hash: 'a1b2c3d4e5', accounts: 2 },
    });
    expect(tally.value().alerts).toBe(1);
  });

  it('does not grow with the number of accounts', () => {
    const tally = createTally();
    addOutcome(tally, outcome(), acme);
    const small = JSON.stringify(tally.value()).length;

    for (let i = 0; i < 20_000; i++) addOutcome(tally, outcome({ account: `a${i}` }), { ...acme, key: `a${i}` });

    expect(JSON.stringify(tally.value()).length).toBeLessThan(small + 50);
  });
});

describe('a tally of effects', () => {
  it('counts by kind and CRM, fields written, tasks per owner', () => {
    const tally = createTally();

    addEffects(tally, [
      effect('set', { payload: { health_score: 1, health_band: 'red' } }),
      effect('set', { object: 'task', payload: { subject: 'x' } }),
      effect('ensure_task', { payload: { owner: '005A' } }),
      effect('ensure_task', { crm: 'hubspot', payload: { owner: null } }),
      effect('close_task'),
    ]);

    expect(tally.value()).toMatchObject({
      effects: { set: 2, clear: 0, ensure_task: 2, close_task: 1 },
      byCrm: {
        salesforce: { set: 2, clear: 0, ensure_task: 1, close_task: 1 },
        hubspot: { set: 0, clear: 0, ensure_task: 1, close_task: 0 },
      },
      fieldsWritten: 2,
      tasksPerOwner: { '005A': 1, '': 1 },
    });
  });

  it('counts a cleared score of a person as loss, and not answers that grew old', () => {
    const tally = createTally();
    const payload = { contact_health_score: null, nps_score: null, nps_answer_date: null };

    addEffects(tally, [effect('clear', { object: 'contact', payload })]);

    expect(tally.value().fieldsCleared).toBe(1);
  });

  it('counts a cleared score as loss, and not the words that come and go', () => {
    const tally = createTally();

    addEffects(tally, [
      effect('clear', {
        payload: { health_score: null, next_action: null, health_change_note: null, metric_nps: null },
      }),
    ]);

    expect(tally.value().fieldsCleared).toBe(2);
  });

  it('counts conflicts with people and actions that wait', () => {
    const remark = (kind: Remark['kind']): Remark => ({ account: 'acme', crm: 'salesforce', word: '', kind, says: '' });
    const tally = createTally();

    tally.addEffects(
      [],
      (['edited_by_person', 'corrects_edit', 'waits_for_cap', 'locked', 'unmatched'] as const).map(remark),
    );

    expect(tally.value()).toMatchObject({ conflicts: 2, waiting: 1 });
  });

  it('gives a value that later counting does not change', () => {
    const tally = createTally();
    tally.addEffects([effect('set')]);
    const before = tally.value();

    tally.addEffects([effect('set')]);

    expect(before.effects.set).toBe(1);
    expect(tally.value().effects.set).toBe(2);
  });
});

describe('the stability index', () => {
  it('is zero where nothing moved, and where there is nothing to compare', () => {
    expect(psi({ green: 50, yellow: 30, red: 20 }, { green: 50, yellow: 30, red: 20 })).toBe(0);
    expect(psi({ green: 50, yellow: 30, red: 20 }, { green: 500, yellow: 300, red: 200 })).toBeLessThan(0.02);
    expect(psi({}, { green: 10 })).toBe(0);
    expect(psi({ green: 10 }, {})).toBe(0);
  });

  it('follows the formula', () => {
    const before = { green: 500, yellow: 300, red: 100, unknown: 100 };
    const now = { green: 300, yellow: 300, red: 300, unknown: 100 };

    expect(psi(before, now)).toBeCloseTo(-0.2 * Math.log(0.6) + 0.2 * Math.log(3), 10);
  });

  it('does not mind accounts that are not scored', () => {
    expect(psi({ green: 10, not_scored: 500 }, { green: 10, not_scored: 0 })).toBe(0);
  });
});
