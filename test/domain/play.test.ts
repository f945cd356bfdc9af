import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../src/domain/hash.ts';
import { compilePlays } from '../../src/domain/play.ts';
import { atLeast, atMost, firstDay, is, Life, open, outcomes, play, settings } from './play-support.ts';

describe('a trigger', () => {
  it('true on ten daily runs leaves exactly one open action', () => {
    const life = new Life(settings([play('risk')]));

    const days = Array.from({ length: 10 }, () => life.live({ facts: { trouble: true } }));

    for (const day of days) expect(open(day)).toEqual([`risk@${firstDay}`]);
    expect(days.map((day) => outcomes(day)[0])).toEqual(['risk:fired', ...Array(9).fill('risk:open')]);
    expect(days.flatMap(({ closings }) => closings)).toEqual([]);
  });

  it('that needs two runs waits for the second yes in a row', () => {
    const life = new Life(settings([play('risk', { runs: 2 })]));

    const answers = [true, false, true, true].map((trouble) => open(life.live({ facts: { trouble } })));

    expect(answers).toEqual([[], [], [], ['risk@2026-03-05']]);
  });

  it('whose facts are unknown neither starts nor ends anything, and counts no day', () => {
    const life = new Life(settings([play('risk', { runs: 2 })]));

    expect(outcomes(life.live())).toEqual(['risk:unknown']);
    expect(outcomes(life.live({ facts: { trouble: true } }))).toEqual(['risk:quiet']);
    expect(outcomes(life.live())).toEqual(['risk:unknown']);
    expect(outcomes(life.live({ facts: { trouble: true } }))).toEqual(['risk:fired']);
    expect(outcomes(life.live())).toEqual(['risk:open']);
    expect(open(life.live())).toEqual(['risk@2026-03-05']);
  });

  it('never starts a play while the score is null, and starts it when the score is known', () => {
    const life = new Life(settings([play('risk')]));

    const unknown = life.live({ score: null, facts: { trouble: true } });
    const known = life.live({ score: 30, facts: { trouble: true } });

    expect(outcomes(unknown)).toEqual(['risk:unknown']);
    expect(unknown.actions).toEqual([]);
    expect(outcomes(known)).toEqual(['risk:fired']);
  });

  it('leaves an open play open while the score is null', () => {
    const life = new Life(settings([play('risk', { closesWhen: atLeast('score', 43) })]));
    life.live({ facts: { trouble: true } });

    const decision = life.live({ score: null, facts: { trouble: true } });

    expect(open(decision)).toEqual([`risk@${firstDay}`]);
    expect(decision.closings).toEqual([]);
  });

  it('of three accounts with the same score but other causes yields three different plays', () => {
    const plays = [
      play('seat_activation', { when: atMost('seats_used', 50) }),
      play('re_engage', { when: atLeast('days_since_login', 30) }),
      play('feature_training', { when: atMost('features_used', 2) }),
    ];
    const causes = [
      { seats_used: 40, days_since_login: 1, features_used: 8 },
      { seats_used: 90, days_since_login: 35, features_used: 8 },
      { seats_used: 90, days_since_login: 1, features_used: 2 },
    ];

    const fired = causes.map((facts) => open(new Life(settings(plays)).live({ score: 45, facts })));

    expect(fired).toEqual([
      [`seat_activation@${firstDay}`],
      [`re_engage@${firstDay}`],
      [`feature_training@${firstDay}`],
    ]);
  });
});

