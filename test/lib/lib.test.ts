// Small tools: exits in order, files that stay under their root, deadlines, pace, retries, and a log that cannot leak.

import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { batches, chunks } from '../../src/lib/batches.ts';
import { seededChance } from '../../src/lib/chance.ts';
import { deadline } from '../../src/lib/deadline.ts';
import { Crash, errorTable, exitOrder, SourceError, worstExit } from '../../src/lib/errors.ts';
import { createLog, scrub } from '../../src/lib/log.ts';
import { createPace } from '../../src/lib/pace.ts';
import { retry } from '../../src/lib/retry.ts';
import { pathUnder, writeWhole } from '../../src/lib/safe-file.ts';
import { Secret } from '../../src/lib/secret.ts';

describe('exit codes', () => {
  it('tell what broke before what was refused before what is waiting', () => {
    expect(worstExit([3, 8])).toBe(8);
    expect(worstExit([4, 5, 7])).toBe(5);
    expect(worstExit([2, 9, 74])).toBe(74);
    expect(worstExit([])).toBe(0);
    expect(worstExit([99])).toBe(70);
  });

  it('are all in the order that decides', () => {
    for (const { exit } of Object.values(errorTable)) expect(exitOrder).toContain(exit);
  });
});

describe('a deadline', () => {
  it('ends what lingers, and leaves no listener on the signal of the run', async () => {
    const outer = new AbortController();
    let listeners = 0;
    const counted = new Proxy(outer.signal, {
      get: (target, name) => {
        if (name === 'addEventListener')
          return (...args: Parameters<AbortSignal['addEventListener']>) => {
            listeners += 1;
            target.addEventListener(...args);
          };
        if (name === 'removeEventListener')
          return (...args: Parameters<AbortSignal['removeEventListener']>) => {
            listeners -= 1;
            target.removeEventListener(...args);
          };
        return Reflect.get(target, name, target) as unknown;
      },
    });
    const never = () => new Promise<never>(() => undefined);

    await expect(deadline(never, 10, 'the question')).rejects.toMatchObject({ code: 'E_UNAVAILABLE' });
    const signal = outer.signal;
    await deadline(async () => 1, 1_000, 'quick', signal);

    expect(counted.aborted).toBe(false);
    expect(listeners).toBe(0);
  });

  it('ends with the reason of the outer signal', async () => {
    const outer = new AbortController();
    const running = deadline(() => new Promise<never>(() => undefined), 10_000, 'the question', outer.signal);

    outer.abort(new SourceError('enough'));

    await expect(running).rejects.toMatchObject({ message: 'enough' });
  });
});

describe('pace', () => {
  it('lets so many at once and no more', async () => {
    const pace = createPace({ atOnce: 2, perInterval: null, intervalMs: 1_000 });
    let running = 0;
    let most = 0;
    const work = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
    };

    await Promise.all(Array.from({ length: 8 }, () => pace.run(work)));

    expect(most).toBe(2);
  });

  it('hears the answer of work that had begun when the signal came', async () => {
    const pace = createPace({ atOnce: 1, perInterval: null, intervalMs: 1_000 });
    const stop = new AbortController();
    const begun = pace.run(async () => {
      stop.abort(new Error('stopped'));
      await new Promise((resolve) => setImmediate(resolve));
      return 'sent';
    }, stop.signal);
    const waiting = pace.run(async () => 'never', stop.signal);

    await expect(begun).resolves.toBe('sent');
    await expect(waiting).rejects.toThrow('stopped');
  });
});

