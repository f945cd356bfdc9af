// A string that prints as ***. It can be read only by asking for it by name, so a secret in a log is a decision, not an
// accident.

import { inspect } from 'node:util';

const values = new WeakMap<Secret, string>();

export class Secret {
  constructor(value: string) {
    values.set(this, value);
  }
  /** The secret itself. Call it where the bytes leave, nowhere else. */
  reveal(): string {
    return values.get(this) ?? '';
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [inspect.custom](): string {
    return 'Secret(***)';
  }
}
