import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { plusDays } from '../../src/sandbox/world/days.ts';
import { writeSources } from '../../src/sandbox/world/sources.ts';
import { makeWorld } from '../../src/sandbox/world.ts';

const now = '2026-11-21T00:00:00Z';
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kenko-world-'));
  folders.push(folder);
  return folder;
}
function lines(folder: string, name: string): string[] {
  return readFileSync(join(folder, 'data', `${name}.csv`), 'utf8')
    .trimEnd()
    .split('\n');
}

const headers = {
  contracts: 'account_id,name,domain,plan,seats,arr,start_on,renewal_on,status,notice_on,payment_overdue_days,products',
  product_usage: 'account_id,user_id,day,logins,events,minutes',
  feature_usage: 'account_id,day,feature,uses,is_key',
  help_views: 'account_id,day,article,views',
  tickets: 'ticket_id,account_id,opened_on,closed_on,severity,category',
  surveys: 'response_id,account_id,contact_id,kind,invited_on,answered_on,score,role',
  touches: 'touch_id,account_id,contact_id,day,kind,direction,executive',
  programs: 'attendance_id,account_id,contact_id,day,kind',
  goals: 'goal_id,account_id,name,baseline,current,target,due_on,weight,unit,measured_on',
  milestones: 'account_id,position,name,weight,planned_on,done_on',
  contacts: 'contact_id,account_id,role,last_active_on,left_on',
};

describe('the customers', () => {
  const world = makeWorld({ seed: 1, accounts: 500, now });

  test('are the same for the same seed, and others for another', () => {
    const again = makeWorld({ seed: 1, accounts: 500, now });
    const other = makeWorld({ seed: 2, accounts: 500, now });

    expect(again.accounts).toEqual(world.accounts);
    expect(again.cases).toEqual(world.cases);
    expect(other.accounts).not.toEqual(world.accounts);
  });

  test('have names in two languages and domains of their own that can never be reached', () => {
    const domains = world.accounts.map((account) => account.domain);

    expect(new Set(domains).size).toBe(500);
    expect(domains.every((domain) => /\.(example|test)$/.test(domain))).toBe(true);
    expect(world.accounts.filter((account) => account.name.startsWith('株式会社')).length).toBeGreaterThan(150);
    expect(world.contacts.every((contact) => /\.(example|test)$/.test(contact.email))).toBe(true);
  });

  test('are mostly well, some decline, about one in twenty is dying', () => {
    const share = (...healths: string[]) =>
      world.accounts.filter((account) => account.lifecycle !== 'churned' && healths.includes(account.health)).length /
      500;

    expect(share('star', 'healthy')).toBeGreaterThan(0.6);
    expect(share('declining')).toBeGreaterThan(0.08);
    expect(share('dying')).toBeGreaterThan(0.02);
    expect(share('dying')).toBeLessThan(0.08);
    expect(world.accounts.some((account) => !account.hasUsage)).toBe(true);
    expect(world.accounts.filter((account) => !account.inCrm)).toHaveLength(2);
  });

  test('belong to colleagues, one of whom has left', () => {
    const gone = world.users.filter((user) => !user.isActive);

    expect(gone).toHaveLength(1);
    expect(world.accounts.some((account) => account.owner === gone[0]?.key)).toBe(true);
  });
});

describe('the files', () => {
  const world = makeWorld({ seed: 1, accounts: 60, now });
  const folder = newFolder();
  const written = writeSources(world, folder, '2026-11-21');

  test.each(Object.entries(headers))('%s.csv has exactly its columns', (name, header) => {
    const all = lines(folder, name);

    expect(all[0]).toBe(header);
    expect(all.length - 1).toBe(written.find((one) => one.file === `data/${name}.csv`)?.rows);
    expect(all.length).toBeGreaterThan(1);
  });

  test('say the same for the same world and day', () => {
    const other = newFolder();

    writeSources(makeWorld({ seed: 1, accounts: 60, now }), other, '2026-11-21');

    for (const name of Object.keys(headers)) expect(lines(other, name)).toEqual(lines(folder, name));
  });

  test('of five hundred customers stay within sixty thousand rows of use', () => {
    const rows = writeSources(makeWorld({ seed: 1, accounts: 500, now }), newFolder());

    const use = rows.filter((one) => one.file.includes('usage')).reduce((sum, one) => sum + one.rows, 0);
    expect(use).toBeGreaterThan(20_000);
    expect(use).toBeLessThan(60_000);
  });

  test('never hold a day that is still to come, nor use after a customer has left', () => {
    const churned = new Set(
      lines(folder, 'contracts').flatMap((line) => (line.includes(',churned,') ? [line.split(',')[0]] : [])),
    );
    const days = lines(folder, 'product_usage')
      .slice(1)
      .map((line) => line.split(','));

    expect(days.every((cells) => String(cells[2]) <= '2026-11-21')).toBe(true);
    expect(days.some((cells) => churned.has(cells[0]) && String(cells[2]) > '2026-11-14')).toBe(false);
  });

  test('show the decline of a dying customer', () => {
    const big = makeWorld({ seed: 1, accounts: 300, now });
    const place = newFolder();
    writeSources(big, place, '2026-11-21');
    const dying = new Set(
      big.accounts.flatMap((one) =>
        one.health === 'dying' && one.hasUsage && one.lifecycle !== 'churned' ? [one.key] : [],
      ),
    );
    const events = (from: string, to: string) =>
      lines(place, 'product_usage')
        .map((line) => line.split(','))
        .filter(([account, , day]) => dying.has(String(account)) && String(day) > from && String(day) <= to)
        .reduce((sum, cells) => sum + Number(cells[4]), 0);

    expect(dying.size).toBeGreaterThan(3);
    expect(events('2026-10-24', '2026-11-21')).toBeLessThan(events('2026-07-04', '2026-08-01') / 3);
  });
});

describe('a day in the world', () => {
  test('brings news, and leaves the rows of days gone by as they were', () => {
    const world = makeWorld({ seed: 3, accounts: 200, now });
    const [before, after] = [newFolder(), newFolder()];
    writeSources(world, before);
    const heard: string[] = [];
    world.onDay((news) => heard.push(news.day));

    const news = world.liveADay();
    writeSources(world, after);

    const old = (folder: string) =>
      lines(folder, 'product_usage').filter(
        (line) => line.split(',')[2]! > '2026-06-01' && line.split(',')[2]! <= '2026-11-20',
      );
    expect([world.today(), heard]).toEqual(['2026-11-22', ['2026-11-22']]);
    expect(news.casesOpened.length + news.casesClosed.length).toBeGreaterThan(0);
    expect(old(after)).toEqual(old(before));
  });

  test('days can be counted over the end of a year', () => {
    expect(plusDays('2026-12-31', 1)).toBe('2027-01-01');
  });
});
