// Texts with {{names}}: they parse, and every name is a fact or a ready-made line.

import { textFacts } from '../../domain/decisions.ts';
import { checkTemplate } from '../../domain/words.ts';
import { nearest, type Path } from '../problem.ts';
import type { Words } from '../schema/pieces.ts';
import type { Facts } from './facts.ts';
import type { Tell } from './rule.ts';

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
    for (const name of checked.names) {
      if (facts.has(name) || (textFacts as readonly string[]).includes(name)) continue;
      const near = nearest(name, [...facts.keys(), ...textFacts]);
      tell({
        file: at.file,
        path,
        what: `the text asks for {{${name}}}, which nobody knows`,
        why: 'it is no metric, dimension, segment, attribute or ready-made line',
        fix: near === null ? 'Correct the name, or define a metric of that name.' : `Did you mean {{${near}}}?`,
      });
    }
  }
}
