// What the plays must do, requirement by requirement, with the numbers of the requirement. Wherever the shipped home says it,
// the shipped YAML is asked; where a line of YAML must be changed, the test changes that line.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { beforeAll, describe, expect, it } from 'vitest';
import { deployFiles } from '../../src/crm/salesforce/deploy-files.ts';
import type { Decisions } from '../../src/domain/decisions.ts';
import { shrunkShare } from '../../src/domain/kpi.ts';
import type { Metric, Outcome } from '../../src/domain/nouns.ts';
import { decideOutcome, prepare } from '../../src/domain/outcome.ts';
import { PoolTurns } from '../../src/domain/pool.ts';
import { admit, type Candidate, priorityRank } from '../../src/domain/rank.ts';
import { Crash } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { run } from '../../src/pipeline/run.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';
import {
  both,
  decisionsOf,
  type Edits,
  ShippedLife,
  scoreByHand,
  shipped,
  tasksOf,
  verdictOf,
} from './shipped-life.ts';

let home: Decisions;
beforeAll(async () => {
  home = decisionsOf(await shipped(scoreByHand));
});
async function once(small: SmallHome): Promise<void> {
  const { hall, store } = await small.open();
  try {
    await run(hall, whole, never);
  } finally {
    await store.close();
  }
}
async function backlogOf(small: SmallHome) {
  const { store } = await small.open();
  const waiting = await store.tasks.backlog('salesforce', 10);
  await store.close();
  return waiting;
}
/** The mapping of the small home with one more field, and more lines about tasks. */
function mappingWith(field: string, ofTask = ''): string {
  return `
connection: {}
objects:
  account:
    object: Account
    fields:
      health_score: Health_Score__c
      ${field}
task:
  fields:
    key: Kenko_Key__c
    subject: Subject
    body: Description
    due_on: ActivityDate
    priority: Priority
    play: Play_Id__c
    outcome: Play_Outcome__c
    snooze_until: Snooze_Until__c
  priorities: {high: High, medium: Normal, low: Low}
  owner_fallback: [u1]
${ofTask}`;
}
/** Two tasks of a rep in the ledger, after each of which the score rose. */
async function helpedBefore(small: SmallHome, owner: string): Promise<void> {
  const { store } = await small.open();
  await store.close();
  const db = new Database(join(small.folder, 'state.sqlite'));
  for (const account of ['p', 'q']) {
    db.prepare(
      `INSERT INTO tasks (crm, key, account, play, episode, crm_id, status, closed_by, opened_on, closed_on, written)
       VALUES ('salesforce', ?, ?, 'old', '2026-01-01', 'x', 'closed', 'person', '2026-01-01', '2026-01-10', ?)`,
    ).run(`k${account}`, account, JSON.stringify({ owner, score_when_created: 30 }));
    db.prepare(`INSERT INTO scores VALUES (?, '2026-01-20', 40, 'yellow', 'm', 'c')`).run(account);
  }
  db.close();
}
/** The shipped home with these lines changed. */
async function homeWith(edits: Edits): Promise<Decisions> {
  return decisionsOf(await shipped(both(scoreByHand, edits)));
}
/** Switches a play of the catalogue on. */
function on(...plays: readonly string[]): Edits {
  return {
    'config/plays.yaml': plays.map(
      (play) => [new RegExp(`(?<=\\n  ${play}:\\n    id: \\w+\\n)    on: false\\n`), ''] as const,
    ),
  };
}
const low = { ltv: 3_000_000 };
const tech = { ltv: 100_000 };

describe('R25 plays trigger on the cause', () => {
  it('R25 three accounts at 45 with different lowest metrics get three different tasks', () => {
    const causes = [{ seat_use_percent: 40 }, { login_days_since: 35 }, { key_features_60d: 0 }];

    const opened = causes.map((metrics) =>
      tasksOf(
        new ShippedLife(home, { score: 45, attributes: { seats: 100 } }).live({ metrics: { ...low, ...metrics } }),
      ).filter((play) => play !== 'data_missing'),
    );

    expect(opened).toEqual([['idle_seats'], ['no_login'], ['key_feature_unused']]);
  });
});

