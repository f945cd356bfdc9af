// Sixty nights of the same customers with thirty days kept: the file stops growing, what is old is gone, what must stay stays, and
// the audit holds from its first row on.

import { afterEach, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { typed } from '../support/command-line.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';

const day = 86_400_000;
let home: SmallHome;
afterEach(async () => await home.remove());

it('stops growing once as many days are there as are kept, and the audit holds through all of it', async () => {
  const customers = Array.from({ length: 40 }, (_, i) => ({ id: `c${i}`, logins: i % 20, satisfaction: i % 10 }));
  home = await smallHome(customers, {
    'config/kenko.yaml': `
name: Small
zone: UTC
schedule: "0 5 * * *"
state: {path: state.sqlite, keep_days: 30}
`,
  });
  const { hall, store } = await home.open();
  const sizes: number[] = [];
  let writes = 0;
  for (let night = 0; night < 60; night++) {
    const report = await run(
      hall,
      { kind: 'run', until: null, source: null, account: null, asOf: null, slot: null, reread: true, lifted: false },
      new AbortController().signal,
    );
    expect(report.exitCode, JSON.stringify(report.gates)).toBe(0);
    if (night === 0) writes = home.crm.writes;
    const { bytes, walBytes } = await store.figures();
    sizes.push(bytes + walBytes);
    home.clock.push(day);
    await home.save();
  }

  const [first] = await store.plans.last(1_000).then((plans) => plans.slice(-1));
  const scores = await store.history.scores('c1', '2026-06-01');
  const audit = await store.audit.verify();
  const broken = await store.verify();
  await store.close();
  expect(home.crm.writes).toBe(writes);
  // Free pages are used again: the second half of the nights needs hardly a page more.
  expect(sizes[59] as number).toBeLessThan((sizes[34] as number) * 1.05);
  expect(sizes[34] as number).toBeGreaterThan((sizes[4] as number) * 1.1);
  expect(Number(first?.id)).toBeGreaterThan(25);
  expect(scores.length).toBeLessThanOrEqual(31);
  expect(scores.length).toBeGreaterThan(28);
  expect(audit).toMatchObject({ brokenAt: null });
  expect(audit.rows).toBeGreaterThan(40);
  expect(broken).toEqual([]);
  // The effects of the first night are forgotten, its rows in the audit are not, and are found by their account.
  const { out } = await typed(home.folder, 'audit', 'export', '--format', 'jsonl', '--account', 'c1');
  expect(out).toContain('"actor":"test"');
});
