// A setting that stands too far left or right, and is read as part of another group: YAML finds nothing wrong with it, but the
// group beside it or above it knows the name.

import { type Path, pathText } from '../problem.ts';
import { valueAt } from '../sight.ts';
import type { Said } from './slip.ts';

interface Sight {
  readonly data: unknown;
  /** The settings that a place of the file knows. */
  readonly keysAt: (path: Path) => readonly string[];
}

/** Where a strange setting belongs, when the group before it or the one around it knows its name; else null. */
export function misplaced(path: Path, sight: Sight): Said | null {
  const key = path.at(-1);
  if (typeof key !== 'string') return null;
  const group = path.slice(0, -1);
  const before = siblingBefore(valueAt(sight.data, group), key);
  if (before !== null && sight.keysAt([...group, before]).includes(key)) {
    return {
      what: `${key} stands beside ${before}, but it is a setting of ${before}`,
      why: 'how far a line stands in says what it belongs to',
      fix: `Write two more spaces before ${key} and the lines below it.`,
    };
  }
  const around = path.slice(0, -2);
  for (let length = around.length; length >= 0; length--) {
    const outer = path.slice(0, length);
    if (typeof path[length] === 'number' || !sight.keysAt(outer).includes(key)) continue;
    const owner = outer.length === 0 ? 'the file itself' : pathText(outer);
    return {
      what: `${key} stands below ${String(path[path.length - 2])}, but it is a setting of ${owner}`,
      why: 'how far a line stands in says what it belongs to',
      fix: `Take spaces away before ${key}, until it stands in line with ${String(path[length])}.`,
    };
  }
  return null;
}

/** The setting that stands before a key in its group. */
function siblingBefore(group: unknown, key: string): string | null {
  if (typeof group !== 'object' || group === null || Array.isArray(group)) return null;
  const keys = Object.keys(group);
  return keys[keys.indexOf(key) - 1] ?? null;
}
