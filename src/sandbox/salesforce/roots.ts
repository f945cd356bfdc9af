// The roots of the REST API: versions, resources, limits, record counts.

import type { Hono } from 'hono';
import { json } from './answers.ts';
import { baseOf, type OrgEnv } from './env.ts';

const seasons = ['Spring', 'Summer', 'Winter'] as const;

/** `v31.0` was Summer '14; three versions follow each year. */
export function versions(): { label: string; url: string; version: string }[] {
  return Array.from({ length: 68 - 31 + 1 }, (_one, at) => {
    const number = 31 + at;
    const season = seasons[number % 3]!;
    const year = Math.floor((number + 13) / 3);
    return { label: `${season} '${year}`, url: `/services/data/v${number}.0`, version: `${number}.0` };
  });
}

const otherLimits: Readonly<Record<string, number>> = {
  ConcurrentAsyncGetReportInstances: 200,
  DailyAsyncApexExecutions: 250_000,
  DailyBulkApiBatches: 15_000,
  DailyBulkV2QueryFileStorageMB: 976_562,
  DailyBulkV2QueryJobs: 10_000,
  DailyStreamingApiEvents: 10_000,
  DataStorageMB: 5,
  FileStorageMB: 20,
  HourlyODataCallout: 1000,
  HourlyTimeBasedWorkflow: 50,
  MassEmail: 10,
  SingleEmail: 15,
};

export function rootRoutes(app: Hono<OrgEnv>): void {
  app.get('/services/data', () => json(200, versions()));
  app.get('/services/data/:version', (call) => {
    const base = baseOf(call);
    const names = [
      'sobjects',
      'query',
      'queryAll',
      'composite',
      'limits',
      'quickActions',
      'recent',
      'jobs',
      'metadata',
    ];
    const org = call.get('org');
    return json(200, {
      ...Object.fromEntries(names.map((name) => [name, `${base}/${name}`])),
      identity: `${org.url()}/id/${org.id}/${org.integrationUser}`,
    });
  });
  app.get('/services/data/:version/limits', (call) => {
    const { max, used, bulkBatches, bulkQueries } = call.get('org').limit;
    const gone: Readonly<Record<string, number>> = {
      DailyBulkApiBatches: bulkBatches,
      DailyBulkV2QueryJobs: bulkQueries,
    };
    const others = Object.entries(otherLimits).map(([name, most]) => [
      name,
      { Max: most, Remaining: Math.max(0, most - (gone[name] ?? 0)) },
    ]);
    return json(200, {
      DailyApiRequests: { Max: max, Remaining: Math.max(0, max - used) },
      ...Object.fromEntries(others),
    });
  });
  app.get('/services/data/:version/limits/recordCount', (call) => {
    const { store } = call.get('org');
    const names = (call.req.query('sObjects') ?? '').split(',').filter((name) => store.type(name) !== undefined);
    return json(200, { sObjects: names.map((name) => ({ count: [...store.all(name)].length, name })) });
  });
  app.get('/services/data/:version/connect/communities', () => json(200, { communities: [], total: 0 }));
  app.get('/services/data/:version/recent', () => json(200, []));
}
