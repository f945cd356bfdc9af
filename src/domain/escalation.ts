// Overdue tasks of high priority: after some business days the task says so, and a manager gets one of their own, once. It
// goes when the first task is closed, moved to a later day or snoozed. Nothing here knows who the manager is.

import { addBusinessDays, type BusinessCalendar, daysBetween } from './calendar.ts';
import { cutText } from './cut.ts';
import type { PlaySettings } from './decisions.ts';
import { isSnoozed } from './diff-tasks.ts';
import type { ExistingTask, KnownTask, Locale, NextAction } from './nouns.ts';
import { escalated, subjectLength } from './play-words.ts';

/** What the play of a manager's task is called, so that it never meets a play of plays.yaml. */
export function escalationOf(play: string): string {
  return `${play}.escalated`;
}

export interface EscalationInput {
  readonly actions: readonly NextAction[];
  /** Our ledger and what the CRM shows, by key. */
  readonly known: ReadonlyMap<string, KnownTask>;
  readonly existing: ReadonlyMap<string, ExistingTask>;
  readonly keyOf: (action: NextAction) => string;
  readonly asOf: string;
  readonly calendar: BusinessCalendar;
  readonly settings: NonNullable<PlaySettings['escalation']>;
  readonly locale: Locale;
  /** False where nobody is known to escalate to: then the task itself says that it is overdue, and that is all. */
  readonly hasManager: boolean;
}

/** The actions with what is overdue said in them, and those for managers behind them. */
export function withEscalations(input: EscalationInput): readonly NextAction[] {
  const forManagers: NextAction[] = [];
  const actions = input.actions.map((action) => {
    const overdue = overdueSince(action, input);
    if (overdue === null) return action;
    const { dueOn, day } = overdue;
    const said = escalated({ subject: action.subject, body: action.body, dueOn, day }, input.locale);
    if (input.hasManager) {
      forManagers.push({
        ...action,
        play: escalationOf(action.play),
        subject: cutText(said.subject, subjectLength),
        body: said.forManager,
        dueOn: addBusinessDays(input.calendar, day, input.settings.dueBusinessDays),
        owner: input.settings.owner,
        because: [`${action.play} was due on ${dueOn}`],
      });
    }
    return { ...action, body: said.body };
  });
  return [...actions, ...forManagers];
}

/** The day the task was due, as it stands in the CRM, and the day it is too late; null for all others. */
function overdueSince(
  action: NextAction,
  input: EscalationInput,
): { readonly dueOn: string; readonly day: string } | null {
  if (action.priority !== 'high') return null;
  const key = input.keyOf(action);
  const task = input.known.get(key);
  const stands = input.existing.get(key);
  if (task?.status !== 'open' || stands?.state !== 'open' || isSnoozed(stands, task, input.asOf)) return null;
  const given = stands.fields['due_on'] ?? task.written['due_on'];
  const dueOn = typeof given === 'string' ? given.slice(0, 10) : action.dueOn;
  const day = addBusinessDays(input.calendar, dueOn, input.settings.afterBusinessDays);
  return daysBetween(day, input.asOf) < 0 ? null : { dueOn, day };
}
