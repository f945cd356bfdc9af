// HubSpot's limits: so many calls per rolling ten seconds and app, so many per day and portal, so many searches per second
// and portal, and a pair of their own for associations. Counts by the sandbox's clock and words the refusals; it lets
// calls through, it does none.

import type { PushableClock } from '../clock.ts';
import { Refusal } from './answers.ts';

export interface LimitOptions {
  readonly clock: PushableClock;
  readonly timeZone: string;
  readonly portal: number;
}

/** One call as the limits see it. */
export interface CountedCall {
  readonly app: string;
  readonly kind: 'search' | 'association' | 'other';
  /** Of an OAuth app: a smaller burst, and no share in the day's count of the portal's own apps. */
  readonly isOAuth: boolean;
}

/** The counters of one portal. The limits are public and may be changed at any time. */
export class LimitBook {
  /** Per ten seconds and app: 190 for a portal's own apps from Professional on, 110 for an OAuth app. */
  burst = 190;
  oauthBurst = 110;
  daily = 625_000;
  searches = 5;
  /** Associations per ten seconds and app, and per day. */
  associations = 150;
  associationsDaily = 500_000;
  readonly #options: LimitOptions;
  readonly #calls = new Map<string, number[]>();
  #searched: number[] = [];
  #usedToday = 0;
  #associatedToday = 0;
  #today = '';

  constructor(options: LimitOptions) {
    this.#options = options;
  }

  /** Counts a call of an app, or throws the 429. Who goes on after a 429 burns the day's calls all the same. */
  take({ app, kind, isOAuth }: CountedCall): void {
    const now = Date.parse(this.#options.clock.now());
    const isAssociation = kind === 'association';
    if (!isOAuth && this.used() >= this.daily) throw this.dailyRefusal();
    if (isAssociation && this.#associated() >= this.associationsDaily) throw this.dailyRefusal();
    if (!isOAuth) this.#usedToday += 1;
    if (kind === 'search') {
      this.#searched = this.#searched.filter((at) => now - at < 1000 && at <= now);
      if (this.#searched.length >= this.searches) throw this.searchRefusal();
      this.#searched.push(now);
    } else {
      const calls = this.#recent(app, now);
      const own = isAssociation ? this.#recent(`${app}/associations`, now) : [];
      if (calls.length >= (isOAuth ? this.oauthBurst : this.burst)) throw this.burstRefusal(app);
      if (isAssociation && own.length >= this.associations) throw this.burstRefusal(app);
      calls.push(now);
      own.push(now);
    }
    if (isAssociation) this.#associatedToday += 1;
  }

  /** Calls of all apps since midnight in the portal's time zone. */
  used(): number {
    const today = dayIn(this.#options.timeZone, this.#options.clock.now());
    if (today !== this.#today) {
      this.#today = today;
      this.#usedToday = 0;
      this.#associatedToday = 0;
    }
    return this.#usedToday;
  }
  #associated(): number {
    this.used();
    return this.#associatedToday;
  }
  /** Pretends that others in the portal have used so many calls today. */
  setUsed(count: number): void {
    this.used();
    this.#usedToday = count;
  }

  /**
   * The rate-limit headers of an answer. Answers to searches tell the day's count only, and their 429 nothing; OAuth apps
   * are told of no day. The secondly pair is deprecated and still sent (recorded).
   */
  headers(app: string, isSearch: boolean, isOAuth = false): Record<string, string> {
    const day = isOAuth
      ? {}
      : {
          'x-hubspot-ratelimit-daily': String(this.daily),
          'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, this.daily - this.used())),
        };
    if (isSearch) return day;
    const now = Date.parse(this.#options.clock.now());
    const calls = this.#recent(app, now);
    const max = isOAuth ? this.oauthBurst : this.burst;
    const secondly = Math.max(1, Math.floor(max / 10));
    return {
      ...day,
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-max': String(max),
      'x-hubspot-ratelimit-remaining': String(Math.max(0, max - calls.length)),
      'x-hubspot-ratelimit-secondly': String(secondly),
      'x-hubspot-ratelimit-secondly-remaining': String(
        Math.max(0, secondly - calls.filter((at) => now - at < 1000).length),
      ),
    };
  }

  burstRefusal(app: string): Refusal {
    return new Refusal(429, {
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      policyName: 'TEN_SECONDLY_ROLLING',
      groupName: `publicapi:private_app-api-calls-ten-secondly:${app}:${this.#options.portal}`,
    });
  }
  dailyRefusal(): Refusal {
    return new Refusal(429, {
      status: 'error',
      message: 'You have reached your daily limit.',
      errorType: 'RATE_LIMIT',
      policyName: 'DAILY',
      requestId: '00000000-0000-4000-8000-000000000000',
    });
  }
  /** Recorded without a policy; another variant was reported that names it. */
  searchRefusal(withPolicy = false): Refusal {
    return new Refusal(429, {
      status: 'error',
      message: 'You have reached your secondly limit.',
      category: 'RATE_LIMITS',
      ...(withPolicy ? { policyName: 'SECONDLY' } : {}),
    });
  }

  #recent(app: string, now: number): number[] {
    const calls = (this.#calls.get(app) ?? []).filter((at) => now - at < 10_000 && at <= now);
    this.#calls.set(app, calls);
    return calls;
  }
}

/** The day in a time zone, `YYYY-MM-DD`. */
export function dayIn(timeZone: string, instant: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(instant),
  );
}