describe('the alert play', () => {
  const alert = play('alert', {
    when: atMost('score', 20),
    alert: true,
    closesWhen: atLeast('score', 43),
    closingRuns: 2,
  });

  it('starts at exactly 20.0 on the first run, baseline or not', () => {
    const life = new Life(settings([alert], { firstRun: 'alerts_only' }));

    expect(outcomes(life.live({ score: 20, isFirstRun: true }))).toEqual(['alert:fired']);
  });

  it('stays quiet at 20.4, starts at 19.9 and not again at 18', () => {
    const life = new Life(settings([alert]));

    const days = [20.4, 19.9, 18].map((score) => life.live({ score }));

    expect(days.map((day) => outcomes(day)[0])).toEqual(['alert:quiet', 'alert:fired', 'alert:open']);
    expect(days.map(open)).toEqual([[], ['alert@2026-03-03'], ['alert@2026-03-03']]);
  });

  it('closes only after two runs at 43 or above, with the numbers in the note', () => {
    const life = new Life(settings([alert]));
    life.live({ score: 12 });

    const days = [43, 42.9, 43, 47.2].map((score) => life.live({ score }));

    expect(days.map((day) => outcomes(day)[0])).toEqual(['alert:open', 'alert:open', 'alert:open', 'alert:closed']);
    expect(days[3]?.closings).toEqual([
      {
        account: 'acme',
        play: 'alert',
        episode: firstDay,
        note: 'Closed by Kenko on 2026-03-06: the cause is gone (score 47.2).',
      },
    ]);
    expect(days[3]?.actions).toEqual([]);
  });
});

describe('closing', () => {
  it('follows the trigger where a play has no closing condition of its own', () => {
    const life = new Life(settings([play('risk', { closingRuns: 2 })]));
    life.live({ facts: { trouble: true } });

    const days = [false, true, false, false].map((trouble) => life.live({ facts: { trouble } }));

    expect(days.map(({ closings }) => closings.length)).toEqual([0, 0, 0, 1]);
  });

  it('counts no day on which its condition is unknown', () => {
    const life = new Life(settings([play('risk', { closesWhen: is('mended', true), closingRuns: 2 })]));
    life.live({ facts: { trouble: true } });

    const mended = [true, undefined, true].map((value) => life.live({ facts: { trouble: false, mended: value } }));

    expect(mended.map(({ closings }) => closings.length)).toEqual([0, 0, 1]);
  });

  it('ends at once for an account that is no longer scored', () => {
    const life = new Life(settings([play('risk')]));
    life.live({ facts: { trouble: true } });

    const decision = life.live({ score: null, band: 'not_scored', facts: { trouble: true } });

    expect(decision.closings[0]?.note).toContain('no longer scored');
    expect(decision.actions).toEqual([]);
  });

  it('ends plays that were switched off or removed', () => {
    const before = new Life(settings([play('old'), play('risk')]));
    const memory = before.live({ facts: { trouble: true } }).memory;
    const life = new Life(settings([play('risk'), play('old', { on: false })]));
    life.remember(memory);

    const decision = life.live({ facts: { trouble: true } });

    expect(decision.closings).toEqual([
      { account: 'acme', play: 'old', episode: firstDay, note: expect.stringContaining('switched off') },
    ]);
    expect(decision.memory['old']).toMatchObject({ open: false, closedOn: firstDay });
    expect(open(decision)).toEqual([`risk@${firstDay}`]);
  });

  it('says so when an account is not scored and therefore asked about no play', () => {
    const life = new Life(settings([play('risk')]));
    life.live({ facts: { trouble: true } });

    const decision = life.live({ score: null, band: 'not_scored', plays: compilePlays(settings([])) });

    expect(decision.closings).toMatchObject([{ play: 'risk', note: expect.stringContaining('no longer scored') }]);
    expect(decision.memory['risk']?.open).toBe(false);
  });

  it('by a person ends the episode without a closing of ours, and the cool-down runs from that day', () => {
    const life = new Life(settings([play('risk', { coolDownDays: 5, closesWhen: is('mended', true) })]));
    life.live({ facts: { trouble: true } });
    const closedByPerson = [{ play: 'risk', episode: firstDay, on: '2026-03-03' }];

    const day2 = life.live({ facts: { trouble: true }, closedByPerson });
    const day3 = life.live({ facts: { trouble: false }, closedByPerson });
    const day4 = life.live({ facts: { trouble: true }, closedByPerson });

    expect(day2.closings).toEqual([]);
    expect(day2.actions).toEqual([]);
    expect(outcomes(day3)).toEqual(['risk:quiet']);
    expect(outcomes(day4)).toEqual(['risk:cooling_down']);
    expect(day4.verdicts[0]?.says).toContain('2026-03-08');
  });
});