describe('R28 priority rank', () => {
  it('R28 ranks A 1.50, B 2.98 and X 2.10, so the order is B, X, A', () => {
    const ranks = [
      { name: 'A', score: 64, arr: 6_000_000, daysToRenewal: 75 },
      { name: 'B', score: 12, arr: 480_000, daysToRenewal: 20 },
      { name: 'X', score: 38, arr: 24_000_000, daysToRenewal: 200 },
    ].map((account) => ({ name: account.name, rank: priorityRank(account) }));

    expect(ranks.map(({ rank }) => rank.toFixed(2))).toEqual(['1.50', '2.98', '2.10']);
    expect(ranks.toSorted((a, b) => b.rank - a.rank).map(({ name }) => name)).toEqual(['B', 'X', 'A']);
  });
});

describe('R28 places in the record', () => {
  it('R28 writes the place per owner, 1 = whom to call first, and nothing where nothing changed', async () => {
    const small = await smallHome(
      [
        { id: 'a', logins: 13, satisfaction: 6 },
        { id: 'b', logins: 2, satisfaction: 2 },
        { id: 'x', logins: 7, satisfaction: 4 },
      ],
      { 'mappings/salesforce.yaml': mappingWith('support_priority_rank: Support_Priority_Rank__c') },
    );
    const place = (id: string) => small.crm.records.get(crmId(id))?.['support_priority_rank'];

    await once(small);
    const places = ['b', 'x', 'a'].map(place);
    const written = small.crm.writes;
    await once(small);

    expect(places).toEqual([1, 2, 3]);
    expect(small.crm.writes).toBe(written);
    await small.remove();
  });
});

describe('R29 parked accounts', () => {
  /** Three risk plays worked off, at scores 22, 21 and 23. */
  function workedOff(days: number): { readonly life: ShippedLife; readonly parkedUntil: string | null } {
    const life = new ShippedLife(home, { metrics: low });
    let parkedUntil: string | null = null;
    for (const score of [22, 21, 23]) {
      const opened = life.live({ score, metrics: { login_days_since: 35 } });
      const episode = opened.actions.find(({ play }) => play === 'no_login')?.episode ?? '';
      life.live({ score, metrics: { login_days_since: 1 } });
      const closedByPerson = [{ play: 'no_login', episode, on: life.asOf }];
      parkedUntil = life.live({ score, metrics: { login_days_since: 1 }, closedByPerson }).memory.parkedUntil;
      life.skip(days);
    }
    return { life, parkedUntil };
  }

  it('R29 three completed plays at 22, 21 and 23 park the account for 90 days', () => {
    const { life, parkedUntil } = workedOff(50);

    const later = life.live({ score: 22, metrics: { login_days_since: 40 } });

    expect(parkedUntil).toBe('2026-09-16');
    expect(tasksOf(later)).toEqual([]);
    expect(later.plays.find(({ play }) => play === 'no_login')).toMatchObject({ outcome: 'fired', channel: 'nurture' });
  });

  it('R29 a renewal within 90 days, or a high-touch account, is not left aside', () => {
    const { life } = workedOff(50);

    const near = life.live({ score: 22, attributes: { renewal_on: '2026-10-01' }, metrics: { login_days_since: 40 } });

    expect(near.memory.parkedUntil).toBeNull();
    expect(tasksOf(near)).toContain('no_login');
  });
});

describe('R30 how-to and related products', () => {
  it('R30 thirty-five days without a login ask to send the how-to', () => {
    const outcome = new ShippedLife(home).live({ metrics: { login_days_since: 35 } });

    expect(outcome.actions.find(({ play }) => play === 'no_login')).toMatchObject({
      subject: 'Re-engage Acme: no login for 35 days',
      body: expect.stringContaining('how-to'),
    });
  });

  it('R30 twenty login days and no second product ask for a cross-sell, and raise the flag', async () => {
    const flags: Edits = {
      'config/flags.yaml': [
        [
          '',
          `
  cross_sell:
    label: Cross-sell
    gate: {score: {at_least: 70}}
    signals:
      - {type: product, when: {login_frequency: {at_least: 20}, not: {products: {contains: analytics}}}, text: "uses {{products}}"}
`,
        ],
      ],
    };
    const decisions = await homeWith(both(on('cross_sell'), flags));
    const day = { score: 80, metrics: { login_frequency: 20 }, attributes: { products: 'core' } };

    const without = new ShippedLife(decisions).live(day);
    const withProduct = new ShippedLife(decisions).live({ ...day, attributes: { products: 'core, analytics' } });

    expect(tasksOf(without)).toContain('cross_sell');
    expect(without.flags.find(({ name }) => name === 'cross_sell')).toMatchObject({ up: true, because: ['uses core'] });
    expect(tasksOf(withProduct)).not.toContain('cross_sell');
  });
});

