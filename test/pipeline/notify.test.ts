// Operators are told once when something begins to be wrong and once when it is over: by a real web server on loopback, through
// restarts, in the language of the home, and never with a word about a customer.

import { Writable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Machine, openApp } from '../../src/app.ts';
import { seededChance } from '../../src/lib/chance.ts';
import { applyPlan } from '../../src/pipeline/approve.ts';
import type { Telling } from '../../src/pipeline/notify.ts';
import { type RunRequest, run } from '../../src/pipeline/run.ts';
import { type Receiver, startReceiver } from '../support/receiver.ts';
import { crmId, type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';

const minute = 60_000;
const day = 86_400_000;
const customers = [
  { id: 'canary-a', logins: 20, satisfaction: 10 },
  { id: 'canary-b', logins: 10, satisfaction: 5 },
  { id: 'canary-c', logins: 1, satisfaction: 2 },
];
const kenko = (more = '') => ({
  'config/kenko.yaml': `
name: Small
zone: UTC
schedule: "0 5 * * *"
state: {path: state.sqlite}
notify_url: \${KENKO_NOTIFY_URL:-}
${more}`,
});
const novel = {
  'config/gates.yaml': `
novelty: {on: true}
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
volume: {hold_below_share: 0}
coverage: {hold_below_share: 0}
`,
};

let receiver: Receiver;
let home: SmallHome;
beforeEach(async () => {
  receiver = await startReceiver();
});
afterEach(async () => {
  await receiver.close();
  await home.remove();
});

/** A process that opens the home, tells what is to be told, and ends. */
async function tellAnew(): Promise<string> {
  const log: string[] = [];
  const stderr = new Writable({
    write: (part: Buffer, _encoding, done) => {
      log.push(part.toString('utf8'));
      done();
    },
  });
  const machine: Machine = {
    env: { KENKO_NOTIFY_URL: receiver.url },
    cwd: home.folder,
    clock: home.clock,
    chance: seededChance(1),
    owner: 'test:2',
  };
  const app = await openApp({
    home: home.folder,
    needs: 'state',
    logLevel: 'warn',
    stderr,
    actor: 'test',
    machine,
    emit: () => undefined,
  });
  await app.notify();
  await app.close();
  return log.join('');
}
async function runOnce(request: Partial<RunRequest> = {}) {
  const { hall, store } = await home.open();
  try {
    return await run(hall, { ...whole, ...request }, never);
  } finally {
    await store.close();
  }
}
async function nextNight() {
  home.clock.push(day);
  await home.save();
  return await runOnce();
}
const lastTold = () => JSON.parse(receiver.bodies.at(-1) ?? '{}') as Telling;

describe('a plan that waits', () => {
  it('is told once when it begins to wait and once when a person has answered, through restarts and nights', async () => {
    home = await smallHome(customers, { ...kenko(), ...novel });
    const first = await runOnce();
    await tellAnew();
    expect(first.state).toBe('held');
    expect(receiver.bodies).toHaveLength(1);
    expect(lastTold().began).toMatchObject([{ kind: 'held', about: `plan ${first.plan?.id} (G11)`, count: 1 }]);
    expect(lastTold().text).toContain('kenko apply');

    await tellAnew();
    const second = await nextNight();
    await tellAnew();
    expect(second.state).toBe('held');
    expect(receiver.bodies).toHaveLength(1);

    const { hall, store } = await home.open();
    await applyPlan(hall, Number(second.plan?.id), never);
    await store.close();
    await tellAnew();
    await tellAnew();
    expect(receiver.bodies).toHaveLength(2);
    expect(lastTold()).toMatchObject({ began: [], ended: [{ kind: 'held' }] });
  });

  it('expires after 24 hours without an answer: nothing is written, and the question stays open', async () => {
    home = await smallHome(customers, { ...kenko(), ...novel });
    const held = await runOnce();
    await tellAnew();

    home.clock.push(day);
    await tellAnew();

    const { hall, store } = await home.open();
    const plan = await store.plans.get(Number(held.plan?.id));
    const audit = await store.audit.rows(0, 100);
    await expect(applyPlan(hall, Number(held.plan?.id), never)).rejects.toMatchObject({
      code: 'E_STALE_PLAN',
    });
    await store.close();
    expect(plan).toMatchObject({ state: 'cancelled', expired: true });
    expect(audit.at(-1)).toMatchObject({ action: 'cancel', actor: 'kenko', why: 'nobody answered it within 24 hours' });
    expect(home.crm.writes).toBe(0);
    expect(receiver.bodies).toHaveLength(1);
  });

  it('is not told where a person asked for it with kenko plan: that person sees it', async () => {
    home = await smallHome(customers, { ...kenko(), ...novel });

    const asked = await runOnce({ kind: 'plan', until: 'plan' });
    await tellAnew();

    expect(asked.state).toBe('held');
    expect(receiver.bodies).toEqual([]);
  });
});

describe('a run that goes wrong', () => {
  it('is told with its source and its gate, and again when all is well', async () => {
    home = await smallHome(customers, kenko());
    await runOnce();
    await tellAnew();
    expect(receiver.bodies).toEqual([]);

    home.clock.push(day);
    await home.rewrite('data/usage.csv', 'id,day,logins\n');
    const empty = await runOnce();
    await tellAnew();
    expect(empty.exitCode).toBe(8);
    expect(lastTold().began.map(({ kind, about }) => [kind, about])).toEqual([
      ['stale', 'usage'],
      ['stopped', `G2 in run ${empty.runId}`],
    ]);

    await nextNight();
    await tellAnew();
    expect(receiver.bodies).toHaveLength(2);
    expect(lastTold().ended.map(({ kind }) => kind)).toEqual(['stale', 'stopped']);
  });

  it('tells growing trouble at each order of magnitude, and no word about a customer', async () => {
    const many = Array.from({ length: 12 }, (_, i) => ({ id: `canary-${i}`, logins: i, satisfaction: 5 }));
    home = await smallHome(many, {
      ...kenko(),
      'config/gates.yaml': `
novelty: {on: false}
outcome: {band_change_share: 1, small_count: 1000, mean_shift: 100, psi: 100}
breaker: {rejected_share: 1}
volume: {hold_below_share: 0}
coverage: {hold_below_share: 0}
`,
    });
    home.crm.refused.add(crmId('canary-11'));
    const one = await runOnce();
    await tellAnew();
    expect(one.exitCode).toBe(4);
    expect(lastTold().began.map(({ kind, count }) => [kind, count])).toEqual([['rejected', 1]]);

    await nextNight();
    await tellAnew();
    expect(receiver.bodies).toHaveLength(1);

    for (const { id } of many) home.crm.refused.add(crmId(id));
    for (const customer of home.customers) customer.satisfaction = 1;
    await nextNight();
    await tellAnew();
    expect(lastTold().began).toMatchObject([{ kind: 'rejected', about: '10' }]);
    expect(receiver.bodies.join('\n')).not.toMatch(/canary|Company/);
  });
});

describe('a webhook that does not take it', () => {
  it('fails no run, is tried again later and ever more rarely, and is told once in the end', async () => {
    home = await smallHome(customers, { ...kenko(), ...novel });
    receiver.status = 500;
    await runOnce();

    const log = await tellAnew();
    await tellAnew();
    expect(log).toContain('notify.failed');
    expect(log).not.toContain(receiver.url);
    expect(receiver.bodies).toHaveLength(1);

    home.clock.push(minute);
    await tellAnew();
    home.clock.push(minute);
    await tellAnew();
    expect(receiver.bodies).toHaveLength(2);

    receiver.status = 200;
    home.clock.push(minute);
    await tellAnew();
    home.clock.push(day / 2);
    await tellAnew();
    expect(receiver.bodies).toHaveLength(3);
    expect(lastTold().began).toMatchObject([{ kind: 'held' }]);
  });

  it('follows no redirect', async () => {
    home = await smallHome(customers, { ...kenko(), ...novel });
    receiver.status = 307;
    receiver.location = receiver.url;
    await runOnce();

    expect(await tellAnew()).toContain('notify.failed');
    expect(receiver.bodies).toHaveLength(1);
  });
});

describe('the form of a message', () => {
  it('is only a text for Slack, and in the language of the home', async () => {
    home = await smallHome(customers, { ...kenko('notify_format: slack\nlocale: ja\n'), ...novel });

    await runOnce();
    await tellAnew();

    const body = JSON.parse(receiver.bodies[0] ?? '{}') as { readonly text: string };
    expect(Object.keys(body)).toEqual(['text']);
    expect(body.text).toContain('承認を待っています');
  });
});