describe('re-arming', () => {
  it('needs a no: a play that closed while its trigger still says yes stays quiet', () => {
    const life = new Life(settings([play('risk', { closesWhen: is('mended', true) })]));
    life.live({ facts: { trouble: true } });
    life.live({ facts: { trouble: true, mended: true } });

    const days = Array.from({ length: 5 }, () => life.live({ facts: { trouble: true, mended: false } }));

    expect(days.map((day) => outcomes(day)[0])).toEqual(Array(5).fill('risk:quiet'));
    expect(outcomes(life.live({ facts: { trouble: false, mended: false } }))).toEqual(['risk:quiet']);
    expect(outcomes(life.live({ facts: { trouble: true, mended: false } }))).toEqual(['risk:fired']);
  });

  it('needs the cool-down to be over, day by day', () => {
    const life = new Life(settings([play('risk', { coolDownDays: 3 })]));
    const troubles = [true, false, true, true, true, true];

    const days = troubles.map((trouble) => [life.asOf, outcomes(life.live({ facts: { trouble } }))[0]]);

    expect(days).toEqual([
      ['2026-03-02', 'risk:fired'],
      ['2026-03-03', 'risk:closed'],
      ['2026-03-04', 'risk:cooling_down'],
      ['2026-03-05', 'risk:cooling_down'],
      ['2026-03-06', 'risk:fired'],
      ['2026-03-07', 'risk:open'],
    ]);
  });

  it('gives the second episode a name of its own', () => {
    const life = new Life(settings([play('risk')]));

    const days = [true, false, true].map((trouble) => open(life.live({ facts: { trouble } })));

    expect(days).toEqual([['risk@2026-03-02'], [], ['risk@2026-03-04']]);
  });

  it('is not done by an unknown between two yes', () => {
    const life = new Life(settings([play('risk', { closesWhen: is('mended', true) })]));
    life.live({ facts: { trouble: true } });
    life.live({ facts: { trouble: true, mended: true } });

    life.live({ facts: {} });

    expect(outcomes(life.live({ facts: { trouble: true } }))).toEqual(['risk:quiet']);
  });
});

describe('the first run', () => {
  const plays = [play('risk'), play('slow', { runs: 2 }), play('alert', { when: atMost('score', 20), alert: true })];

  it('remembers what is already so and opens nothing but alerts', () => {
    const life = new Life(settings(plays, { firstRun: 'alerts_only' }));

    const decision = life.live({ score: 12, isFirstRun: true, facts: { trouble: true } });

    expect(outcomes(decision)).toEqual(['risk:baseline', 'slow:baseline', 'alert:fired']);
    expect(open(decision)).toEqual([`alert@${firstDay}`]);
  });

  it('holds on the following days, until the trigger has gone and come back', () => {
    const life = new Life(settings(plays, { firstRun: 'alerts_only' }));
    life.live({ isFirstRun: true, facts: { trouble: true } });

    const troubles = [true, true, false, true];
    const days = troubles.map((trouble) => outcomes(life.live({ facts: { trouble } }))[0]);

    expect(days).toEqual(['risk:baseline', 'risk:baseline', 'risk:quiet', 'risk:fired']);
  });

  it('opens all where the admin says so', () => {
    const life = new Life(settings(plays, { firstRun: 'open_tasks' }));

    const decision = life.live({ score: 12, isFirstRun: true, facts: { trouble: true } });

    expect(outcomes(decision)).toEqual(['risk:fired', 'slow:quiet', 'alert:fired']);
  });

  it('is over for an account that comes later', () => {
    const life = new Life(settings(plays, { firstRun: 'alerts_only' }));

    const decision = life.live({ isFirstRun: false, facts: { trouble: true } });

    expect(outcomes(decision)[0]).toBe('risk:fired');
  });
});