describe('R33 channel per touch model', () => {
  it('R33 one trigger is a meeting in high touch, a seminar in low touch and a nurture track in tech touch', () => {
    const day = { metrics: { seat_use_percent: 40 } };
    const at = (ltv: object) => new ShippedLife(home).live({ metrics: { ...day.metrics, ...ltv } });
    const bodyOf = (outcome: Outcome) => outcome.actions.find(({ play }) => play === 'idle_seats')?.body;

    expect(bodyOf(at({}))).toMatch(/^How: a meeting of your own\./);
    expect(bodyOf(at(low))).toMatch(/^How: an invitation to a seminar\./);
    expect(bodyOf(at(tech))).toBeUndefined();
    expect(at(tech).plays.find(({ play }) => play === 'idle_seats')).toMatchObject({
      channel: 'nurture',
      nurtureTrack: 'invite_colleagues',
    });
  });

  it('R33 a tech-touch account gets a person only where the ARR rule says so', () => {
    const alert = (arr: number) =>
      new ShippedLife(home).live({ score: 12, attributes: { arr }, metrics: tech, isFirstRun: true });

    expect(tasksOf(alert(1_999_999))).toEqual([]);
    expect(tasksOf(alert(2_000_000))).toEqual(['score_alert']);
  });
});

describe('R34 something to do in every cell', () => {
  it('R34 an empty cell of band and touch model is told as W_NO_PLAY(red,tech)', async () => {
    const red = `
plays:
  thank_them:
    kind: growth
    when: {band: [green, yellow]}
    task: {subject: "Thank {{name}}", due: 3 business days}
  rescue:
    kind: risk
    when: {band: red}
    touch: {high: task, low: task, tech: none}
    task: {subject: "Rescue {{name}}", due: 3 business days}
`;
    const loaded = await shipped(both(scoreByHand, { 'config/plays.yaml': [[/[\s\S]*/, red]] }));

    const empty = loaded.warnings.filter(({ code }) => code === 'W_NO_PLAY').map(({ what }) => what.split(':')[0]);

    expect(empty).toEqual(['W_NO_PLAY(red,tech)']);
  });

  it('R34 none of the nine cells of the shipped home is empty', async () => {
    const loaded = await shipped();

    expect(loaded.warnings.filter(({ code }) => code === 'W_NO_PLAY')).toEqual([]);
  });
});

describe('R35 tech touch', () => {
  it('R35 stalled onboarding of a tech-touch account writes nurture_track onboarding_guide_3 and opens no task', () => {
    const outcome = new ShippedLife(home).live({
      metrics: { ...tech, onboarding_completion: 40, milestone_days_since: 20 },
    });

    expect(tasksOf(outcome)).toEqual([]);
    expect(outcome.plays.find(({ play }) => play === 'onboarding_stalled')).toMatchObject({
      channel: 'nurture',
      nurtureTrack: 'onboarding_guide_3',
    });
  });
});

describe('R59 unattended automation', () => {
  it('R59 after a crash at 600 of 1,000 writes the next run writes the remaining 400 only', async () => {
    const customers = Array.from({ length: 1_000 }, (_, i) => ({ id: `k${i}`, logins: 20, satisfaction: 10 }));
    const gates = 'novelty: {on: false}\ncanary: {records: 50}\n';
    const small = await smallHome(customers, { 'config/gates.yaml': gates });
    let written = 0;
    const stop = onStep((name) => {
      if (name === 'http.salesforce.write:before' && ++written > 12) throw new Crash('the process died');
    });

    const died = await small.open();
    await expect(run(died.hall, whole, never)).rejects.toThrow('the process died');
    stop();
    await died.store.close();
    const before = small.crm.journal.length;
    small.clock.push(600_000);
    const { hall, store } = await small.open();
    const report = await run(hall, whole, never);
    await store.close();

    expect(before).toBe(600);
    expect(report.exitCode).toBe(0);
    expect(small.crm.journal.length).toBe(1_000);
    expect(new Set(small.crm.journal).size).toBe(1_000);
    await small.remove();
  });
});

