// Which record is associated with which, and how. Both directions are kept, each with the type numbers of its own side.
// It knows ids and types, not whether a record still exists.

import { type LinkType, linkTypes } from './kinds.ts';

/** One kind of association between two records, as read from one of them. */
export interface LinkSpec {
  readonly category: 'HUBSPOT_DEFINED' | 'USER_DEFINED';
  readonly typeId: number;
  readonly label: string | null;
}

/** From a record to records of one other type: id → the numbers of the types that bind them, in order of making. */
type Far = Map<string, Set<number>>;

export class Links {
  /** `from type/id/to type` → far records. */
  readonly #far = new Map<string, Far>();

  /** Adds a HubSpot-defined association and its other side; once is as good as twice. */
  add(type: LinkType, fromId: string, toId: string): void {
    // A labelled type brings the unlabelled one with it, as in the recorded answers.
    const plain = linkTypes.find((one) => one.from === type.from && one.to === type.to && one.label === null);
    for (const one of plain === undefined || plain.id === type.id ? [type] : [type, plain]) {
      // Only one company can be the primary one, from whichever side it is named.
      const back = linkTypes.find((two) => two.from === one.to && two.to === one.from && two.id === one.inverse);
      if (one.label === 'Primary' && one.to === 'companies') this.#dropAll(one, fromId);
      else if (one.label === 'Primary' && back !== undefined) this.#dropAll(back, toId);
      this.#put(one.from, fromId, one.to, toId, one.id);
      this.#put(one.to, toId, one.from, fromId, one.inverse);
    }
  }
  /** Takes all associations between two records away. */
  remove(from: string, fromId: string, to: string, toId: string): void {
    this.#far.get(`${from}/${fromId}/${to}`)?.delete(toId);
    this.#far.get(`${to}/${toId}/${from}`)?.delete(fromId);
  }
  /** Takes one type of association away, and the pair with its last one. */
  removeType(type: LinkType, fromId: string, toId: string): void {
    this.#take(type.from, fromId, type.to, toId, type.id);
    this.#take(type.to, toId, type.from, fromId, type.inverse);
  }
  /** The far records of one type, in order of making. */
  of(from: string, fromId: string, to: string): { readonly id: string; readonly types: readonly LinkSpec[] }[] {
    const far = this.#far.get(`${from}/${fromId}/${to}`) ?? new Map<string, Set<number>>();
    return [...far].map(([id, numbers]) => ({ id, types: [...numbers].map((number) => specOf(from, to, number)) }));
  }
  /** Whether two records are associated in any way. */
  has(from: string, fromId: string, to: string, toId: string): boolean {
    return this.#far.get(`${from}/${fromId}/${to}`)?.has(toId) ?? false;
  }
  /** Everything that hung on one record hangs on another of the same type from now on: a merge. */
  move(type: string, oldId: string, newId: string): void {
    for (const [key, far] of [...this.#far]) {
      const [from, fromId, to] = key.split('/') as [string, string, string];
      if (from !== type || fromId !== oldId) continue;
      for (const [toId, numbers] of [...far]) {
        for (const number of numbers) {
          const link = linkTypes.find((one) => one.from === from && one.to === to && one.id === number);
          if (link !== undefined) this.add(link, newId, toId);
        }
        this.remove(from, oldId, to, toId);
      }
    }
  }
  /** Takes everything away that hangs on a record: it was never made after all. */
  forget(type: string, id: string): void {
    for (const [key, far] of [...this.#far]) {
      const [from, fromId, to] = key.split('/') as [string, string, string];
      if (from === type && fromId === id) for (const toId of [...far.keys()]) this.remove(from, id, to, toId);
    }
  }

  #put(from: string, fromId: string, to: string, toId: string, number: number): void {
    const key = `${from}/${fromId}/${to}`;
    const far = this.#far.get(key) ?? new Map<string, Set<number>>();
    this.#far.set(key, far);
    far.set(toId, (far.get(toId) ?? new Set()).add(number));
  }
  #take(from: string, fromId: string, to: string, toId: string, number: number): void {
    const far = this.#far.get(`${from}/${fromId}/${to}`);
    const numbers = far?.get(toId);
    numbers?.delete(number);
    if (numbers?.size === 0) far?.delete(toId);
  }
  #dropAll(type: LinkType, fromId: string): void {
    for (const toId of this.#far.get(`${type.from}/${fromId}/${type.to}`)?.keys() ?? [])
      this.removeType(type, fromId, toId);
  }
}

function specOf(from: string, to: string, number: number): LinkSpec {
  const type = linkTypes.find((one) => one.from === from && one.to === to && one.id === number);
  return { category: 'HUBSPOT_DEFINED', typeId: number, label: type?.label ?? null };
}