describe('stages', () => {
  const renewal = play('renewal', {
    id: 'P16',
    when: atMost('days_to_renewal', 120),
    stage: 'renewal_stage',
    coolDownDays: 365,
    closesWhen: is('renewal_closed', true),
  });
  const at = (days: number) => ({
    days_to_renewal: days,
    renewal_stage: days <= 60 ? '60' : days <= 90 ? '90' : days <= 120 ? '120' : null,
    renewal_closed: false,
  });

  it('make a new episode each, and the earlier one is closed', () => {
    const life = new Life(settings([renewal]));

    const days = [121, 120, 91, 90, 60].map((left) => life.live({ facts: at(left) }));

    expect(days.map(open)).toEqual([
      [],
      ['renewal@2026-03-03:120'],
      ['renewal@2026-03-03:120'],
      ['renewal@2026-03-05:90'],
      ['renewal@2026-03-06:60'],
    ]);
    expect(days.flatMap(({ closings }) => closings).map(({ episode }) => episode)).toEqual([
      '2026-03-03:120',
      '2026-03-05:90',
    ]);
    expect(days.map((day) => outcomes(day)[0])).toEqual([
      'renewal:quiet',
      'renewal:fired',
      'renewal:open',
      'renewal:fired',
      'renewal:fired',
    ]);
  });

  it('count their cool-down each for itself', () => {
    const life = new Life(settings([renewal]));
    life.live({ facts: at(120) });
    life.live({ facts: { ...at(119), renewal_closed: true } });

    expect(outcomes(life.live({ facts: at(118) }))).toEqual(['renewal:quiet']);
    expect(outcomes(life.live({ facts: at(90) }))).toEqual(['renewal:fired']);
  });

  it('fire after a baseline when the next one begins', () => {
    const life = new Life(settings([renewal], { firstRun: 'alerts_only' }));
    life.live({ isFirstRun: true, facts: at(100) });

    expect(outcomes(life.live({ facts: at(99) }))).toEqual(['renewal:baseline']);
    expect(outcomes(life.live({ facts: at(90) }))).toEqual(['renewal:fired']);
  });

  it('that nobody knows start nothing', () => {
    const life = new Life(settings([renewal]));

    const decision = life.live({ facts: { days_to_renewal: 100 } });

    expect(outcomes(decision)).toEqual(['renewal:unknown']);
  });
});

describe('suppression', () => {
  const complaint = { name: 'open complaint', when: is('complaint', true), plays: ['growth'], except: [] };
  const upsell = play('upsell', {
    kind: 'growth',
    when: atLeast('seats', 90),
    closesWhen: atMost('seats', 80),
    subject: { en: 'Propose the next tier', ja: '上位プラン提案' },
  });

  it('keeps upsell texts away from a customer who complains', () => {
    const life = new Life(settings([upsell], { suppress: [complaint] }));

    const decision = life.live({ facts: { seats: 96, complaint: true } });

    expect(outcomes(decision)).toEqual(['upsell:suppressed']);
    expect(decision.verdicts[0]?.says).toContain('open complaint');
    expect(JSON.stringify(decision.actions)).not.toContain('next tier');
  });

  it('takes back an open upsell when a complaint comes in, and offers it again afterwards', () => {
    const life = new Life(settings([upsell], { suppress: [complaint] }));
    life.live({ facts: { seats: 96, complaint: false } });

    const during = life.live({ facts: { seats: 96, complaint: true } });
    const still = life.live({ facts: { seats: 96, complaint: true } });
    const after = life.live({ facts: { seats: 96, complaint: false } });

    expect(during.actions).toEqual([]);
    expect(during.closings[0]?.note).toContain('open complaint');
    expect(outcomes(still)).toEqual(['upsell:suppressed']);
    expect(open(after)).toEqual(['upsell@2026-03-05']);
  });

  it('whose condition is unknown suppresses nothing', () => {
    const life = new Life(settings([upsell], { suppress: [complaint] }));

    expect(outcomes(life.live({ facts: { seats: 96 } }))).toEqual(['upsell:fired']);
  });

  it('under notice leaves only what it excepts', () => {
    const notice = { name: 'notice', when: is('notice', true), plays: ['*'], except: ['P01', 'win_back'] };
    const plays = [play('alert', { id: 'P01' }), play('usage', { id: 'P03' }), play('win_back', { id: 'P26' })];
    const life = new Life(settings(plays, { suppress: [notice] }));

    const decision = life.live({ facts: { trouble: true, notice: true } });

    expect(outcomes(decision)).toEqual(['alert:fired', 'usage:suppressed', 'win_back:fired']);
  });

  it('does not undo the baseline of a first run', () => {
    const life = new Life(settings([upsell], { suppress: [complaint], firstRun: 'alerts_only' }));
    life.live({ isFirstRun: true, facts: { seats: 96, complaint: true } });

    expect(outcomes(life.live({ facts: { seats: 96, complaint: false } }))).toEqual(['upsell:baseline']);
  });
});

