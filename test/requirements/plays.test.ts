// What the plays must do, requirement by requirement, with the numbers of the requirement. Wherever the shipped home says it,
// the shipped YAML is asked; where a line of YAML must be changed, the test changes that line.

import { beforeAll, describe, expect, it } from 'vitest';
import { deployFiles } from '../../src/crm/salesforce/deploy-files.ts';
import type { Decisions } from '../../src/domain/decisions.ts';
import { shrunkShare } from '../../src/domain/kpi.ts';
import { priorityRank } from '../../src/domain/rank.ts';
import { Crash } from '../../src/lib/errors.ts';
import { onStep } from '../../src/lib/step.ts';
import { run } from '../../src/pipeline/run.ts';
import { smallHome } from '../support/small-home.ts';
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

const never = new AbortController().signal;
const whole = {
  kind: 'run',
  until: null,
  source: null,
  account: null,
  asOf: null,
  slot: null,
  reread: true,
  lifted: false,
} as const;

let home: Decisions;
beforeAll(async () => {
  home = decisionsOf(await shipped(scoreByHand));
});
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
});