describe('R60 lists in the CRM', () => {
  it('R60 the files to deploy hold a list of accounts at risk, and the fields it shows', () => {
    const salesforce = home.crms.find(({ crm }) => crm === 'salesforce') as Decisions['crms'][number];

    const files = deployFiles({ mapping: salesforce, tasks: true });
    const view = Object.entries(files).find(([path]) => path.endsWith('At_Risk.listView-meta.xml'))?.[1] ?? '';

    expect(view).toContain('<value>red</value>');
    const columns = [...view.matchAll(/<columns>(\w+__c)</g)].map(([, field]) => field ?? '');
    expect(columns).toContain('Health_Score__c');
    for (const field of columns) expect(Object.keys(files).join()).toContain(`fields/${field}.field-meta.xml`);
  });
});

describe('R61 automatic tasks', () => {
  it('R61 ten daily runs with the condition true all the time leave exactly one open task', async () => {
    const small = await smallHome([{ id: 'c', logins: 1, satisfaction: 2 }]);

    for (let day = 0; day < 10; day++) {
      const { hall, store } = await small.open();
      await run(hall, whole, never);
      await store.close();
      small.clock.push(86_400_000);
      await small.save();
    }

    expect([...small.crm.tasks.values()].map(({ state }) => state)).toEqual(['open']);
    await small.remove();
  });
});

describe('R69 situation and talk track', () => {
  it('R69 every task carries score, reasons, last contact and open complaints below what to do', () => {
    const metrics = { login_days_since: 35, last_talk_on: '2026-02-20', open_complaints: 1 };

    const task = new ShippedLife(home, { score: 45 }).live({ metrics }).actions.find(({ play }) => play === 'no_login');

    expect(task?.body.split('\n')).toEqual([
      'Ask what changed, and send the how-to.',
      '',
      'Score 45 (yellow). Score 45 of 100 (-55.0)',
      'Last talk 2026-02-20. Open complaints: 1.',
    ]);
  });

  it('R69 an open complaint keeps the upsell text away, and brings it back afterwards', () => {
    const life = new ShippedLife(home, { score: 82, attributes: { seats: 50 } });
    const demand = { seat_use_percent: 96, active_users: 48 };

    const complaining = life.live({ metrics: { ...demand, open_complaints: 1 } });
    const content = life.live({ metrics: { ...demand, open_complaints: 0 } });

    expect(tasksOf(complaining)).not.toContain('upsell');
    expect(content.actions.find(({ play }) => play === 'upsell')?.subject).toBe(
      'Acme: seats 48/50 (96%) – propose the next tier',
    );
  });
});