describe('the touch model', () => {
  const guide = play('onboarding', {
    touch: { high: 'task', low: 'task', tech: 'nurture' },
    nurtureTrack: 'onboarding_guide_3',
    guideUrl: 'https://guide.example/3',
    taskForTechWhen: atLeast('arr', 10_000_000),
  });

  it.each([
    ['high', undefined, 'task'],
    ['low', undefined, 'task'],
    ['tech', undefined, 'nurture'],
    ['tech', 9_999_999, 'nurture'],
    ['tech', 10_000_000, 'task'],
    [null, undefined, 'task'],
  ])('%s with ARR %s is reached by %s', (touchModel, arr, channel) => {
    const life = new Life(settings([guide]));

    const decision = life.live({ touchModel, facts: { trouble: true, arr } });

    expect(decision.verdicts[0]).toMatchObject({ outcome: 'fired', channel });
    expect(decision.actions).toHaveLength(channel === 'task' ? 1 : 0);
  });

  it('tech shows track and guide for other tools to pick up', () => {
    const decision = new Life(settings([guide])).live({ touchModel: 'tech', facts: { trouble: true } });

    expect(decision.verdicts[0]).toMatchObject({
      nurtureTrack: 'onboarding_guide_3',
      guideUrl: 'https://guide.example/3',
    });
  });

  it.each([
    ['a model that the play does not list', { high: 'task' }, 'low'],
    ['a model that the play excludes', { high: 'task', low: 'none' }, 'low'],
    ['tech, where no condition allows a task', { tech: 'task' }, 'tech'],
    ['tech, where there is no track to nurture with', { tech: 'nurture' }, 'tech'],
  ] as const)('without channel opens nothing: %s', (_, touch, touchModel) => {
    const life = new Life(settings([play('risk', { touch })]));

    const decision = life.live({ touchModel, facts: { trouble: true } });

    expect(outcomes(decision)).toEqual(['risk:no_channel']);
    expect(decision.actions).toEqual([]);
  });

  it('that changes opens what had no channel, and keeps a task that is open', () => {
    const life = new Life(settings([play('risk')]));
    life.live({ touchModel: 'tech', facts: { trouble: true } });

    const moved = life.live({ touchModel: 'low', facts: { trouble: true } });
    const back = life.live({ touchModel: 'tech', facts: { trouble: true } });

    expect(open(moved)).toEqual(['risk@2026-03-03']);
    expect(open(back)).toEqual(['risk@2026-03-03']);
  });

  it('that moves up turns an open nurture into a task of the same episode', () => {
    const life = new Life(settings([guide]));
    life.live({ touchModel: 'tech', facts: { trouble: true } });

    const decision = life.live({ touchModel: 'high', facts: { trouble: true } });

    expect(open(decision)).toEqual([`onboarding@${firstDay}`]);
    expect(outcomes(decision)).toEqual(['onboarding:open']);
  });

  it('nurtured episodes end without a closing, because no task stands for them', () => {
    const life = new Life(settings([guide]));
    life.live({ touchModel: 'tech', facts: { trouble: true } });

    const decision = life.live({ touchModel: 'tech', facts: { trouble: false } });

    expect(outcomes(decision)).toEqual(['onboarding:closed']);
    expect(decision.closings).toEqual([]);
  });
});

