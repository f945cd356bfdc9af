// The stage for homes that live on foreign data: the home's files and copies of the data in a temporary folder, a hall
// around a CRM in a Map or the real hands before the pretend CRMs. It asserts nothing and keeps no data behind.

import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type App, kindSchemas, openApp } from '../../src/app.ts';
import { loadDecisions } from '../../src/config/load.ts';
import type { Score } from '../../src/domain/nouns.ts';
import { prepare } from '../../src/domain/outcome.ts';
import { seededChance } from '../../src/lib/chance.ts';
import type { Clock } from '../../src/lib/clock.ts';
import type { Hall } from '../../src/pipeline/hall.ts';
import type { RunReport } from '../../src/pipeline/report.ts';
import { sourceKinds } from '../../src/sources/kinds.ts';
import { openSqliteStore } from '../../src/state/sqlite/store.ts';
import type { MapCrm } from '../support/map-crm.ts';
import { whole } from '../support/small-run.ts';

/** Where the data lies, beside the project. It is not part of the project: who does not have it cannot run these tests. */
export const dataFolder = resolve(import.meta.dirname, '../../../shared/data');
export const hasData = existsSync(join(dataFolder, 'ravenstack'));

/** A run the whole way, as a schedule would start it. */
export const wholeRun = whole;
export const never = new AbortController().signal;

export interface Stage {
  readonly folder: string;
  /** Copies a file of the data folder, or writes a text, as data/<name> of the home. */
  put(name: string, text?: string): Promise<void>;
  remove(): Promise<void>;
}

/** A home of this folder in a temporary one, with an empty data folder. */
export async function stageHome(home: 'ravenstack' | 'online-retail'): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), `kenko-${home}-`));
  await cp(join(import.meta.dirname, home), folder, { recursive: true });
  await mkdir(join(folder, 'data'), { recursive: true });
  return {
    folder,
    put: async (name, text) => {
      const content = text ?? (await readFile(join(dataFolder, name)));
      await writeFile(join(folder, 'data', name.split('/').at(-1) ?? name), content);
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Lines of a CSV file as cells by column name, read without any code of the product. No cell of these files is quoted. */
export async function rowsOf(name: string): Promise<readonly Readonly<Record<string, string>>[]> {
  const text = (await readFile(join(dataFolder, name), 'utf8')).replace(/^\uFEFF/, '');
  const [head = '', ...lines] = text.split(/\r?\n/).filter((line) => line !== '');
  const names = head.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell])));
}

/** A clock that is set by hand for what day it is, and measures real time all the same. */
export interface SetClock extends Clock {
  set(instant: string): void;
}
export function setClock(start: string): SetClock {
  let at = start;
  return {
    now: () => at,
    ticks: () => performance.now(),
    sleep: async (ms, signal) => {
      await sleep(ms, undefined, signal === undefined ? {} : { signal });
    },
    set: (instant) => {
      at = instant;
    },
  };
}

export interface OpenHall {
  readonly hall: Hall;
  close(): Promise<void>;
}

/** Opens a staged home around a CRM in a Map. */
export async function openOnMap(stage: Stage, crm: MapCrm, clock: Clock): Promise<OpenHall> {
  const loaded = await loadDecisions({
    home: stage.folder,
    env: {},
    kinds: { sources: (await kindSchemas()).sources, crms: { [crm.name]: z.record(z.string(), z.unknown()) } },
    allowMissingSecrets: true,
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems, null, 2));
  const { decisions } = loaded;
  const mapping = decisions.crms.find((candidate) => candidate.crm === crm.name);
  if (mapping === undefined) throw new Error(`the home maps no ${crm.name}`);
  const store = await openSqliteStore({ path: join(stage.folder, 'state.sqlite'), clock });
  const hall: Hall = {
    decisions,
    prepared: prepare(decisions),
    store,
    sources: await Promise.all(
      decisions.sources.flatMap(
        (settings) => sourceKinds[settings.kind]?.(settings, { root: stage.folder, clients: {} }) ?? [],
      ),
    ),
    crms: [{ crm, mapping }],
    clock,
    chance: seededChance(1),
    actor: 'test',
    owner: 'test:1',
    emit: () => undefined,
  };
  return { hall, close: () => store.close() };
}

/** Opens a staged home as a command does, with the real hands. */
export async function openOnSandbox(stage: Stage, env: Readonly<Record<string, string>>, clock: Clock): Promise<App> {
  return await openApp({
    home: stage.folder,
    needs: 'crms',
    logLevel: 'error',
    stderr: process.stderr,
    actor: 'test',
    machine: { env, cwd: stage.folder, clock, chance: seededChance(1), owner: 'test:1' },
    emit: () => undefined,
  });
}

/** Every score of a day, by account key; accounts that were not evaluated are absent. */
export async function scoresOf(hall: Hall, asOf: string): Promise<ReadonlyMap<string, Score>> {
  const scores = new Map<string, Score>();
  for (const [key, outcome] of await outcomesOf(hall, asOf)) scores.set(key, outcome.score);
  return scores;
}
/** Every outcome of a day, by account key. */
export async function outcomesOf(hall: Hall, asOf: string) {
  const found: (readonly [string, NonNullable<Awaited<ReturnType<Hall['store']['history']['outcome']>>>])[] = [];
  let after: string | null = null;
  for (;;) {
    const page = await hall.store.accounts.pages(after, 500);
    if (page.length === 0) return new Map(found);
    after = page.at(-1)?.key ?? null;
    const keys = page.map((account) => account.key);
    found.push(...(await hall.store.history.outcomesOf(keys, asOf)));
  }
}

/** Area under the ROC curve: how often who stayed has the higher score. Ties count half. */
export function auc(pairs: readonly (readonly [score: number, stayed: boolean])[]): number {
  const sorted = [...pairs].sort(([a], [b]) => a - b);
  const stayed = sorted.filter(([, good]) => good).length;
  const left = sorted.length - stayed;
  let ranks = 0;
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && sorted[to]?.[0] === sorted[from]?.[0]) to++;
    const good = sorted.slice(from, to).filter(([, isGood]) => isGood).length;
    ranks += ((from + 1 + to) / 2) * good;
    from = to;
  }
  return (ranks - (stayed * (stayed + 1)) / 2) / (stayed * left);
}

/** Every effect of a plan ends in one state or waits: nothing vanishes. */
export function effectsOf(report: RunReport): { readonly planned: number; readonly told: number } {
  const { applied, rejected, skipped, unknown, superseded, waiting } = report.effects;
  return {
    planned: Object.values(report.plan?.effects ?? {}).reduce((sum, count) => sum + count, 0),
    told: applied + rejected + skipped + unknown + superseded + waiting,
  };
}
export function heldBy(report: RunReport): readonly string[] {
  return report.gates.filter((gate) => gate.held || gate.stopped).map((gate) => `${gate.id} ${gate.says}`);
}
