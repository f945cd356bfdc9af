import fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson, hashOf } from '../../src/domain/hash.ts';

it('says the same data in the same text, whatever the order of keys', () => {
  expect(canonicalJson({ b: [1, { d: null, c: 'ü' }], a: undefined, e: -0 })).toBe(
    '{"b":[1,{"c":"ü","d":null}],"e":0}',
  );
  expect(hashOf({ a: 1, b: 2 })).toBe(hashOf({ b: 2, a: 1 }));
});

it('hashes with sha256', () => {
  expect(hashOf('')).toBe('12ae32cb1ec02d01eda3581b127c1fee3b0dc53572ed6baf239721a03d82e126');
});

it('refuses what JSON cannot say instead of writing null', () => {
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
  expect(() => canonicalJson(() => 1)).toThrow(TypeError);
});

it('is read back as what it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
      const text = canonicalJson(value);
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
  );
});