describe('several risks', () => {
  const plays = [
    play('usage', { when: is('usage', true), priority: 'high', dueBusinessDays: 5 }),
    play('champion', { when: is('champion', true), dueBusinessDays: 2 }),
    play('alert', { when: is('alert', true), dueBusinessDays: 3 }),
    play('growth', { when: is('growth', true), kind: 'growth' }),
  ];
  const merged = settings(plays, { mergeOrder: ['alert', 'champion', 'usage'] });
  const none = { usage: false, champion: false, alert: false, growth: false };

  it('become one task: the first in order leads, the others are its checklist', () => {
    const life = new Life(merged);

    const decision = life.live({ facts: { usage: true, champion: true, alert: true, growth: true } });

    expect(outcomes(decision)).toEqual(['usage:merged', 'champion:merged', 'alert:fired', 'growth:fired']);
    expect(open(decision)).toEqual([`alert@${firstDay}`, `growth@${firstDay}`]);
    expect(decision.actions[0]).toMatchObject({
      subject: 'alert: Acme',
      body: 'Call about alert.\n\nAlso to look at:\n[ ] champion: Acme\n[ ] usage: Acme',
      priority: 'high',
      dueOn: '2026-03-04',
      because: ['alert true', 'champion true', 'usage true'],
    });
  });

  it('stay one task on the next day', () => {
    const life = new Life(merged);
    life.live({ facts: { ...none, usage: true, champion: true } });

    const decision = life.live({ facts: { ...none, usage: true, champion: true } });

    expect(outcomes(decision)).toEqual(['usage:merged', 'champion:open', 'alert:quiet', 'growth:quiet']);
    expect(open(decision)).toEqual([`champion@${firstDay}`]);
  });

  it('that come later join the open task of a bigger one', () => {
    const life = new Life(merged);
    life.live({ facts: { ...none, champion: true } });

    const decision = life.live({ facts: { ...none, champion: true, usage: true } });

    expect(open(decision)).toEqual([`champion@${firstDay}`]);
    expect(decision.actions[0]?.body).toContain('[ ] usage: Acme');
  });

  it('never take away a task that somebody is working on', () => {
    const life = new Life(merged);
    life.live({ facts: { ...none, usage: true } });

    const decision = life.live({ facts: { ...none, usage: true, alert: true } });

    expect(open(decision)).toEqual([`usage@${firstDay}`, 'alert@2026-03-03']);
    expect(decision.closings).toEqual([]);
  });

  it('get a task of their own when the leading one is over', () => {
    const life = new Life(merged);
    life.live({ facts: { ...none, alert: true, champion: true, usage: true } });

    const decision = life.live({ facts: { ...none, champion: true, usage: true } });

    expect(decision.closings.map(({ play: name }) => name)).toEqual(['alert']);
    expect(open(decision)).toEqual([`champion@${firstDay}`]);
    expect(outcomes(decision)).toEqual(['usage:merged', 'champion:open', 'alert:closed', 'growth:quiet']);
  });

  it('on a checklist end without a closing of their own', () => {
    const life = new Life(merged);
    life.live({ facts: { ...none, alert: true, usage: true } });

    const decision = life.live({ facts: { ...none, alert: true } });

    expect(decision.closings).toEqual([]);
    expect(decision.actions[0]?.body).toBe('Call about alert.');
  });

  it('are all worked off when a person closes the one task', () => {
    const life = new Life(merged);
    life.live({ facts: { ...none, alert: true, usage: true } });

    const decision = life.live({
      facts: { ...none, alert: true, usage: true },
      closedByPerson: [{ play: 'alert', episode: firstDay, on: firstDay }],
    });

    expect(decision.actions).toEqual([]);
    expect(outcomes(decision)).toEqual(['usage:closed', 'champion:quiet', 'alert:closed', 'growth:quiet']);
  });

  it('stay apart where there is no merge order', () => {
    const life = new Life(settings(plays));

    const decision = life.live({ facts: { ...none, usage: true, champion: true } });

    expect(open(decision)).toEqual([`usage@${firstDay}`, `champion@${firstDay}`]);
  });
});

