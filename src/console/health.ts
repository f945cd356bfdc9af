// /livez and /readyz. Neither calls a CRM: a vendor's bad day must not restart our process. livez says that the event
// loop turns; readyz that the database takes writes, migrations are done and the process is not draining.

import type { Hono } from 'hono';
import type { Store } from '../state/store.ts';

export interface HealthFacts {
  readonly store: Store;
  readonly version: string;
  readonly draining: () => boolean;
}

export function addHealth(app: Hono, facts: HealthFacts): void {
  app.get('/livez', (context) => context.json({ alive: true, version: facts.version }));
  app.get('/readyz', async (context) => {
    if (facts.draining()) return context.json({ ready: false, why: 'draining' }, 503);
    try {
      const about = await facts.store.about();
      await facts.store.ready();
      return context.json({ ready: true, schema: about.version });
    } catch {
      return context.json({ ready: false, why: 'the database does not take writes' }, 503);
    }
  });
  app.get('/healthz', (context) => context.redirect('/readyz'));
}
