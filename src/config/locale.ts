// The language in which a home is told what is wrong with it: what kenko.yaml says, even where that file cannot be read as a
// whole, else that of the machine.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locale } from '../domain/nouns.ts';
import { homeFiles } from './files.ts';
import type { Surroundings } from './secrets.ts';

/** Tells problems and sentences in one language; what it does not know stays English. */
export interface Speaker {
  readonly locale: Locale;
  problem<P extends { readonly what: string; readonly why: string; readonly fix: string }>(problem: P): P;
  sentence(english: string): string;
}
/** Who speaks a language. The Japanese sentences are only read where somebody asks for them. */
export async function speakerOf(locale: Locale): Promise<Speaker> {
  if (locale !== 'ja') return { locale, problem: (problem) => problem, sentence: (english) => english };
  const { inJapanese } = await import('./japanese/translate.ts');
  const sentence = (english: string) => inJapanese(english) ?? english;
  return {
    locale,
    problem: (problem) => ({
      ...problem,
      what: sentence(problem.what),
      why: sentence(problem.why),
      fix: sentence(problem.fix),
    }),
    sentence,
  };
}

/** The language of a home. The file may be broken: its one line about the language is enough. */
export async function localeOf({ home, env }: Surroundings): Promise<Locale> {
  const text = await readFile(join(home, homeFiles.kenko.path), 'utf8').catch(() => '');
  const written = /^\s*["']?locale["']?\s*[:：=]?\s*["'“「]?\s*([a-zａ-ｚ]{2})/im
    .exec(text)?.[1]
    ?.normalize('NFKC')
    .toLowerCase();
  if (written !== undefined) return written === 'ja' || written === 'jp' ? 'ja' : 'en';
  return /^ja/i.test(env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '') ? 'ja' : 'en';
}
