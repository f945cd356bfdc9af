// What the running user may do with a field: all standard ones, and custom ones once a permission set that is assigned to
// them grants it. Settings of a test win over both.

import type { FieldDefinition } from '../fields.ts';
import type { Access, RecordStore } from '../records.ts';
import { type Settings, systemUser } from './state.ts';

/** Access to fields. Remembers what permission sets say until one of them changes. */
export class FieldPermits {
  readonly #store: RecordStore;
  readonly #settings: Settings;
  #known: Map<string, Map<string, Access>> | null = null;
  constructor(store: RecordStore, settings: Settings) {
    this.#store = store;
    this.#settings = settings;
  }
  forget(): void {
    this.#known = null;
  }
  of(by: string, type: string, field: FieldDefinition): Access {
    const set = this.#settings.fieldAccess[`${type}.${field.name}`];
    if (set !== undefined) return set;
    if (field.custom !== true || field.required === true || by === systemUser) return 'edit';
    const name = `${type === 'Event' ? 'Task' : type}.${field.name}`.toLowerCase();
    return this.#all().get(by)?.get(name) ?? 'none';
  }
  #all(): Map<string, Map<string, Access>> {
    if (this.#known !== null) return this.#known;
    const known = new Map<string, Map<string, Access>>();
    for (const assigned of this.#store.all('PermissionSetAssignment')) {
      const user = String(assigned.values['AssigneeId']);
      const mine = known.get(user) ?? new Map<string, Access>();
      known.set(user, mine);
      const set = assigned.values['PermissionSetId'] ?? null;
      for (const grant of this.#store.findBy('FieldPermissions', 'ParentId', set)) {
        const name = String(grant.values['Field']).toLowerCase();
        if (grant.values['PermissionsEdit'] === true) mine.set(name, 'edit');
        else if (grant.values['PermissionsRead'] === true && mine.get(name) !== 'edit') mine.set(name, 'read');
      }
    }
    this.#known = known;
    return known;
  }
}
