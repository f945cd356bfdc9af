// R62 to R68 and R80: what sales sees, how rows find their account, and which sources may be believed; from YAML and files.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { type SmallHome, smallHome } from '../support/small-home.ts';
import { never, whole } from '../support/small-run.ts';
import {
  errorsOf,
  filesOf,
  homeOf,
  loadTexts,
  outcomeOf,
  rows,
  scoreByHand,
  type Texts,
} from '../support/yaml-home.ts';

const asOf = '2026-01-01';
const request = { ...whole, until: 'evaluate' } as const;

let home: SmallHome | null = null;
afterEach(async () => {
  await home?.remove();
  home = null;
});

/** A home with files of its own, run once up to the scores. */
async function evaluated(texts: Texts, files: Readonly<Record<string, string | Uint8Array>>, times = 1) {
  home = await smallHome([], filesOf(texts));
  for (const [name, content] of Object.entries(files)) await writeFile(join(home.folder, 'data', name), content);
  const { hall, store } = await home.open();
  let report = await run(hall, request, never);
  for (let n = 1; n < times; n++) report = await run(hall, request, never);
  return { hall, store, report };
}
const kenko = `
name: Sharing
purpose: p
zone: UTC
locale: en
schedule: "0 5 * * *"
`;

describe('what sales sees', () => {
  const flags = `
flags:
  upsell:
    label: Upsell
    gate: {score: {at_least: 70}}
    veto: {notice_on: {missing: false}}
    signals:
      - {type: seats, when: {seat_use: {at_least: 90}}, text: {en: "Seats {{seat_use | round}}%", ja: "席数{{seat_use | round}}%"}}
`;
  const texts = {
    ...scoreByHand,
    metrics: `${scoreByHand.metrics}
  seat_use: {label: Seats used, measure: {kind: ratio, factor: 100, numerator: {kind: distinct, source: usage, field: contact, days: 28}, denominators: [{kind: attribute, field: seats}]}}
`,
    flags,
  };
  const users = rows(
    'usage',
    ...Array.from({ length: 48 }, (_, index) => ({ at: '2025-12-20', contact: `u${index}` })),
  );

  it('R62 writes score, reasons and flag to the account record itself, where everybody who sees the account sees them', async () => {
    home = await smallHome([{ id: 'a', logins: 4, satisfaction: 5 }], {
      'config/flags.yaml': `
flags:
  upsell: {label: Upsell, gate: {score: {at_least: 0}}, veto: {score: {above: 90}}, signals: [{type: seats, when: {logins: {at_least: 1}}, text: "4 of 4 seats"}]}
`.trimStart(),
      'mappings/salesforce.yaml': `
connection: {}
objects:
  account:
    object: Account
    fields: {health_score: Health_Score__c, health_band: Health_Band__c, health_reasons: Health_Reasons__c, upsell_flag: Upsell_Flag__c, upsell_reason: Upsell_Reason__c}
`.trimStart(),
    });
    const { hall, store } = await home.open();

    await run(hall, { ...request, until: null }, never);

    expect(home.crm.records.get('crm-a')).toMatchObject({
      health_score: 32,
      health_band: 'red',
      health_reasons: 'Logins 4 of 20 (-48.0)\nSatisfaction 5 of 10 (-20.0)',
      upsell_flag: true,
      upsell_reason: '4 of 4 seats',
    });
    await store.close();
  });

  it('R63 flags health 82 with 48 of 50 seats as "Seats 96%", and says "health below 70" at 55', async () => {
    const prepared = await homeOf(texts);
    const flag = (given_score: number) =>
      outcomeOf(prepared, { asOf, attributes: { given_score, seats: 50 }, records: users }).flags[0];

    expect(flag(82)).toMatchObject({ up: true, types: ['seats'], because: ['Seats 96%'] });
    expect(flag(55)).toMatchObject({ up: false, because: ['health below 70'] });
  });
});

