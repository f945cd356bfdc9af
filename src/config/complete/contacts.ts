// contacts.yaml → what is said of single people: conditions long, defaults in.

import type { ContactAnswers, ContactSettings } from '../../domain/decisions.ts';
import type { ContactsFile } from '../schema/contacts.ts';
import { conditionOrNull } from './condition.ts';
import { normaliser } from './metrics.ts';

/** contacts.yaml. */
export function completeContacts(file: ContactsFile): ContactSettings {
  const { use, score } = file;
  return {
    use:
      use === undefined
        ? null
        : { source: use.source, where: conditionOrNull(use.where), amount: use.amount ?? null, days: use.days },
    lastActive: file.last_active,
    left: file.left,
    championInactiveDays: file.champion_inactive_days,
    nps: answers(file.nps),
    valueEnhancement: answers(file.value_enhancement),
    score: contactScoreFacts.flatMap((fact) => {
      const part = score[fact];
      return part === undefined ? [] : [{ fact, weight: part.weight, normalise: normaliser(part.normalise) }];
    }),
    leastKnown: file.least_known,
  };
}
const contactScoreFacts = ['active_days_28d', 'days_inactive', 'nps_score', 'value_enhancement_score'] as const;

function answers(given: ContactsFile['nps']): ContactAnswers | null {
  if (given === undefined) return null;
  return {
    source: given.source,
    field: given.field,
    where: conditionOrNull(given.where),
    answeredOn: given.answered_on ?? null,
    take: given.take,
    days: given.days,
  };
}