describe('value enhancement', () => {
  it('R70 the value recap fires once per contract term, and again in the next', () => {
    const life = new ShippedLife(home, {}, '2026-02-01');
    const term = (renewal_on: string, metrics = {}) =>
      verdictOf(
        life.live({ attributes: { renewal_on }, metrics: { golive_days_ago: 400, ...metrics } }),
        'value_recap',
      );

    const afterGoLive = term('2027-01-10', { golive_days_ago: 30 });
    const between = [term('2027-01-10'), term('2027-01-10'), term('2027-01-10')];
    life.skip(220);
    const beforeRenewal = term('2027-01-10');
    life.skip(365);
    const nextTerm = term('2028-01-10');

    expect(afterGoLive).toBe('fired');
    expect(between.at(-1)).toBe('quiet');
    expect(beforeRenewal).toBe('cooling_down');
    expect(nextTerm).toBe('fired');
  });

  it('R72 half of the time gone and 30% of the goal reached starts the play; 45% does not', () => {
    const at = (attainment: number) =>
      new ShippedLife(home).live({
        metrics: { goal_attainment: attainment, goal_pace_expected: 50, goal_behind: 50 - attainment },
      });

    expect(at(30).actions.find(({ play }) => play === 'goal_behind_pace')?.subject).toBe('Goal of Acme at 30% vs 50%');
    expect(verdictOf(at(45), 'goal_behind_pace')).toBe('quiet');
  });

  it('R71 a feature that peers use twice as often is suggested with the next inquiry', async () => {
    const decisions = await homeWith(on('next_need'));
    const metrics = { peer_feature: 'reports', peer_feature_lift: 2, tickets_14d: 1, open_complaints: 0 };

    const suggested = new ShippedLife(decisions).live({ metrics });
    const below = new ShippedLife(decisions).live({ metrics: { ...metrics, peer_feature_lift: 1.4 } });

    expect(suggested.actions.find(({ play }) => play === 'next_need')?.subject).toBe(
      'Next likely need of Acme: reports',
    );
    expect(verdictOf(below, 'next_need')).toBe('quiet');
  });

  it('R73 three times the errors of peers ask to share best practice, and the text blames nobody', async () => {
    const decisions = await homeWith(on('better_use'));

    const at = (times: number) => new ShippedLife(decisions).live({ metrics: { error_rate_vs_peers: times } });
    const task = at(3).actions.find(({ play }) => play === 'better_use');

    expect(`${task?.subject} ${task?.body}`).toMatch(/best practice/);
    expect(`${task?.subject} ${task?.body}`).not.toMatch(/wrong|fault|your error/i);
    expect(verdictOf(at(2.9), 'better_use')).toBe('quiet');
  });

  it('R74 a new feature that fits is a task in high touch and a mail in tech touch', async () => {
    const decisions = await homeWith(on('new_use'));
    const metrics = { new_feature: 'reports' };

    const high = new ShippedLife(decisions).live({ metrics });
    const techTouch = new ShippedLife(decisions).live({ metrics: { ...metrics, ...tech } });

    expect(high.actions.map(({ subject }) => subject)).toContain('New use for Acme: reports');
    expect(tasksOf(techTouch)).not.toContain('new_use');
    expect(techTouch.plays.find(({ play }) => play === 'new_use')).toMatchObject({ nurtureTrack: 'new_feature' });
  });
});

describe('R77 rep pools', () => {
  it('R77 three of three is 65.2% and forty of fifty 74.3% with a prior of 60% × 20, so rep B comes first', () => {
    expect([shrunkShare(3, 3, 0.6, 20), shrunkShare(40, 50, 0.6, 20)].map((share) => (100 * share).toFixed(1))).toEqual(
      ['65.2', '74.3'],
    );
  });

  it('R77 a play routed to a pool goes to the rep who proved most, a round robin to everybody in turn', () => {
    const proofs = { a: { hits: 3, tries: 3 }, b: { hits: 40, tries: 50 } };
    const day = { prior: 0.6, strength: 20, records: proofs, open: {}, perDay: 2 };
    const four = (by: 'pool_best' | 'round_robin') => {
      const turns = new PoolTurns(day);
      return Array.from({ length: 4 }, () => turns.take(['a', 'b'], by));
    };

    expect(new PoolTurns(day).best(['a', 'b'])).toEqual(['b', 'a']);
    expect(four('pool_best')).toEqual(['b', 'b', 'a', 'a']);
    expect(four('round_robin')).toEqual(['a', 'b', 'a', 'b']);
  });

  it.each([
    ['pool_best', ['u2', 'u2', 'u2']],
    ['round_robin', ['u1', 'u2', 'u1']],
  ])('R77 routing: %s in YAML decides whose tasks they are', async (routing, owners) => {
    const small = await smallHome(
      ['c', 'd', 'e'].map((id) => ({ id, logins: 1, satisfaction: 2 })),
      {
        'config/plays.yaml': `
first_run: open_tasks
plays:
  call:
    when: {score: {below: 40}}
    task: {subject: "Call {{name}}", due: 2 business days, routing: ${routing}, pool: rescue}
`,
        'mappings/salesforce.yaml': mappingWith('', '  pools: {rescue: [u1, second@example.test]}\n'),
      },
    );
    small.crm.users_.push({ id: 'u2', email: 'second@example.test', active: true });
    // u2 helped before: two tasks, each with ten points gained afterwards.
    await helpedBefore(small, 'u2');

    await once(small);

    expect([...small.crm.tasks.values()].map(({ owner }) => owner)).toEqual(owners);
    await small.remove();
  });
});

