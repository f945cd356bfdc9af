// HubSpot's three limits: so many calls per rolling ten seconds and app, so many per day and portal, so many searches
// per second and portal. Counts by the sandbox's clock and words the refusals; it lets calls through, it does none.

import type { PushableClock } from '../clock.ts';
import { Refusal } from './answers.ts';

export interface LimitOptions {
  readonly clock: PushableClock;
  readonly timeZone: string;
  readonly portal: number;
}

/** The counters of one portal. The limits are public and may be changed at any time. */
export class LimitBook {
  burst = 190;
  daily = 625_000;
  searches = 5;
  readonly #options: LimitOptions;
  readonly #calls = new Map<string, number[]>();
  #searched: number[] = [];
  #usedToday = 0;
  #today = '';

  constructor(options: LimitOptions) {
    this.#options = options;
  }

  /** Counts a call of an app, or throws the 429. Refused calls are not counted. */
  take(app: string, isSearch: boolean): void {
    const now = Date.parse(this.#options.clock.now());
    if (this.used() >= this.daily) throw this.dailyRefusal();
    if (isSearch) {
      this.#searched = this.#searched.filter((at) => now - at < 1000 && at <= now);
      if (this.#searched.length >= this.searches) throw this.searchRefusal();
      this.#searched.push(now);
    } else {
      const calls = this.#recent(app, now);
      if (calls.length >= this.burst) throw this.burstRefusal(app);
      calls.push(now);
    }
    this.#usedToday += 1;
  }

  /** Calls of all apps since midnight in the portal's time zone. */
  used(): number {
    const today = dayIn(this.#options.timeZone, this.#options.clock.now());
    if (today !== this.#today) {
      this.#today = today;
      this.#usedToday = 0;
    }
    return this.#usedToday;
  }
  /** Pretends that others in the portal have used so many calls today. */
  setUsed(count: number): void {
    this.used();
    this.#usedToday = count;
  }

  /** The rate-limit headers of an answer. Answers to searches tell the day's count only, and their 429 nothing. */
  headers(app: string, isSearch: boolean): Record<string, string> {
    const day = {
      'x-hubspot-ratelimit-daily': String(this.daily),
      'x-hubspot-ratelimit-daily-remaining': String(Math.max(0, this.daily - this.used())),
    };
    if (isSearch) return day;
    const now = Date.parse(this.#options.clock.now());
    return {
      ...day,
      'x-hubspot-ratelimit-interval-milliseconds': '10000',
      'x-hubspot-ratelimit-max': String(this.burst),
      'x-hubspot-ratelimit-remaining': String(Math.max(0, this.burst - this.#recent(app, now).length)),
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
  searchRefusal(): Refusal {
    return new Refusal(429, {
      status: 'error',
      message: 'You have reached your secondly limit.',
      category: 'RATE_LIMITS',
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
