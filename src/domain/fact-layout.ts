// Where each fact stands in a row: conditions and texts ask for a few dozen names, which are looked up once, when the
// configuration is compiled, and not once per account. A row holds exactly the facts that something asks for.

import type { FactAccess, Facts } from './condition.ts';
import type { Value } from './nouns.ts';

/** The facts of one account by place; undefined where nothing was filled in. */
export type FactRow = (Value | undefined)[];

/** Names → places. It grows while a configuration is compiled and stays as it is from then on. */
export class FactLayout implements FactAccess {
  readonly #places = new Map<string, number>();

  /** The place of a name, given one if it has none yet. */
  place(name: string): number {
    let place = this.#places.get(name);
    if (place === undefined) {
      place = this.#places.size;
      this.#places.set(name, place);
    }
    return place;
  }
  /** The place of a name, or -1 where nothing asks for it. */
  placeOf(name: string): number {
    return this.#places.get(name) ?? -1;
  }
  reader(name: string): (facts: Facts) => Value | undefined {
    const place = this.place(name);
    return (facts) => (facts as unknown as FactRow)[place];
  }
  changer(name: string): (facts: Facts, value: Value) => Facts {
    const place = this.place(name);
    return (facts, value) => asFacts((facts as unknown as FactRow).with(place, value));
  }
  get size(): number {
    return this.#places.size;
  }
  get names(): readonly string[] {
    return [...this.#places.keys()];
  }
}

/** A row as what conditions and texts take. Only readers of the row's own layout find anything in it. */
export function asFacts(row: FactRow): Facts {
  return row as unknown as Facts;
}
