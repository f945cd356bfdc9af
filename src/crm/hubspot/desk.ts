// What all of the HubSpot hand works with: the client, the mapping, and the few facts of the portal that are asked once.
// It holds no records.

import { orThrow } from '../../clients/hubspot/call.ts';
import type { HubspotClient } from '../../clients/hubspot/connect.ts';
import { type Refusal, toProblem } from '../../clients/hubspot/errors.ts';
import type { Portal, Property } from '../../clients/hubspot/furniture.ts';
import type { CrmMapping, FieldMapping, TaskMapping } from '../../domain/decisions.ts';
import type { CrmObject, Problem, Receipt } from '../../domain/nouns.ts';
import type { Clock } from '../../lib/clock.ts';
import { taskProperties } from './convert.ts';

export interface Desk {
  readonly client: HubspotClient;
  readonly mapping: CrmMapping;
  readonly clock: Clock;
  /** The portal behind the token; asked once, and again when it must be fresh. */
  portal(signal: AbortSignal, fresh?: boolean): Promise<Portal>;
  /** The zone in which a due day is a day: the home's where it was given, else the portal's. */
  zone(signal: AbortSignal): Promise<string>;
  /** Whether the portal keeps our task key unique; null where the property does not exist. Asked once. */
  taskKey(signal: AbortSignal): Promise<Property | null>;
  /** The scopes of our token; null where it cannot be asked. Asked once. */
  scopes(signal: AbortSignal): Promise<readonly string[] | null>;
  /** Forgets what was asked once, after setup has changed it. */
  forget(): void;
}

/** `zone` is the home's IANA zone. */
export function createDesk(client: HubspotClient, mapping: CrmMapping, clock: Clock, zone: string | null): Desk {
  let portal: Promise<Portal> | null = null;
  let key: Promise<Property | null> | null = null;
  let scopes: Promise<readonly string[] | null> | null = null;
  // A failed question is asked again next time; only answers are kept.
  const keep = <T>(asked: Promise<T>, lose: () => void): Promise<T> => {
    asked.catch(lose);
    return asked;
  };
  const desk: Desk = {
    client,
    mapping,
    clock,
    portal(signal, fresh = false) {
      if (fresh) portal = null;
      portal ??= keep(
        client.portal(signal).then((reply) => orThrow(reply, 'hubspot account')),
        () => {
          portal = null;
        },
      );
      return portal;
    },
    zone: async (signal) => zone ?? (await desk.portal(signal)).zone,
    taskKey(signal) {
      const name = mapping.task === null ? null : taskProperties(mapping.task)['key'];
      if (name === null || name === undefined) return Promise.resolve(null);
      key ??= keep(
        client.property(tasks, name, signal).then((reply) => {
          if (!reply.ok && reply.refusal.status === 404) return null;
          const property = orThrow(reply, `hubspot ${tasks}.${name}`);
          return property.archived ? null : property;
        }),
        () => {
          key = null;
        },
      );
      return key;
    },
    // A service key cannot be asked what it may do.
    scopes(signal) {
      scopes ??= keep(
        client.bearer(signal).then((reply) => (reply.ok ? reply.data.scopes : null)),
        () => {
          scopes = null;
        },
      );
      return scopes;
    },
    forget() {
      portal = null;
      key = null;
    },
  };
  return desk;
}

/** The object type of our own tasks. */
export const tasks = 'tasks';
const standardObjects = { account: 'companies', contact: 'contacts', opportunity: 'deals' } as const;

/** HubSpot's name for one of our objects. */
export function objectName(mapping: CrmMapping, object: CrmObject): string {
  return object === 'task' ? tasks : (mapping.objects[object]?.object ?? standardObjects[object]);
}
/** The mapped fields of one of our objects. */
export function fieldsOf(mapping: CrmMapping, object: CrmObject): readonly FieldMapping[] {
  return object === 'task' ? [] : (mapping.objects[object]?.fields ?? []);
}
/** The mapping of tasks, for those who cannot work without. */
export function taskMapping(mapping: CrmMapping): TaskMapping {
  if (mapping.task === null) throw new RangeError('tasks are not mapped');
  return mapping.task;
}

export function applied(effectId: number, crmId: string, problem: Problem | null = null): Receipt {
  return { effectId, state: 'applied', crmId, problem };
}
export function unapplied(effectId: number, state: Exclude<Receipt['state'], 'applied'>, problem: Problem): Receipt {
  return { effectId, state, crmId: null, problem };
}
/** A refusal as the receipt of one effect; auth and limit mean that HubSpot did not act. */
export function receiptOf(effectId: number, refusal: Refusal, where: string): Receipt {
  const { outcome } = refusal;
  const state =
    outcome === 'rejected' || outcome === 'drift' ? 'rejected' : outcome === 'unknown' ? 'unknown' : 'ready';
  return unapplied(effectId, state, toProblem(refusal, where));
}
export function problem0(code: string, where: string, what: string, why = '', fix = ''): Problem {
  return { code, severity: 'error', where, what, why, fix };
}

/** Ids as HubSpot gives them out. Anything else is in no portal, and some calls refuse a whole batch for it. */
export function isRecordId(id: string): boolean {
  return /^\d{1,20}$/.test(id);
}