describe('next actions', () => {
  it('carry the text of the home in its language, one line and at most 255 long', () => {
    const subject = { en: `{{name}}\n${'word '.repeat(80)}`, ja: '【警告】{{name}} スコア{{score}}' };
    const plays = [play('risk', { subject })];

    const en = new Life(settings(plays)).live({ facts: { trouble: true } }).actions[0]?.subject ?? '';
    const ja = new Life(settings(plays), { locale: 'ja' }).live({ score: 18.2, facts: { trouble: true } }).actions[0];

    expect(en.length).toBeLessThanOrEqual(255);
    expect(en).toMatch(/^Acme word .*word…$/);
    expect(ja?.subject).toBe('【警告】Acme スコア18.2');
  });

  it('are due business days after their episode began, not after today', () => {
    const life = new Life(settings([play('risk', { dueBusinessDays: 5 })]));

    const days = Array.from({ length: 3 }, () => life.live({ facts: { trouble: true } }).actions[0]?.dueOn);

    expect(days).toEqual(['2026-03-09', '2026-03-09', '2026-03-09']);
  });

  it('come most urgent first', () => {
    const plays = [play('c', { priority: 'low' }), play('a'), play('b', { priority: 'high' })];

    const decision = new Life(settings(plays)).live({ facts: { trouble: true } });

    expect(decision.actions.map(({ play: name }) => name)).toEqual(['b', 'a', 'c']);
  });

  it('say which facts called for them, and what they rank', () => {
    const when = { all: [atMost('score', 64), { not: is('champion_active', true) }] };
    const life = new Life(settings([play('risk', { when })]));

    const [action] = life.live({ score: 64, facts: { champion_active: false, days_to_renewal: 75 } }).actions;

    expect(action?.because).toEqual(['score 64', 'champion_active false']);
    expect(action?.rank).toBeCloseTo(1.5, 2);
  });
});

describe('parked accounts', () => {
  const parked = { closedPlays: 3, withinDays: 180, minGain: 5, parkDays: 90, unless: atMost('days_to_renewal', 90) };
  const plays = [play('one', { when: is('one', true) }), play('two', { when: is('two', true) })];
  const rules = settings(plays, { parked });
  const far = { days_to_renewal: 200, one: false, two: false };

  /** Three plays worked off at the given scores. */
  function helpedThreeTimes(scores: readonly [number, number, number], facts = far): Life {
    const life = new Life(rules);
    for (const score of scores) {
      life.live({ score, facts: { ...facts, one: true } });
      life.live({ score, facts: { ...facts, one: false } });
    }
    return life;
  }

  it('are those where three plays brought less than five points, for ninety days', () => {
    const life = new Life(rules);
    const lived = [22, 21, 23].flatMap((score) => [
      life.live({ score, facts: { ...far, one: true } }),
      life.live({ score, facts: far }),
    ]);

    expect(lived.map(({ parkedUntil }) => parkedUntil)).toEqual([null, null, null, null, null, '2026-06-05']);
  });

  it.each([
    [[22, 21, 27], null],
    [[22, 21, 26.9], '2026-06-05'],
  ] as const)('need a gain below five: %j → %s', (scores, until) => {
    const life = helpedThreeTimes(scores);

    expect(life.look({ score: 22, facts: far }).parkedUntil).toBe(until);
  });

  it('get no human task, and say so', () => {
    const life = helpedThreeTimes([22, 21, 23]);

    const decision = life.live({ score: 20, facts: { ...far, two: true } });

    expect(outcomes(decision)).toEqual(['one:quiet', 'two:suppressed']);
    expect(decision.verdicts[1]?.says).toContain('parked until 2026-06-05');
    expect(decision.actions).toEqual([]);
  });

  it('are back as soon as the renewal is near, and their play starts then', () => {
    const life = helpedThreeTimes([22, 21, 23]);
    life.live({ score: 20, facts: { ...far, two: true } });

    const decision = life.live({ score: 20, facts: { ...far, two: true, days_to_renewal: 90 } });

    expect(decision.parkedUntil).toBeNull();
    expect(outcomes(decision)).toEqual(['one:quiet', 'two:fired']);
  });

  it('are not parked where nobody knows the renewal', () => {
    const life = helpedThreeTimes([22, 21, 23], { ...far, days_to_renewal: Number.NaN });

    expect(life.look({ score: 22, facts: { ...far, days_to_renewal: Number.NaN } }).parkedUntil).toBeNull();
  });

  it('stay parked on a day on which the renewal is unknown', () => {
    const life = helpedThreeTimes([22, 21, 23]);

    expect(life.look({ score: 22, facts: { one: false, two: false } }).parkedUntil).toBe('2026-06-05');
  });

  it('are back on the day it ends, and are not parked again for the same three plays', () => {
    const life = helpedThreeTimes([22, 21, 23]);
    life.skip(88);

    const last = life.look({ score: 22, facts: far });
    life.skip(1);
    const over = life.live({ score: 22, facts: far });

    expect(last.parkedUntil).toBe('2026-06-05');
    expect(over.parkedUntil).toBeNull();
  });

  it('are not made by plays that are longer ago than the window', () => {
    const life = new Life(rules);
    life.live({ score: 22, facts: { ...far, one: true } });
    life.live({ score: 22, facts: far });
    life.skip(181);
    for (const score of [21, 23]) {
      life.live({ score, facts: { ...far, one: true } });
      life.live({ score, facts: far });
    }

    expect(life.look({ score: 22, facts: far }).parkedUntil).toBeNull();
  });
});

