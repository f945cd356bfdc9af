// What a CRM lacks for our work, and the making of it. Only ever adds; prints each piece before it is made.

import { canSetUp, type Piece, tellsFurniture } from '../crm/crm.ts';
import type { Problem } from '../domain/nouns.ts';
import type { Hall } from './hall.ts';

export interface SetupResult {
  readonly crm: string;
  readonly missing: readonly Piece[];
  readonly made: number;
  readonly problems: readonly Problem[];
}

/** Finds what is missing in every CRM; with `make` also makes it, telling `onPiece` before each. */
export async function setUp(
  hall: Hall,
  options: { readonly make: boolean; readonly onPiece: (crm: string, piece: Piece) => void },
  signal: AbortSignal,
): Promise<readonly SetupResult[]> {
  const results: SetupResult[] = [];
  for (const { crm, mapping } of hall.crms) {
    if (!canSetUp(crm)) continue;
    const needs = { mapping, tasks: mapping.task !== null };
    await crm.identify(signal);
    const missing = await crm.missing(needs, signal);
    const problems: Problem[] = [];
    let made = 0;
    for (const piece of missing) {
      options.onPiece(crm.name, piece);
      if (!options.make) continue;
      signal.throwIfAborted();
      const problem = await crm.make(piece, signal);
      if (problem === null) made += 1;
      else problems.push(problem);
    }
    results.push({ crm: crm.name, missing, made, problems });
  }
  return results;
}

/** What setup has made in each CRM and is still there, in the order in which a person would take it away. Reads only. */
export async function furnitureOf(
  hall: Hall,
  signal: AbortSignal,
): Promise<readonly { readonly crm: string; readonly pieces: readonly Piece[] }[]> {
  const found: { readonly crm: string; readonly pieces: readonly Piece[] }[] = [];
  for (const { crm, mapping } of hall.crms) {
    if (!tellsFurniture(crm)) continue;
    await crm.identify(signal);
    const pieces = await crm.furniture({ mapping, tasks: mapping.task !== null }, signal);
    found.push({ crm: crm.name, pieces });
  }
  return found;
}

/** The same as files, by relative path under a folder per CRM. */
export function setUpFiles(hall: Hall): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const { crm, mapping } of hall.crms) {
    if (!canSetUp(crm)) continue;
    for (const [path, text] of Object.entries(crm.files({ mapping, tasks: mapping.task !== null })))
      files[path.startsWith(`${crm.name}/`) ? path : `${crm.name}/${path}`] = text;
  }
  return files;
}
