import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readableKey, setKey, type TaskIdentity, taskKey } from '../../src/domain/key.ts';

const task: TaskIdentity = {
  org: '00D000000000001AAA',
  crm: 'salesforce',
  object: 'task',
  account: 'acme',
  play: 'renewal_risk',
  episode: '2026-09-14',
  ordinal: 0,
};

describe('task keys', () => {
  it('are kenko1 and 32 lower-case hex digits, short enough for a unique field', () => {
    expect(taskKey(task)).toMatch(/^kenko1[0-9a-f]{32}$/);
    expect(taskKey(task).length).toBeLessThanOrEqual(40);
  });

  it('follow the fixed recipe: sha256 over the values joined by NUL', () => {
    const text = ['salesforce', '00D000000000001AAA', 'task', 'acme', 'renewal_risk', '2026-09-14', '0'].join('\0');

    const expected = createHash('sha256').update(text).digest('hex').slice(0, 32);

    expect(taskKey(task)).toBe(`kenko1${expected}`);
  });

  it.each<Partial<TaskIdentity>>([
    { org: '00D000000000002AAA' },
    { crm: 'hubspot' },
    { object: 'account' },
    { account: 'acme2' },
    { play: 'renewal_ris' },
    { episode: '2026-09-14:90' },
    { ordinal: 1 },
  ])('differ when any one value differs: %o', (change) => {
    expect(taskKey({ ...task, ...change })).not.toBe(taskKey(task));
  });

  it('do not run together where one value ends and the next begins', () => {
    expect(taskKey({ ...task, account: 'ab', play: 'c' })).not.toBe(taskKey({ ...task, account: 'a', play: 'bc' }));
  });

  it('are the same every time, whatever the names are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(9), (account, play, ordinal) => {
        const given = { ...task, account, play, ordinal };

        expect(taskKey({ ...given })).toBe(taskKey(given));
      }),
    );
  });

  it('read well at home', () => {
    expect(readableKey('acme', 'renewal_risk', '2026-09-14')).toBe('acme/renewal_risk/2026-09-14');
  });
});

describe('keys of record writes', () => {
  const write = { crm: 'salesforce', object: 'account', target: '001A', op: 'set' } as const;

  it('do not depend on the order of the words', () => {
    const one = setKey({ ...write, payload: { health_score: 68.4, health_band: 'yellow' } });
    const other = setKey({ ...write, payload: { health_band: 'yellow', health_score: 68.4 } });

    expect(one).toBe(other);
    expect(one).toMatch(/^salesforce\/account\/001A\/set\/[0-9a-f]{16}$/);
  });

  it('differ with the values, so that another value is another effect', () => {
    const one = setKey({ ...write, payload: { health_score: 68.4 } });

    expect(setKey({ ...write, payload: { health_score: 68.5 } })).not.toBe(one);
    expect(setKey({ ...write, op: 'clear', payload: { health_score: 68.4 } })).not.toBe(one);
    expect(setKey({ ...write, target: '001B', payload: { health_score: 68.4 } })).not.toBe(one);
  });
});