describe('R82 success is declared beforehand', () => {
  const strict: Edits = { 'config/plays.yaml': [['owner_change: leave', 'owner_change: leave\nstrict: true']] };

  it('R82 in strict mode a play without success: is an error, at its place', async () => {
    const loaded = await shipped(both(scoreByHand, strict));

    const told = loaded.ok ? [] : loaded.problems;
    expect(told.map(({ what }) => what)).toContain('score_alert is on, and does not say how its success is measured');
    expect(told.every(({ where }) => where.startsWith('config/plays.yaml:'))).toBe(true);
    expect(told).toHaveLength(home.plays.plays.filter((play) => play.on).length);
  });

  it('R82 a play that declares metric, window and hold-out passes', async () => {
    const one = `
strict: true
plays:
  rescue:
    when: {score: {below: 40}}
    task: {subject: "Rescue {{name}}", due: 3 business days}
    success: {when: {score: {at_least: 40}}, within: 90d, hold_out: 10}
`;
    const loaded = await shipped(both(scoreByHand, { 'config/plays.yaml': [[/[\s\S]*/, one]] }));

    expect(decisionsOf(loaded).plays.plays[0]?.success).toEqual({
      goal: { fact: 'score', operator: 'at_least', value: 40 },
      withinDays: 90,
      holdOutPercent: 10,
    });
  });
});

describe('R82 some accounts go without a play, to see what it does', () => {
  const one = (percent: number): Edits => ({
    'config/plays.yaml': [
      [
        /[\s\S]*/,
        `
first_run: open_tasks
plays:
  rescue:
    when: {score: {below: 40}}
    task: {subject: "Rescue {{name}}", due: 3 business days}
    success: {when: {score: {at_least: 40}}, within: 90d, hold_out: ${percent}}
`,
      ],
    ],
  });
  async function outcomesOn(day: string, percent: number, many = 1_000): Promise<readonly Outcome[]> {
    const prepared = prepare(decisionsOf(await shipped(both(scoreByHand, one(percent)))));
    return Array.from({ length: many }, (_, index) => {
      const account = { key: `c-${index}`, name: 'C', ids: {}, owners: {}, parent: null, contacts: [] };
      const metrics = prepared.definitions.map(({ name }): Metric => {
        const value = name === 'score_by_hand' ? 20 : null;
        return { name, value, state: value === null ? 'missing' : 'known', at: null, from: [], detail: {} };
      });
      const given = { account: { ...account, attributes: { status: 'active' } }, metrics, before: null, asOf: day };
      return decideOutcome({ ...given, isFirstRun: true, prepared });
    });
  }
  const heldOut = (outcomes: readonly Outcome[]) =>
    outcomes.filter(({ plays }) => plays.some(({ outcome }) => outcome === 'held_out')).map(({ account }) => account);

  it('R82 a tenth of a thousand troubled accounts gets no task all quarter long, and says why', async () => {
    const january = await outcomesOn('2026-01-15', 10);

    expect(heldOut(january).length).toBeGreaterThan(70);
    expect(heldOut(january).length).toBeLessThan(130);
    expect(heldOut(await outcomesOn('2026-03-31', 10))).toEqual(heldOut(january));
    for (const { account, actions, plays } of january) {
      const isHeld = heldOut(january).includes(account);
      expect(actions).toHaveLength(isHeld ? 0 : 1);
      if (isHeld) expect(plays[0]?.says).toContain('goes without it in 2026-Q1, so that the effect can be seen');
    }
  });

  it('R82 the next quarter chooses anew, and nobody is left out where the play declares no hold-out', async () => {
    const first = heldOut(await outcomesOn('2026-01-15', 10));
    const second = heldOut(await outcomesOn('2026-04-01', 10));

    expect(second.filter((account) => first.includes(account)).length).toBeLessThan(30);
    expect(heldOut(await outcomesOn('2026-01-15', 0))).toEqual([]);
  });
});

