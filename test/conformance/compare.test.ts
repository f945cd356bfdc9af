// The comparison of recorded answers with those of the pretend org can fail: each of these differs in one thing.

import { describe, expect, test } from 'vitest';
import { isClean } from './report.ts';
import { differences } from './salesforce/recorded/compare.ts';
import { differencesOfDescribe, differencesOfGlobal } from './salesforce/recorded/describes.ts';
import { differencesOfText } from './salesforce/recorded/replay.ts';

const refusal = [{ message: 'No such column', errorCode: 'INVALID_FIELD', fields: ['X'] }];

describe('a difference is seen', () => {
  test.each([
    ['a missing key', [{ message: 'No such column', errorCode: 'INVALID_FIELD' }], '[0]: no fields'],
    ['a key too many', [{ ...refusal[0], more: 1 }], '[0]: more too many'],
    ['another code', [{ ...refusal[0], errorCode: 'OTHER' }], '[0].errorCode: "OTHER" instead of "INVALID_FIELD"'],
    ['another text', [{ ...refusal[0], message: 'x' }], '[0].message: "x" instead of "No such column"'],
    ['another type', [{ ...refusal[0], fields: 'X' }], '[0].fields: a string instead of a list'],
    ['another count', [...refusal, ...refusal], 'the body: 2 instead of 1'],
    ['no list at all', refusal[0], 'the body: a object instead of a list'],
  ])('%s', (_name, ours, told) => {
    expect(differences(refusal, ours)).toContain(told);
  });

  test('in XML, in CSV, in a describe and in a list of objects', () => {
    const field = { name: 'Name', custom: false, length: 255 };
    const object = { name: 'Account', fields: [field] };
    const outline = { name: 'Account', createable: true, urls: { sobject: '/x' } };

    expect(differencesOfText('<a><b/></a>', '<a><c/></a>')).toHaveLength(1);
    expect(differencesOfText('"Id"\n1\n', '"Id"\n1\n2\n')).toHaveLength(1);
    expect(differencesOfDescribe(object, { ...object, fields: [{ ...field, length: 80 }] })).toHaveLength(1);
    expect(differencesOfDescribe(object, { ...object, fields: [] })).toEqual(['Account.Name is not there']);
    expect(differencesOfGlobal({ sobjects: [outline] }, { sobjects: [{ ...outline, createable: false }] })).toEqual([
      'Account: createable is false',
    ]);
  });

  test('and none where ids, instants and numbers differ', () => {
    const row = { id: '001000000000001AAA', createdDate: '2024-01-01', count: 1, success: true };

    expect(differences(row, { ...row, id: '001000000000002AAA', createdDate: '2026-01-01', count: 2 })).toEqual([]);
  });

  test('a proof with a difference is not clean', () => {
    const proof = { name: 'x', compared: 2, agreed: 1, differences: ['one'] };

    expect(isClean([proof])).toBe(false);
    expect(isClean([{ ...proof, agreed: 2, differences: [] }])).toBe(true);
  });
});
