// Everything that Salesforce may answer to a write, one row each: the run ends as the table of reference errors says. Which
// state the effect has, how the run ends, what the admin is told; then that nothing is lost and nothing is done twice.

import { afterEach, describe, expect, it } from 'vitest';
import type { EffectState } from '../../../src/domain/nouns.ts';
import type { FaultAction } from '../../../src/sandbox/faults.ts';
import { type OrgStage, orgStage } from './org-stage.ts';

/** Six customers; the last two are in trouble and get a task. */
const customers = [20, 18, 16, 14, 2, 1].map((logins) => ({ logins, satisfaction: logins > 10 ? 9 : 2 }));
const wished = [96, 90, 84, 78, 14, 11];

let stage: OrgStage;
afterEach(() => stage.close());

interface Row {
  readonly code: string;
  readonly message?: string;
  /** State of the effect whose record had the error. */
  readonly state: EffectState;
  readonly exit: number;
  /** What brings it into the org: the next run by itself, or `kenko retry`. */
  readonly mends: 'next run' | 'retry';
  readonly says: RegExp;
}
const rejected = (code: string, says: RegExp, message?: string): Row => ({
  code,
  state: 'rejected',
  exit: 4,
  mends: 'retry',
  says,
  ...(message === undefined ? {} : { message }),
});
const later = (code: string, says: RegExp): Row => ({ code, state: 'skipped', exit: 4, mends: 'next run', says });
const drift = (code: string, says: RegExp): Row => ({ code, state: 'ready', exit: 5, mends: 'next run', says });

const rows: readonly Row[] = [
  later('UNABLE_TO_LOCK_ROW', /Somebody else is changing the record/),
  later('ENTITY_IS_LOCKED', /approval/),
  later('TOO_MANY_APEX_REQUESTS', /Apex of the org is at its limit/),
  later('LIMIT_EXCEEDED', /Apex of the org is at its limit/),
  rejected('FIELD_CUSTOM_VALIDATION_EXCEPTION', /validation rule/, 'Scores are closed in this quarter'),
  rejected('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', /trigger/),
  rejected('CANNOT_EXECUTE_FLOW_TRIGGER', /flow/),
  drift('INVALID_FIELD', /no such column/),
  drift('INVALID_FIELD_FOR_INSERT_UPDATE', /read-only for the integration user/),
  rejected('STRING_TOO_LONG', /longer than the field/),
  rejected('NUMBER_OUTSIDE_VALID_RANGE', /more digits/),
  rejected('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', /picklist is restricted/),
  rejected('JSON_PARSER_ERROR', /not understood/),
  rejected('REQUIRED_FIELD_MISSING', /required field/),
  rejected('DUPLICATE_VALUE', /unique value/),
  rejected('DUPLICATES_DETECTED', /duplicate rule/),
  rejected('DUPLICATE_EXTERNAL_ID', /external id/),
  rejected('ENTITY_IS_DELETED', /deleted or merged/),
  rejected('INVALID_CROSS_REFERENCE_KEY', /gone, or the integration user may not see it/),
  rejected('MALFORMED_ID', /id is none of this object/),
  rejected('NOT_FOUND', /does not exist/),
  rejected('INSUFFICIENT_ACCESS_OR_READONLY', /not shared/),
  rejected('INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', /may not touch/),
  rejected('INSUFFICIENT_ACCESS', /may not do this/),
  rejected('INACTIVE_OWNER_OR_USER', /owner is inactive/),
  rejected('MISSING_ARGUMENT', /incomplete/),
  rejected('EXCEEDED_ID_LIMIT', /More records/),
  rejected('FIELD_INTEGRITY_EXCEPTION', /contradicts/),
];