describe('rows and their accounts', () => {
  const calls = (more = '') => ({
    kenko,
    sources: `
sources:
  customers: {kind: csv, holds: roster, settings: {path: data/all.csv}, key: [id], ids: {account_id: id, salesforce: crm_id, phone: phone}, columns: {name: text}}
  calls:
    kind: csv
    holds: events
    settings: {path: data/calls.csv, encoding: cp932}
    key: [通話ID]
    account: {column: 電話番号, kind: phone}
    at: 日時
    columns:
      tag: {from: タグ, type: text, map: {クレーム: complaint, 成約: won, 問い合わせ: inquiry, 解約: notice, その他: other}}
${more}`,
    identity: `
match: [account_id, phone]
key_from: [account_id]
rosters: [customers]
`,
    metrics:
      '  complaint_tag_rate: {label: Complaint rate, unit: percent, measure: {kind: share, source: calls, of: {tag: complaint}, days: 365}}\n',
  });

  it('R64 reads twenty calls of a Shift_JIS file by phone number as 5% complaints, and the same file again as twenty calls', async () => {
    // The words in code page 932: 通話ID, 日時, 電話番号, タグ; クレーム, 問い合わせ.
    const cp932 = (hex: string) => Buffer.from(hex, 'hex');
    const columns = ['92ca98624944', '93fa8e9e', '9364986294d48d86', '835e834f'].map(cp932);
    const [complaint, inquiry] = [cp932('834e838c815b8380'), cp932('96e282a28d8782ed82b9')];
    const comma = Buffer.from(',');
    const line = Buffer.from('\r\n');
    const heading = Buffer.concat([
      ...columns.flatMap((column, index) => (index === 0 ? [column] : [comma, column])),
      line,
    ]);
    const body = Array.from({ length: 20 }, (_, index) =>
      Buffer.concat([
        Buffer.from(`c${index},2026-05-${String(index + 1).padStart(2, '0')},03-1234-5678,`),
        index === 7 ? complaint : inquiry,
        line,
      ]),
    );
    const files = {
      'all.csv': 'id,crm_id,phone,name\na,crm-a,+81 3 1234 5678,A\n',
      'calls.csv': Buffer.concat([heading, ...body]),
    };

    const { store, report } = await evaluated(calls(), files, 2);

    const outcome = await store.history.outcome('a', null);
    expect(report.sources.find(({ name }) => name === 'calls')).toMatchObject({ rows: 20, rejectedRows: 0 });
    expect((await store.facts.health()).find(({ source }) => source === 'calls')?.rows).toBe(20);
    expect(outcome?.metrics.find(({ name }) => name === 'complaint_tag_rate')).toMatchObject({
      value: 5,
      detail: { numerator: 1, denominator: 20 },
    });
    await store.close();
  });

  const usage = (more = '') => `
sources:
  customers: {kind: csv, holds: roster, settings: {path: data/all.csv}, key: [id], ids: {account_id: id, salesforce: crm_id}, columns: {name: text}}
  usage:
    kind: csv
    holds: events
    settings: {path: data/usage.csv}
    key: [account_key, as_of]
    account: {column: account_key, kind: account_id}
    at: as_of
    columns: {value: number}
${more}`;
  const used = {
    kenko,
    metrics: `
  use: {label: Use, why: w, measure: {kind: sum, source: usage, field: value, days: 28}, normalise: {kind: linear, zero: 0, full: 10}}
`,
    scorecard: `
id: use
version: 1.0.0
dimensions: {usage: Usage, rest: Rest}
models: [{id: use, weights: {usage: {use: 50}, rest: {steady: 50}}}]
`,
  };
  const customers = (count: number) =>
    ['id,crm_id,name', ...Array.from({ length: count }, (_, index) => `c${index},crm-c${index},C ${index}`), ''].join(
      '\n',
    );
  const rowsOf = (count: number) =>
    ['account_key,as_of,value', ...Array.from({ length: count }, (_, index) => `c${index},2026-05-20,5`), ''].join(
      '\n',
    );

  it('R65 tells that the column account_key is missing before anything is written', async () => {
    const { report, store } = await evaluated(
      { ...used, sources: usage() },
      { 'all.csv': customers(2), 'usage.csv': 'key,as_of,value\nc0,2026-05-20,5\n' },
    );

    expect(report.exitCode).toBe(5);
    expect(report.problems[0]).toMatchObject({ code: 'E_DRIFT', what: expect.stringContaining('account_key') });
    expect(home?.crm.writes).toBe(0);
    await store.close();
  });

  it('R65 wants account, value and day of every query, and refuses a source that names no account', async () => {
    const { problems } = await loadTexts({
      ...used,
      sources: usage().replace('    account: {column: account_key, kind: account_id}\n', ''),
    });

    expect(errorsOf(problems).map(({ what }) => what)).toContain('the rows of usage name no account');
  });

  it('R66 finds 970 of 1,000 accounts, lists the other 30 and warns in the report', async () => {
    const { report, store } = await evaluated(
      { ...used, sources: usage() },
      { 'all.csv': customers(970), 'usage.csv': rowsOf(1_000) },
    );

    const orphans = await store.facts.orphans(100);
    expect(orphans).toMatchObject({ total: 30, bySource: { usage: { records: 1_000, lost: 30 } } });
    expect(orphans.rows).toHaveLength(30);
    expect(orphans.rows[0]).toMatchObject({
      source: 'usage',
      kind: 'account_id',
      value: 'c970',
      why: 'no account has the account_id c970',
    });
    expect(report.problems).toEqual([
      expect.objectContaining({
        code: 'W_UNMATCHED',
        severity: 'warning',
        what: '30 references in 30 records belong to no account',
      }),
    ]);
    expect(report.exitCode).toBe(0);
    await store.close();
  });

  it('R66 adds up two product accounts that are one customer, before anything is divided', async () => {
    const { store } = await evaluated(
      {
        kenko,
        sources: `
sources:
  customers: {kind: csv, holds: roster, settings: {path: data/all.csv}, key: [id], ids: {account_id: id, salesforce: crm_id}, columns: {name: text}}
  contract_lines: {kind: csv, holds: events, settings: {path: data/lines.csv}, key: [id], account: {column: id, kind: account_id}, columns: {seats: number}}
  usage: {kind: csv, holds: events, settings: {path: data/usage.csv}, key: [id, user], account: {column: id, kind: account_id}, contact: user, at: day, columns: {logins: number}}
`,
        identity: `
match: [salesforce, account_id]
key_from: [salesforce]
rosters: [customers]
`,
        metrics:
          '  seat_use: {label: Seats, unit: percent, measure: {kind: ratio, factor: 100, numerator: {kind: distinct, source: usage, field: contact, days: 28}, denominators: [{kind: sum, source: contract_lines, field: seats}]}}\n',
      },
      {
        'all.csv': 'id,crm_id,name\np1,crm-a,A\np2,crm-a,A\n',
        'lines.csv': 'id,seats\np1,10\np2,30\n',
        'usage.csv': 'id,user,day,logins\np1,u1,2026-05-20,1\np2,u2,2026-05-20,1\np2,u3,2026-05-20,1\n',
      },
    );

    const outcome = await store.history.outcome('crm-a', null);
    expect(outcome?.metrics.find(({ name }) => name === 'seat_use')).toMatchObject({
      value: 7.5,
      detail: { numerator: 3, denominator: 40 },
    });
    await store.close();
  });

  it('R80 refuses the weight of a source of which less than 80% find their account, unless it is forced', async () => {
    const files = { 'all.csv': customers(79), 'usage.csv': rowsOf(100) };

    const refused = await evaluated({ ...used, sources: usage() }, files);
    const part = (await refused.store.history.outcome('c0', null))?.score.parts[0];
    await refused.store.close();
    await home?.remove();
    const forced = await evaluated({ ...used, sources: usage('    force: true\n') }, files);

    expect(refused.report.problems.map(({ code }) => code)).toEqual(['W_WEIGHT_REFUSED', 'W_UNMATCHED']);
    expect(refused.report.problems[0]).toMatchObject({
      where: 'source usage',
      what: '79 of 100 rows (79 %) belong to an account, 80 % are needed',
    });
    expect(part).toMatchObject({ metric: 'use', state: 'missing', points: null });
    expect((await forced.store.history.outcome('c0', null))?.score.parts[0]).toMatchObject({ value: 5, points: 25 });
    await forced.store.close();
  });
});