describe('the life of a task', () => {
  const overdue = { 'mappings/salesforce.yaml': mappingWith('', '  owners: {csm_manager: boss@example.test}\n') };
  const escalating = `
first_run: open_tasks
escalate: {after: 3 business days, owner: csm_manager, due: 1 business day}
plays:
  call:
    when: {score: {below: 40}}
    task: {subject: "Call {{name}}", due: 2 business days, priority: high}
`;
  /** A home with one trouble; the task is opened on Monday 2026-06-01 and due on Wednesday. */
  async function troubled(): Promise<SmallHome> {
    const small = await smallHome([{ id: 'c', logins: 1, satisfaction: 2 }], {
      ...overdue,
      'config/plays.yaml': escalating,
    });
    small.crm.users_.push({ id: 'u9', email: 'boss@example.test', active: true });
    await once(small);
    return small;
  }
  async function goTo(small: SmallHome, day: string): Promise<void> {
    small.clock.push(Date.parse(`${day}T06:00:00Z`) - Date.parse(small.clock.now()));
    await small.save();
    await once(small);
  }
  const shown = (small: SmallHome) =>
    [...small.crm.tasks.values()].map(({ owner, state, fields }) => `${owner} ${state} ${String(fields['subject'])}`);

  it('an urgent task three business days overdue goes to one manager, once, and says so itself', async () => {
    const small = await troubled();

    await goTo(small, '2026-06-05');
    const inTime = shown(small);
    for (const day of ['2026-06-08', '2026-06-09', '2026-06-15']) await goTo(small, day);

    expect(inTime).toEqual(['u1 open Call Company c']);
    expect(shown(small)).toEqual(['u1 open Call Company c', 'u9 open Overdue: Call Company c']);
    expect([...small.crm.tasks.values()][0]?.fields['body']).toBe(
      'Overdue since 2026-06-03; brought to the manager on 2026-06-08.',
    );
    await small.remove();
  });

  it("the manager's task goes when the first one is done, and stays away when it was done by hand", async () => {
    const small = await troubled();
    await goTo(small, '2026-06-08');
    const [first] = [...small.crm.tasks.values()];
    if (first !== undefined) first.state = 'closed';

    for (const day of ['2026-06-09', '2026-06-10', '2026-06-11']) await goTo(small, day);

    expect(shown(small)).toEqual(['u1 closed Call Company c', 'u9 closed Overdue: Call Company c']);
    await small.remove();
  });

  it('snooze_until keeps updates and escalation away', async () => {
    const small = await troubled();
    const [first] = [...small.crm.tasks.values()];
    if (first !== undefined) first.fields['snooze_until'] = '2026-06-20';

    for (const day of ['2026-06-08', '2026-06-15']) await goTo(small, day);
    const resting = shown(small);
    await goTo(small, '2026-06-22');

    expect(resting).toEqual(['u1 open Call Company c']);
    expect(shown(small)).toHaveLength(2);
    await small.remove();
  });

  it('what waited for 14 days is dropped for good, and the rest is shown with its day', async () => {
    const customers = ['c', 'd', 'e'].map((id) => ({ id, logins: 1, satisfaction: 2 }));
    const small = await smallHome(customers, {
      'config/plays.yaml': `
first_run: open_tasks
caps: {new_per_owner_per_day: 1, open_per_owner: 1}
plays:
  call:
    when: {score: {below: 40}}
    task: {subject: "Call {{name}}", due: 2 business days}
`,
    });
    await once(small);
    const waiting = await backlogOf(small);

    await goTo(small, '2026-06-16');
    for (const task of small.crm.tasks.values()) task.state = 'closed';
    for (const day of ['2026-06-17', '2026-06-18']) await goTo(small, day);

    expect(waiting.map(({ account, since }) => `${account} ${since}`)).toEqual(['d 2026-06-01', 'e 2026-06-01']);
    expect(small.crm.tasks.size).toBe(1);
    await small.remove();
  });

  it.each([
    ['leave', 'u1'],
    ['reassign', 'u2'],
  ])('owner_change: %s decides where the open tasks of an account with a new owner are', async (policy, owner) => {
    const small = await smallHome([{ id: 'c', logins: 1, satisfaction: 2 }], {
      'config/plays.yaml': escalating.replace('first_run', `owner_change: ${policy}\nfirst_run`),
    });
    small.crm.users_.push({ id: 'u2', email: 'next@example.test', active: true });
    await once(small);
    small.clock.push(86_400_000);
    await small.save();
    const rows = 'id,crm_id,name,owner,satisfaction\nc,crm-c,Company Renamed,u2,2\n';
    await small.rewrite('data/customers.csv', rows);

    await once(small);
    const written = small.crm.writes;
    await once(small);

    expect(shown(small)).toEqual([`${owner} open Call Company Renamed`]);
    expect(small.crm.writes).toBe(written);
    await small.remove();
  });

  it('risks never starve growth: it has places of its own', () => {
    const caps = { ...home.plays.caps, newPerOwnerPerDay: 2, newGrowthPerOwnerPerDay: 1, openGrowthPerOwner: 5 };
    const asking = (play: string, account: string, isGrowth: boolean): Candidate => ({
      action: {
        account,
        play,
        episode: '2026-06-01',
        ordinal: 0,
        subject: '',
        body: '',
        dueOn: '2026-06-05',
        priority: isGrowth ? 'low' : 'high',
        owner: 'account_owner',
        rank: 1,
        because: [],
      },
      owner: 'u1',
      openForAccount: 0,
      waitingSince: null,
      isGrowth,
    });
    const page = [
      ...['a', 'b', 'c'].map((account) => asking('alert', account, false)),
      ...['d', 'e'].map((account) => asking('upsell', account, true)),
    ];

    const { admitted } = admit(page, { caps, asOf: '2026-06-01', openByOwner: {} });

    expect(admitted.map(({ play, account }) => `${play} ${account}`)).toEqual(['alert a', 'alert b', 'upsell d']);
  });

  it('"not useful" three times doubles the cool-down of the play on that account', () => {
    const life = new ShippedLife(home);
    const noLogin = { metrics: { login_days_since: 35 } };
    const rests: number[] = [];
    for (let time = 0; time < 3; time++) {
      const episode = life.live(noLogin).actions.find(({ play }) => play === 'no_login')?.episode ?? '';
      const on = life.asOf;
      life.live({
        metrics: { login_days_since: 1 },
        closedByPerson: [{ play: 'no_login', episode, on, outcome: 'not_useful' }],
      });
      let days = 1;
      while (verdictOf(life.live(noLogin), 'no_login') === 'cooling_down') days++;
      rests.push(days);
      const opened = life.asOf;
      life.live({ metrics: { login_days_since: 1 } });
      life.live({ metrics: { login_days_since: 1, login_days_14d: 3 } });
      life.live({ metrics: { login_days_since: 1, login_days_14d: 3 } });
      expect(opened > on).toBe(true);
      life.skip(100);
    }

    expect(rests).toEqual([45, 45, 90]);
  });

  it('a low-priority play waits while we talked to the customer within five business days', () => {
    const life = new ShippedLife(home);
    const promoter = (touch_recency: number) =>
      verdictOf(life.live({ metrics: { nps: 9, touch_recency } }), 'nps_promoter');

    expect([promoter(2), promoter(7), promoter(8), promoter(1)]).toEqual(['suppressed', 'suppressed', 'fired', 'open']);
  });

  it('an escalation is an episode per case: another case is another task', () => {
    const life = new ShippedLife(home);
    const open = (open_escalation: string) =>
      life
        .live({ metrics: { escalation_age: 9, open_escalation } })
        .actions.filter(({ play }) => play === 'escalation_open')
        .map(({ episode, subject }) => `${episode} ${subject}`);

    expect(open('T-1')).toEqual(['2026-03-02:T-1 Escalation T-1 open for 9 days: Acme']);
    expect(open('T-2')).toEqual(['2026-03-03:T-2 Escalation T-2 open for 9 days: Acme']);
  });
});
