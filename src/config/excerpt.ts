// The line of a file that a problem is about, with a mark below the place where the eye should fall. Blanks that cannot be told
// from spaces are made visible; a line that holds a secret is never shown.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../domain/nouns.ts';
import { isSecretName, looksSecret } from './secrets.ts';

const widest = 110;
const visible: Readonly<Record<string, string>> = {
  '\t': '⇥',
  '\u3000': '□',
  '\u00a0': '·',
  '\u200b': '¦',
  '\ufeff': '¦',
};
const wide = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]/;

/** Reads lines of a home's files for problems; each file is read once. */
export function excerpts(home: string): (problem: Problem) => Promise<readonly string[]> {
  const files = new Map<string, Promise<readonly string[]>>();
  return async ({ where }) => {
    const [, file = '', line = '', column = ''] = /^((?:config|mappings)\/[^:]+):(\d+):(\d+)$/.exec(where) ?? [];
    if (file === '') return [];
    let lines = files.get(file);
    if (lines === undefined) {
      lines = readFile(join(home, file), 'utf8').then(
        (text) => text.split(/\r?\n/),
        () => [],
      );
      files.set(file, lines);
    }
    return excerptOf((await lines)[Number(line) - 1] ?? '', Number(line), Number(column));
  };
}

/** The line with its number, and a mark below a column (from 1); nothing for lines that are empty, garbled or secret. */
export function excerptOf(text: string, line: number, column: number): readonly string[] {
  if (text.trim() === '' || text.includes('\ufffd') || text.includes('\u0000') || holdsSecret(text)) return [];
  const from = Math.max(0, column - 1 - widest + 30);
  const shown = `${from > 0 ? '…' : ''}${text.slice(from, from + widest)}${text.length > from + widest ? '…' : ''}`;
  const before = shown.slice(0, column - 1 - from + (from > 0 ? 1 : 0));
  const number = String(line).padStart(4);
  const columns = [...before].reduce((sum, char) => sum + (wide.test(visible[char] ?? char) ? 2 : 1), 0);
  return [
    `${number} | ${shown.replaceAll(/[\t\u3000\u00a0\u200b\ufeff]/g, (char) => visible[char] as string)}`,
    `${' '.repeat(number.length)} | ${' '.repeat(columns)}^`,
  ];
}
function holdsSecret(text: string): boolean {
  if (looksSecret(text) || text.split(/[\s"'{}[\],]+/).some(looksSecret)) return true;
  return [...text.matchAll(/([A-Za-z_][\w-]*)["']?\s*[:：=]\s*["']?([^\s"',{}]*)/g)].some(
    ([, name = '', value = '']) => isSecretName(name) && value !== '' && value !== '$',
  );
}