describe('deciding', () => {
  it('twice on one day gives the same bytes', () => {
    const life = new Life(
      settings([play('risk'), play('other', { when: is('other', true) })], { mergeOrder: ['other', 'risk'] }),
    );
    life.live({ facts: { trouble: true, other: false } });
    const day = { facts: { trouble: true, other: true } };

    expect(canonicalJson(life.look(day))).toBe(canonicalJson(life.look(day)));
  });

  it('never opens two actions of one play, never reopens an episode, closes only what was open', () => {
    const given = settings(
      [
        play('a', { when: is('a', true), coolDownDays: 2, closingRuns: 2 }),
        play('b', { when: is('b', true), runs: 2, stage: 'stage' }),
        play('c', { when: is('c', true), closesWhen: is('a', true), kind: 'growth' }),
      ],
      {
        mergeOrder: ['b', 'a'],
        firstRun: 'alerts_only',
        suppress: [{ name: 's', when: is('s', true), plays: ['growth'], except: [] }],
      },
    );
    const fact = fc.constantFrom(true, false, undefined);
    const day = fc.record({
      a: fact,
      b: fact,
      c: fact,
      s: fact,
      stage: fc.constantFrom('1', '2', undefined),
      score: fc.constantFrom(10, 60, null),
      touchModel: fc.constantFrom('high', 'tech', null),
    });
    fc.assert(
      fc.property(fc.array(day, { maxLength: 25 }), (days) => {
        const life = new Life(given);
        const seen = new Set<string>();
        const closed = new Set<string>();
        days.forEach(({ score, touchModel, ...facts }, index) => {
          const decision = life.live({ score, touchModel, isFirstRun: index === 0, facts });
          const names = decision.actions.map(({ play: name }) => name);
          expect(new Set(names).size).toBe(names.length);
          for (const episode of open(decision)) {
            expect(closed).not.toContain(episode);
            seen.add(episode);
          }
          for (const { play: name, episode } of decision.closings) {
            expect(seen).toContain(`${name}@${episode}`);
            closed.add(`${name}@${episode}`);
          }
        });
      }),
      { numRuns: 150 },
    );
  });

  it('refuses a text that does not parse when plays are compiled', () => {
    const broken = settings([play('risk', { subject: { en: '{{name', ja: '' } })]);

    expect(() => compilePlays(broken)).toThrow();
  });
});
