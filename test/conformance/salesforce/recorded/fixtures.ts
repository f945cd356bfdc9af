// Where the recorded answers lie. They are no part of this repository; without them whatever needs them is skipped, saying so.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const folder = resolve(import.meta.dirname, '../../../../../shared/fixtures/salesforce');
export const isHere = existsSync(folder);

export function textOf(path: string): string {
  return readFileSync(join(folder, path), 'utf8');
}
export function jsonOf(path: string): unknown {
  return JSON.parse(textOf(path));
}
export function filesIn(path: string): string[] {
  return readdirSync(join(folder, path)).sort();
}
