// Texts with {{names}}: they parse, and every name is a fact or a ready-made line.

import { textFacts } from '../../domain/decisions.ts';
import { checkTemplate } from '../../domain/words.ts';
import { nearest, type Path } from '../problem.ts';
import type { Words } from '../schema/pieces.ts';
import type { Facts } from './facts.ts';
import type { Finding, Tell } from './rule.ts';

/** Checks a text in both languages. */
export function checkText(
  given: Words,
  at: { readonly file: string; readonly path: Path },
  facts: Facts,
  tell: Tell,
): void {
  const texts: [Path, string][] =
    typeof given === 'string'
      ? [[at.path, given]]
      : [
          [[...at.path, 'en'], given.en],
          [[...at.path, 'ja'], given.ja],
        ];
  for (const [path, text] of texts) {
    const checked = checkTemplate(text);
    if ('problem' in checked) {
      tell({
        file: at.file,
        path,
        what: `the text cannot be filled in: ${checked.problem}`,
        why: 'names stand between {{ and }}',
        fix: 'Write for example:   {{name}}: {{days_to_renewal}} days',
      });
      continue;
    }
    for (const slip of textSlips(text, facts)) tell({ file: at.file, path, ...slip });
    for (const name of checked.names) {
      if (facts.has(name) || (textFacts as readonly string[]).includes(name)) continue;
      const near = nearest(name, [...facts.keys(), ...textFacts]);
      tell({
        file: at.file,
        path,
        within: new RegExp(`(?<=\\{\\{[^}]*)\\b${name}\\b`),
        what: `the text asks for {{${name}}}, which nobody knows`,
        why: 'it is no metric, dimension, segment, attribute or ready-made line',
        fix: near === null ? 'Correct the name, or define a metric of that name.' : `Did you mean {{${near}}}?`,
      });
    }
  }
}

/** What would be printed as it stands, although something else was meant: curly quotes around the text, braces that are not two. */
function textSlips(text: string, facts: Facts): Omit<Finding, 'file' | 'path'>[] {
  const slips: Omit<Finding, 'file' | 'path'>[] = [];
  const trimmed = text.trim();
  if (/^[“”„‟«].*[“”‟»]$/s.test(trimmed)) {
    slips.push({
      warning: 'W_CURLY_QUOTES',
      what: `curly quotes (${trimmed[0]}) stand around the text, and would be printed with it`,
      why: 'only straight quotes hold a text together; curly ones are letters like any other',
      fix: 'Write straight quotes around it:   "…"',
    });
  }
  const braces = /(?<![{｛])(?:\{|｛{1,2}|\{｛|｛\{)\s*([a-z][a-z0-9_]*)\s*(?:\}|｝{1,2}|\}｝|｝\})(?![}｝])/g;
  for (const [, name = ''] of text.matchAll(braces)) {
    if (!facts.has(name) && !(textFacts as readonly string[]).includes(name)) continue;
    slips.push({
      within: new RegExp(`[{｛]+\\s*${name}`),
      warning: 'W_NOT_FILLED_IN',
      what: `the braces around ${name} are not two half-width ones, so the name itself would be printed`,
      why: 'only names between {{ and }} are filled in',
      fix: `Write:   {{${name}}}`,
    });
  }
  return slips;
}
