// What the shape gate is told of a source's columns.

import { describe, expect, it } from 'vitest';
import { addToShape, joinShapes } from '../../../src/state/sqlite/shape.ts';
import { record } from '../../support/builders.ts';

const rows = (values: readonly (string | number | null)[]) =>
  values.map((value, index) => record(`r-${index}`, { fields: { column: value } }));
const shapeOf = (...pages: readonly (string | number | null)[][]) => {
  const shape = pages.reduce((so, page) => addToShape(so, rows(page)), {});
  return joinShapes([{ shape, rows: pages.flat().length }])['column'];
};

describe('the shape of a column', () => {
  it('is the same however the rows are cut into pages', () => {
    const values = ['a', 'a', null, 'b'];

    expect(shapeOf(values)).toEqual({ nullShare: 0.25, distinct: 2, max: null });
    expect(shapeOf(['a'], ['a'], [null], ['b'])).toEqual(shapeOf(values));
    expect(shapeOf(['a', 'a'], [], [null, 'b'])).toEqual(shapeOf(values));
  });

  it('is constant when every page has the same one value', () => {
    expect(shapeOf([7, 7], [7], [null])).toEqual({ nullShare: 0.25, distinct: 1, max: 7 });
  });

  it('tells text from number', () => {
    expect(shapeOf(['7'], [7])).toEqual({ nullShare: 0, distinct: 2, max: 7 });
  });

  it('keeps no value of a row', () => {
    const shape = addToShape({}, rows(['canary@acme.test']));

    expect(JSON.stringify(shape)).not.toContain('canary');
  });

  it('counts a column over the streams that have it', () => {
    const companies = { shape: addToShape({}, [record('a', { fields: { plan: 'pro', seats: 5 } })]), rows: 1 };
    const contacts = { shape: addToShape({}, [record('b', { fields: { plan: 'basic' } })]), rows: 3 };

    expect(joinShapes([companies, contacts])).toEqual({
      plan: { nullShare: 0.5, distinct: 2, max: null },
      seats: { nullShare: 0, distinct: 1, max: 5 },
    });
    expect(joinShapes([])).toEqual({});
  });
});
