// What a command is, and what it is given. A command returns its exit code; it never ends the process.

import { UsageError } from '../lib/errors.ts';
import type { LogLevel } from '../lib/log.ts';
import type { Output } from './output.ts';

export interface CommandContext {
  readonly home: string;
  readonly output: Output;
  readonly logLevel: LogLevel;
  readonly signal: AbortSignal;
  readonly stderr: NodeJS.WritableStream;
  /** Positional arguments by name. */
  readonly args: Readonly<Record<string, string>>;
  /** Options by their long name in camelCase. */
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
}
export type Command = (context: CommandContext) => Promise<number>;

export interface CommandDefinition {
  readonly name: string;
  /** `<needed>` and `[optional]` arguments with what they are. */
  readonly args: readonly (readonly [string, string])[];
  /** `many`: it may be given more than once; the texts come joined by commas. */
  readonly options: readonly (readonly [string, string, 'many'?])[];
  readonly summary: string;
  /** What it may touch: told in its help. */
  readonly touches: string;
  readonly load: () => Promise<Command>;
}

/** A text option, or null. */
export function textOption(context: CommandContext, name: string): string | null {
  const value = context.options[name];
  return typeof value === 'string' ? value : null;
}
/** The texts of an option that may be given more than once; null where it was not given. */
export function textOptions(context: CommandContext, name: string): readonly string[] | null {
  return textOption(context, name)?.split(',') ?? null;
}
/** A yes-or-no option. */
export function given(context: CommandContext, name: string): boolean {
  return context.options[name] === true;
}

/** Refuses a value that is not in a list, naming the list. */
export function oneOf(name: string, value: string, allowed: readonly string[]): string {
  if (allowed.includes(value)) return value;
  throw new UsageError(`--${name} ${value} is not known`, { fix: `Write one of: ${allowed.join(', ')}.` });
}

/** A day given as an option, checked; null where it was not given. */
export function dayOption(context: CommandContext, name: string, flag: string): string | null {
  const text = textOption(context, name);
  if (text === null) return null;
  const date = new Date(`${text}T00:00:00Z`);
  if (/^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text))
    return text;
  throw new UsageError(`"${text}" is no day`, { fix: `Write it as year, month, day:\n  ${flag} 2026-11-21` });
}

/** An instant as people at the home's place say it: `2026-11-23 05:00 Asia/Tokyo`. */
export function localTime(instant: string | null, zone: string): string {
  if (instant === null) return 'not scheduled';
  const text = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(
    new Date(instant),
  );
  return `${text} ${zone}`;
}
