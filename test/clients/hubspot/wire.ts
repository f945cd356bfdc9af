// Answers of HubSpot as they come over the wire, for tests that need one exactly.

import nock from 'nock';
import { connectHubspot, type HubspotClient, hubspotConnection } from '../../../src/clients/hubspot/connect.ts';
import { seededChance } from '../../../src/lib/chance.ts';
import { systemClock } from '../../../src/lib/clock.ts';

export const origin = 'https://api.hubapi.com';
export const json = { 'content-type': 'application/json;charset=utf-8' };
/** Refusals that ask for no wait, so that no test waits. */
export const now = { ...json, 'retry-after': '0' };

const at = '2026-11-20T10:00:00Z';
export function item(id: string, properties: Record<string, string | null> = {}) {
  return { id, properties: { hs_object_id: id, ...properties }, createdAt: at, updatedAt: at, archived: false };
}
export function batch(results: readonly unknown[], errors?: readonly unknown[]) {
  const times = { startedAt: at, completedAt: at };
  return {
    status: 'COMPLETE',
    results,
    ...times,
    ...(errors === undefined ? {} : { errors, numErrors: errors.length }),
  };
}
export function refusal(category: string, message: string, context: Record<string, readonly string[]> = {}) {
  return { status: 'error', category, message, context, correlationId: 'c0ffee00-0000-0000-0000-000000000000' };
}
export const burst = {
  status: 'error',
  message: 'You have reached your ten_secondly_rolling limit.',
  errorType: 'RATE_LIMIT',
  policyName: 'TEN_SECONDLY_ROLLING',
};
export const daily = {
  status: 'error',
  message: 'You have reached your daily limit.',
  errorType: 'RATE_LIMIT',
  policyName: 'DAILY',
};
export const secondly = { status: 'error', message: 'You have reached your secondly limit.', category: 'RATE_LIMITS' };

export function client(options: { readonly timeoutMs?: number; readonly version?: string } = {}): HubspotClient {
  return connectHubspot({
    connection: hubspotConnection.parse({ access_token: 'test-token', api_version: options.version ?? 'v3' }),
    clock: systemClock,
    chance: seededChance(1),
    backoffMs: 1,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
}
export const calm = new AbortController().signal;

/** Only what a test has announced may be asked; everything announced must have been asked. */
export function openWire(): void {
  nock.disableNetConnect();
}
export function closeWire(): void {
  nock.abortPendingRequests();
  nock.cleanAll();
  nock.enableNetConnect();
}
