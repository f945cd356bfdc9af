// Queries whose shape no value can change, and ids in their two lengths.

import { parseQuery } from '@jetstreamapp/soql-parser-js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isRecordId, longId } from '../../../src/clients/salesforce/record-id.ts';
import { inQueries, isSoqlName, soqlName, soqlText } from '../../../src/clients/salesforce/soql.ts';

describe('a value in a query', () => {
  it.each([
    ["O'Brien", "'O\\'Brien'"],
    ['a\\b', "'a\\\\b'"],
    ["\\' OR Name != '", "'\\\\\\' OR Name != \\''"],
    ['two\nlines', "'two\\nlines'"],
  ])('is escaped, backslash first (%j)', (value, text) => {
    expect(soqlText(value)).toBe(text);
  });

  it('never changes the shape of the query', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        const text = soqlText(value);
        // Inside the quotes every quote and backslash is one half of a pair that begins with a backslash.
        expect(text.slice(1, -1).replace(/\\./g, '')).not.toMatch(/['\\\n\r]/);
      }),
    );
  });

  it('is one literal to a parser made by others', () => {
    const query = parseQuery(`SELECT Id FROM Account WHERE Name = ${soqlText("\\' OR Name != '")}`);

    expect(query.where).toMatchObject({ left: { field: 'Name', operator: '=' } });
    expect(Object.keys(query.where ?? {})).toEqual(['left']);
  });
});

describe('a name in a query', () => {
  it.each(['Id', 'Health_Score__c', 'Owner.Email', 'Parent__r.Owner.Name'])('may be %s', (name) => {
    expect(soqlName(name)).toBe(name);
  });
  it.each(['', 'Id, Name', 'Name FROM User', "x'", 'a..b', '.a', '1a', '名前', 'a.b.c.d.e.f.g'])(
    'may not be %j',
    (name) => {
      expect(isSoqlName(name)).toBe(false);
      expect(() => soqlName(name)).toThrow();
    },
  );
});

describe('a list of values', () => {
  it('is split so that each query fits into a URI, and nothing is lost', () => {
    const values = Array.from({ length: 1_000 }, (_, at) => `kenko1${String(at).padStart(32, '0')}`);

    const queries = inQueries('SELECT Id FROM Task WHERE Kenko_Key__c IN (', values);

    const found = queries.flatMap((query) => [...query.matchAll(/'([^']+)'/g)].map((match) => match[1]));
    expect(found).toEqual(values);
    for (const query of queries) expect(encodeURIComponent(query).length).toBeLessThan(12_100);
    expect(queries.length).toBeGreaterThan(1);
  });

  it('without values is no query at all', () => {
    expect(inQueries('SELECT Id FROM Task WHERE Id IN (', [])).toEqual([]);
  });
});

describe('an id', () => {
  it('of 15 characters becomes the 18 that the API gives', () => {
    expect(longId('0012300000bVTq1')).toBe('0012300000bVTq1AAG');
    expect(longId('003ak00000jvIfp')).toBe('003ak00000jvIfpAAE');
    expect(longId('0012300000bVTq1AAG')).toBe('0012300000bVTq1AAG');
    expect(longId('not an id')).toBe('not an id');
  });
  it('has 15 or 18 letters and digits', () => {
    expect(isRecordId('0012300000bVTq1')).toBe(true);
    expect(isRecordId('0012300000bVTq1AAG')).toBe(true);
    expect(isRecordId('0012300000bVTq1AA')).toBe(false);
    expect(isRecordId("0012300000bVTq'")).toBe(false);
  });
});
