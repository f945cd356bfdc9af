// /metrics for Prometheus, behind the door like everything that tells of the business: a bearer token, on loopback as well. It
// reads the store and asks no CRM.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Hono } from 'hono';
import { type Counters, type Family, gauges, type MetricFacts, metricsText } from '../pipeline/metrics.ts';

export function addMetrics(app: Hono, facts: MetricFacts & { readonly counters: Counters }): void {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  app.get('/metrics', async (context) => {
    const lag: Family = {
      name: 'kenko_event_loop_lag_seconds',
      type: 'gauge',
      help: 'How late the event loop was, at its 99th percentile since it was last asked about.',
      samples: [{ labels: {}, value: Number.isFinite(delay.percentile(99)) ? delay.percentile(99) / 1e9 : 0 }],
    };
    delay.reset();
    const begun: Family = {
      name: 'process_start_time_seconds',
      type: 'gauge',
      help: 'When this process began, under the name that dashboards know.',
      samples: [{ labels: {}, value: Math.round(performance.timeOrigin / 1_000) }],
    };
    return context.body(metricsText([...(await gauges(facts)), lag, begun, ...facts.counters.families()]), 200, {
      'content-type': 'text/plain; version=0.0.4; charset=utf-8',
    });
  });
}