describe('retry', () => {
  const chance = seededChance(7);

  it('tries again as told, and gives the last error up', async () => {
    let tries = 0;
    const failing = retry(
      async () => {
        tries += 1;
        throw new Error(`try ${tries}`);
      },
      { attempts: 3, classify: () => 0, chance },
    );

    await expect(failing).rejects.toThrow('try 3');
    expect(tries).toBe(3);
  });

  it('does not try what may not be tried again, and never swallows a crash', async () => {
    let tries = 0;
    const once = retry(
      async () => {
        tries += 1;
        throw new Error('no');
      },
      { attempts: 5, classify: () => null, chance },
    );
    const crash = retry(
      async () => {
        tries += 1;
        throw new Crash('died');
      },
      { attempts: 5, classify: () => 0, chance },
    );

    await expect(once).rejects.toThrow('no');
    await expect(crash).rejects.toThrow('died');
    expect(tries).toBe(2);
  });
});

describe('batches', () => {
  it('cut lists and streams alike', async () => {
    const parts: number[][] = [];
    for await (const part of batches([1, 2, 3, 4, 5], 2)) parts.push(part);

    expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
    expect(parts).toEqual([[1, 2], [3, 4], [5]]);
  });
});

describe('files', () => {
  it('stay under their root, and are written whole or not at all', async () => {
    const root = await mkdtemp(join(tmpdir(), 'kenko-file-'));
    await symlink(tmpdir(), join(root, 'out'));

    await expect(pathUnder(root, '../x')).rejects.toMatchObject({ code: 'E_USAGE' });
    await expect(pathUnder(root, 'out/x')).rejects.toMatchObject({ code: 'E_USAGE' });
    await writeWhole(join(root, 'a.txt'), 'one', { replace: false });
    await expect(writeWhole(join(root, 'a.txt'), 'two', { replace: false })).rejects.toMatchObject({ code: 'E_USAGE' });

    expect(await readFile(join(root, 'a.txt'), 'utf8')).toBe('one');
    expect((await readdir(root)).sort()).toEqual(['a.txt', 'out']);
    await rm(root, { recursive: true });
  });

  it('refuse what is no plain file', async () => {
    const { openPlainFile } = await import('../../src/lib/safe-file.ts');

    await expect(openPlainFile('/dev/null')).rejects.toMatchObject({ code: 'E_USAGE' });
    const root = await mkdtemp(join(tmpdir(), 'kenko-file-'));
    await writeFile(join(root, 'plain'), 'x');
    const file = await openPlainFile(join(root, 'plain'));
    await file.close();
    await rm(root, { recursive: true });
  });
});

describe('secrets', () => {
  it('print as *** wherever they are printed', () => {
    const secret = new Secret('pretend-secret');

    expect(`${secret} ${JSON.stringify({ secret })}`).not.toContain('pretend-secret');
    expect(secret.reveal()).toBe('pretend-secret');
  });

  it('and addresses are taken out of texts in every form they come in', () => {
    const canaries = [
      'Authorization: Bearer pretend.canary.token',
      'https://x.test/?access_token=pretend-canary&a=1',
      '{"client_secret":"pretend-canary"}',
      'postgres://kenko:pretend-canary@db.test/x',
      'pat-na1-0000pretend0canary',
      'write to canary.person@customer.test please',
      '顧客 山田@例え.test さん',
    ];

    for (const text of canaries) {
      const clean = scrub(text);
      expect(clean, text).not.toMatch(/pretend-canary|canary\.token|canary\.person|0canary|山田@/);
    }
  });

  it('and fields nobody allowed do not reach the log', () => {
    const lines: string[] = [];
    const log = createLog({
      level: 'debug',
      destination: { write: (line: string) => void lines.push(line) },
      now: () => '2026-11-21T00:00:00.000Z',
    });

    log
      .with({ crm: 'hubspot', payload: 'canary' })
      .error('batch', { count: 3, name: 'canary', error: new Error('mail to canary@customer.test', { cause: 'x' }) });

    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('canary@');
    expect(lines[0]).not.toContain('payload');
    expect(JSON.parse(lines[0] ?? '{}')).toMatchObject({ event: 'batch', level: 'error', crm: 'hubspot', count: 3 });
  });
});
