// What the portal says of itself: its number and time zone, and how much of the day's calls are used up.

import { answer, javaInstant } from './answers.ts';
import type { Routes } from './call.ts';
import { dayIn } from './limits.ts';
import { nowText, type PortalState } from './state.ts';

/** How far a time zone is from UTC at an instant, in milliseconds. */
function offsetMs(timeZone: string, instant: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
    new Date(instant),
  );
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const found = /GMT([+-])(\d{2}):(\d{2})/.exec(name);
  if (found === null) return 0;
  return (found[1] === '-' ? -1 : 1) * (Number(found[2]) * 60 + Number(found[3])) * 60_000;
}
function offsetText(ms: number): string {
  const minutes = Math.abs(ms) / 60_000;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${ms < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** GET of account details and of daily usage. */
export function accountRoutes(routes: Routes, state: PortalState): void {
  routes.get('/account-info/v3/details', () => {
    const offset = offsetMs(state.timeZone, state.clock.now());
    return answer(200, {
      portalId: state.id,
      accountType: 'DEVELOPER_TEST',
      timeZone: state.timeZone,
      companyCurrency: 'USD',
      additionalCurrencies: [],
      utcOffset: offsetText(offset),
      utcOffsetMilliseconds: offset,
      uiDomain: 'app.hubspot.com',
      dataHostingLocation: 'na1',
    });
  });
  routes.get('/account-info/v3/api-usage/daily/private-apps', () => {
    const tomorrow = new Date(Date.parse(`${dayIn(state.timeZone, state.clock.now())}T00:00:00Z`) + 86_400_000);
    const resetsAt = javaInstant(tomorrow.getTime() - offsetMs(state.timeZone, tomorrow.toISOString()));
    return answer(200, {
      results: [
        {
          name: 'api-calls-daily',
          usageLimit: state.limits.daily,
          currentUsage: state.limits.used(),
          collectedAt: nowText(state),
          fetchStatus: 'SUCCESS',
          resetsAt,
        },
      ],
    });
  });
}
