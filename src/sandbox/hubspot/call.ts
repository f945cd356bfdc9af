// One call as the handlers see it: the route's words, the body, the bearer, the fault plan's orders. Reading only; what
// is wrong with a call is thrown as a refusal.

import type { Context, Hono } from 'hono';
import type { Orders } from '../half.ts';
import { Refusal } from './answers.ts';
import { type Kind, kindOf } from './kinds.ts';
import { type Grant, needOneOf } from './tokens.ts';

export interface CallEnv {
  Bindings: {
    readonly orders: Orders;
    /** `v3`, `v4` or the date in the path. */
    readonly version: string;
    /** Who calls; the routes of OAuth are open and have nobody. */
    readonly grant: Grant;
    /** Repeated in the header and in the body of a refusal. */
    readonly correlationId: string;
  };
}
export type Call = Context<CallEnv>;
export type Routes = Hono<CallEnv>;

/** A JSON object, as given. */
export type Given = Readonly<Record<string, unknown>>;

/** The object or an empty one; HubSpot ignores what it does not know. */
export function asGiven(value: unknown): Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Given) : {};
}

/** The body as a JSON object; 400 when it is not one. */
export async function bodyOf(call: Call): Promise<Given> {
  const text = await call.req.text();
  let parsed: unknown;
  try {
    parsed = text.trim() === '' ? {} : JSON.parse(text);
  } catch {
    throw new Refusal(400, {
      status: 'error',
      message: 'Invalid input JSON on line 1, column 1: Unexpected character',
    });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw badJson('Cannot deserialize the value');
  return parsed as Given;
}
/** 400 for JSON that cannot be what the route wants. */
export function badJson(why: string): Refusal {
  return new Refusal(400, { status: 'error', message: `Invalid input JSON on line 1, column 1: ${why}` });
}

/** `inputs` of a batch, at most `limit`; entries that are no objects are refused. */
export function inputsOf(body: Given, limit: number): Given[] {
  const inputs = body['inputs'];
  if (!Array.isArray(inputs)) throw badJson('some of required attributes are not set [inputs]');
  if (inputs.length > limit)
    throw new Refusal(400, {
      status: 'error',
      message: `The maximum number of inputs supported in a batch request is ${limit}. Received ${inputs.length}.`,
      category: 'VALIDATION_ERROR',
    });
  return inputs.map((input) => {
    if (typeof input !== 'object' || input === null || Array.isArray(input)) throw badJson('Cannot deserialize inputs');
    return input as Given;
  });
}

/** Names of a query parameter, both as the documents write them (`a,b`) and as the client sends them (`a` twice). */
export function namesIn(call: Call, parameter: string): string[] {
  return (call.req.queries(parameter) ?? [])
    .flatMap((one) => one.split(','))
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
/** Names in a body: a list of strings. */
export function namesOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}
/** A whole number of the query within bounds; 400 outside them. */
export function wholeIn(call: Call, parameter: string, fallback: number, top: number): number {
  const given = call.req.query(parameter);
  if (given === undefined || given === '') return fallback;
  const value = Number(given);
  if (!Number.isInteger(value) || value < 1 || value > top)
    throw new Refusal(400, {
      status: 'error',
      message: `${parameter} must be between 1 and ${top}, inclusive. Received ${given}`,
      category: 'VALIDATION_ERROR',
    });
  return value;
}

/** An id as text: HubSpot takes numbers as well. */
export function idOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : null;
}

/** The object type that a segment names; 400 for none. */
export function kindNamed(segment: string): Kind {
  const kind = kindOf(segment);
  if (kind === undefined)
    throw new Refusal(400, { status: 'error', message: `Unable to infer object type from: ${segment}` });
  return kind;
}
/** The object type of the path, once the bearer may read it. */
export function readable(call: Call, segment: string): Kind {
  const kind = kindNamed(segment);
  needOneOf(call.env.grant, kind.readScopes);
  return kind;
}
/** The object type of the path, once the bearer may write it. */
export function writable(call: Call, segment: string): Kind {
  const kind = kindNamed(segment);
  if (kind.readOnly) throw new Refusal(405, { status: 'error', message: 'HTTP 405 Method Not Allowed' });
  needOneOf(call.env.grant, kind.writeScopes);
  return kind;
}
/** Whom the store names as the author of a change through the API. */
export function authorOf(call: Call): string {
  return `api:${call.env.grant.app}`;
}
