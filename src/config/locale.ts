// The language in which a home is told what is wrong with it: what kenko.yaml says, even where that file cannot be read as a
// whole, else that of the machine.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locale } from '../domain/nouns.ts';
import { homeFiles } from './files.ts';
import type { Surroundings } from './secrets.ts';

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
