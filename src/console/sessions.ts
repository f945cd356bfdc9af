// Who is signed in: sessions in memory, known by the hash of a random id, ended by idleness, by age, by signing out and by
// a restart; and how many wrong tokens a minute are looked at.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const idleMs = 30 * 60_000;
const longestMs = 12 * 3_600_000;
const mostSessions = 100;
const wrongPerMinute = 5;

export interface Sessions {
  /** A new session's id for whoever brings the token; null for a wrong token. */
  signIn(token: string): string | null;
  /** Whether an id stands for a session that is alive; using it keeps it alive. */
  isAlive(id: string): boolean;
  signOut(id: string): void;
  /** A token that comes with every call, from a program. */
  isToken(token: string): boolean;
  /** True after five wrong tokens within a minute: until it is over no token is looked at, right or wrong. */
  isClosed(): boolean;
}

export function createSessions(options: { readonly token: string; readonly now: () => string }): Sessions {
  const alive = new Map<string, { readonly since: number; seen: number }>();
  const nowMs = () => Date.parse(options.now());
  let wrong: number[] = [];
  const isClosed = () => {
    const now = nowMs();
    wrong = wrong.filter((at) => now - at < 60_000 && at <= now);
    return wrong.length >= wrongPerMinute;
  };
  const isToken = (token: string) => {
    if (isClosed()) return false;
    const right = timingSafeEqual(hash(token), hash(options.token));
    if (!right) wrong.push(nowMs());
    return right;
  };
  return {
    isClosed,
    isToken,
    signIn(token) {
      if (!isToken(token)) return null;
      const id = randomBytes(32).toString('base64url');
      if (alive.size >= mostSessions) alive.delete(alive.keys().next().value ?? '');
      alive.set(nameOf(id), { since: nowMs(), seen: nowMs() });
      return id;
    },
    isAlive(id) {
      const session = alive.get(nameOf(id));
      if (session === undefined) return false;
      const now = nowMs();
      if (now - session.seen >= idleMs || now - session.since >= longestMs) {
        alive.delete(nameOf(id));
        return false;
      }
      session.seen = now;
      return true;
    },
    signOut(id) {
      alive.delete(nameOf(id));
    },
  };
}

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
/** What is remembered of an id: who reads our memory cannot sign in with it. */
function nameOf(id: string): string {
  return hash(`session ${id}`).toString('base64');
}