describe('an answer about one record of an update', () => {
  it.each(rows)('$code: the effect is $state, the run ends with $exit, and $mends brings it in', async (row) => {
    stage = await orgStage(customers);
    stage.box.salesforce.faults.plant({
      match: { path: '/composite', kind: 'write', method: 'PATCH' },
      times: 0,
      action: { do: 'items', items: [0], error: { code: row.code, message: row.message ?? 'told by the org' } },
    });

    const report = await stage.run();

    const effects = await stage.effects();
    const hit = effects.filter((effect) => effect.op === 'set' && effect.state !== 'applied');
    expect(hit.map((effect) => effect.state)).toEqual([row.state]);
    expect(report.exitCode).toBe(row.exit);
    // What an admin reads: in the report where nobody else keeps it, with the effect where it stays refused.
    const told = [...report.problems, ...hit.flatMap((effect) => effect.problem ?? [])];
    expect(told.map((problem) => `${problem.what} ${problem.why}`).join('\n')).toMatch(row.says);
    for (const problem of told) expect(problem.fix.length).toBeGreaterThan(3);
    expect(stage.scores().filter((score) => score === null)).toHaveLength(1);
    const { applied, rejected: refused, skipped, unknown, superseded, waiting } = report.effects;
    expect(applied + refused + skipped + unknown + superseded + waiting).toBe(effects.length);

    stage.box.salesforce.faults.clear();
    const next = await stage.run();
    if (row.mends === 'retry') {
      expect(stage.scores()).toContain(null);
      await stage.run({ kind: 'retry', lifted: true });
    } else expect(next.exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
    expect(stage.tasks()).toHaveLength(2);

    stage.writes();
    await stage.run();
    expect(stage.writes()).toBe(0);
    expect(await stage.broken()).toEqual([]);
  });

  it('A_CODE_OF_NEXT_YEAR: nobody knows, so it is read back before anything is sent again', async () => {
    stage = await orgStage(customers);
    stage.box.salesforce.faults.plant({
      match: { path: '/composite', kind: 'write', method: 'PATCH' },
      action: {
        do: 'items',
        items: [0],
        error: { code: 'UNKNOWN_EXCEPTION', message: 'An unexpected error occurred' },
      },
    });

    const report = await stage.run();

    expect(report).toMatchObject({ exitCode: 4, effects: { unknown: 1 } });
    stage.home.clock.push(600_000);
    stage.box.clock.push(600_000);
    expect((await stage.run()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
    expect(stage.tasks()).toHaveLength(2);
  });
});

describe('an answer about one new task', () => {
  const plantOnTasks = (code: string, message: string, times = 0) =>
    stage.box.salesforce.faults.plant({
      match: { path: '/composite/sobjects', kind: 'write', method: 'POST' },
      times,
      action: { do: 'items', items: 'all', error: { code, message } },
    });

  it('STORAGE_LIMIT_EXCEEDED: no more tasks are tried, scores are written all the same, and the next run makes the tasks', async () => {
    stage = await orgStage(customers);
    plantOnTasks('STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded');

    const report = await stage.run();

    expect(report.exitCode).toBe(4);
    expect(report.problems.map((problem) => problem.why).join()).toContain('data storage of the org is full');
    expect(stage.scores()).toEqual(wished);
    expect(stage.tasks()).toHaveLength(0);

    stage.box.salesforce.faults.clear();
    expect((await stage.run()).exitCode).toBe(0);
    expect(stage.tasks()).toHaveLength(2);
  });

  it.each([
    ['INACTIVE_OWNER_OR_USER', /owner is inactive/],
    ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', /may not touch/],
    ['REQUIRED_FIELD_MISSING', /required field/],
  ])('%s: the task is refused, the scores stand, and after `retry` there is one task', async (code, says) => {
    stage = await orgStage(customers);
    plantOnTasks(code, 'told by the org');

    const report = await stage.run();

    const hit = (await stage.effects()).filter((effect) => effect.state === 'rejected');
    expect(report.exitCode).toBe(4);
    expect(hit.map((effect) => effect.op)).toEqual(['ensure_task', 'ensure_task']);
    expect(hit[0]?.problem?.why).toMatch(says);
    expect(stage.scores()).toEqual(wished);

    stage.box.salesforce.faults.clear();
    await stage.run({ kind: 'retry', lifted: true });
    await stage.run();
    expect(stage.tasks()).toHaveLength(2);
  });

  it('DUPLICATE_VALUE on the task key: it is there already, and is taken as ours', async () => {
    stage = await orgStage(customers);
    stage.box.salesforce.faults.plant({
      match: { path: '/composite/sobjects', kind: 'write', method: 'POST' },
      action: { do: 'reset_after' },
    });
    await stage.run();
    stage.home.clock.push(600_000);
    stage.box.clock.push(600_000);

    const report = await stage.run();

    expect(report.exitCode).toBe(0);
    expect(stage.tasks()).toHaveLength(2);
  });
});

describe('an answer to a whole request', () => {
  const whole = (action: FaultAction, times = 1) =>
    stage.box.salesforce.faults.plant({
      match: { path: '/composite/sobjects', kind: 'write', method: 'PATCH' },
      times,
      action,
    });
  const settle = async () => {
    stage.box.salesforce.faults.clear();
    stage.home.clock.push(600_000);
    stage.box.clock.push(600_000);
    return await stage.run();
  };

  it('INVALID_SESSION_ID: one new session, and the write goes through', async () => {
    stage = await orgStage(customers);
    whole({ do: 'expire_token' });

    const report = await stage.run();

    expect(report.exitCode).toBe(0);
    expect(report.apiCalls['salesforce']?.auth).toBe(2);
    expect(stage.scores()).toEqual(wished);
  });

  it('INVALID_SESSION_ID for ever: the run stops with 6 and says what to look at', async () => {
    stage = await orgStage(customers);
    whole({ do: 'status', status: 401, code: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }, 0);

    const report = await stage.run();

    expect(report.exitCode).toBe(6);
    expect(stage.scores().every((score) => score === null)).toBe(true);
    expect((await settle()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
  });

  it('REQUEST_LIMIT_EXCEEDED of the day: the run stops with 7, and the next one does all of it', async () => {
    stage = await orgStage(customers);
    whole({ do: 'status', status: 403, code: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }, 0);

    const report = await stage.run();

    expect(report.exitCode).toBe(7);
    expect(report.problems.map((problem) => problem.why).join()).toContain('API calls of the org are used up');
    expect((await settle()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
    expect(stage.tasks()).toHaveLength(2);
  });

  it('REQUEST_LIMIT_EXCEEDED of long calls: it waits and goes on', async () => {
    stage = await orgStage(customers);
    whole({
      do: 'status',
      status: 403,
      code: 'REQUEST_LIMIT_EXCEEDED',
      message: 'ConcurrentPerOrgLongTxn Limit exceeded.',
    });

    expect((await stage.run()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
  });

  it.each<[string, FaultAction]>([
    ['SERVER_UNAVAILABLE', { do: 'status', status: 503, code: 'SERVER_UNAVAILABLE' }],
    ['a 500', { do: 'apply_first', items: 3 }],
    ['a page of HTML', { do: 'body', variant: 'html' }],
    ['a broken line', { do: 'reset_after' }],
    [
      'REQUEST_RUNNING_TOO_LONG',
      { do: 'status', status: 400, code: 'REQUEST_RUNNING_TOO_LONG', message: 'Your request was running for too long' },
    ],
    ['420', { do: 'status', status: 420, body: '' }],
  ])('%s: unknown, read back, and written once', async (_what, action) => {
    stage = await orgStage(customers);
    whole(action);

    const report = await stage.run();

    expect(report.exitCode).toBe(4);
    expect(report.effects.unknown).toBeGreaterThan(0);
    expect((await settle()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
    expect(stage.tasks()).toHaveLength(2);
    expect(await stage.broken()).toEqual([]);
  });

  it.each([
    ['INVALID_TYPE', 400],
    ['NOT_FOUND', 404],
    ['UNSUPPORTED_API_VERSION', 410],
    ['INSUFFICIENT_ACCESS', 403],
  ])('%s: nothing more is sent, the run ends with 5, and nothing is in quarantine', async (code, status) => {
    stage = await orgStage(customers);
    whole({ do: 'status', status, code, message: 'told by the org' }, 0);

    const report = await stage.run();

    const updates = stage.box.salesforce.requests().filter((request) => request.method === 'PATCH');
    expect(report.exitCode).toBe(5);
    expect(updates).toHaveLength(1);
    expect(report.problems.at(-1)?.fix.length).toBeGreaterThan(10);
    expect((await settle()).exitCode).toBe(0);
    expect(stage.scores()).toEqual(wished);
  });

  it('API_DISABLED_FOR_ORG: the run stops with 6 and names the permission', async () => {
    stage = await orgStage(customers);
    whole({ do: 'status', status: 403, code: 'API_DISABLED_FOR_ORG', message: 'API is not enabled' }, 0);

    const report = await stage.run();

    expect(report.exitCode).toBe(6);
    expect(report.problems.at(-1)?.fix).toContain('API Enabled');
    expect((await settle()).exitCode).toBe(0);
  });

  it('JSON_PARSER_ERROR for the sake of one record: halved until it stands alone', async () => {
    stage = await orgStage(customers);
    const poison = stage.ids[3] ?? '';
    const { half } = stage.box.salesforce;
    const original = half.fetch.bind(half);
    Object.assign(half, {
      fetch: async (request: Request, orders: Parameters<typeof original>[1]) => {
        const text = request.method === 'PATCH' ? await request.clone().text() : '';
        return text.includes(poison)
          ? half.refuse(400, { code: 'JSON_PARSER_ERROR', message: 'Unexpected character' })
          : await original(request, orders);
      },
    });

    const report = await stage.run();

    const hit = (await stage.effects()).filter((effect) => effect.state === 'rejected');
    expect(report.exitCode).toBe(4);
    expect(hit.map((effect) => effect.target)).toEqual([poison]);
    expect(stage.scores().filter((score) => score === null)).toHaveLength(1);
  });
});
