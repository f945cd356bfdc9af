// Prints what came of the two foreign customer bases, as a table to look at: node test/real/show.ts

import { effectsOf, hasData, heldBy } from './stage.ts';

if (!hasData) {
  console.log('The public data is not beside the project; there is nothing to show.');
} else {
  const { asOf, countByHand, playRavenStack } = await import('./ravenstack.ts');
  const { playOnlineRetail } = await import('./online-retail.ts');
  const raven = await playRavenStack(await countByHand());
  const ravenMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const retail = await playOnlineRetail();
  const retailMb = Math.round(process.resourceUsage().maxRSS / 1024);
  const [first, second] = retail.weeks;
  const isColour = (band: string | null) => band === 'green' || band === 'yellow' || band === 'red';
  const changed = [...(second?.outcomes.values() ?? [])].filter(
    ({ bandBefore, band }) => isColour(bandBefore) && isColour(band) && bandBefore !== band,
  );
  type Report = typeof raven.report;
  const lines = (report: Report, applied: Report, more: Readonly<Record<string, unknown>>) => ({
    'rows read': report.sources.reduce((sum, source) => sum + source.rows, 0),
    'rows refused': report.sources.reduce((sum, source) => sum + source.rejectedRows, 0),
    accounts: report.accounts.seen,
    'green / yellow / red / not scored': ['green', 'yellow', 'red', 'not_scored']
      .map((band) => report.bands[band] ?? 0)
      .join(' / '),
    ...more,
    'tasks opened / closed': `${report.plan?.effects['ensure_task']} / ${report.plan?.effects['close_task']}`,
    'effects planned / applied': `${effectsOf(report).planned} / ${applied.effects.applied}`,
    'held by': heldBy(report)
      .map((text) => text.slice(0, 3))
      .join(' '),
  });
  const told = [
    [
      `RavenStack ${asOf}`,
      lines(raven.report, raven.applied, { 'bands changed': '–' }),
      raven.again,
      raven.wallMs,
      ravenMb,
    ],
    ...[first, second].flatMap((week) =>
      week === undefined
        ? []
        : [
            [
              `Online Retail ${week.day}`,
              lines(week.report, week.applied ?? week.report, {
                'bands changed': week === second ? changed.length : '–',
              }),
              week.again,
              week.wallMs,
              retailMb,
            ] as const,
          ],
    ),
  ] as const;
  for (const [name, facts, again, wallMs, peakMb] of told) {
    console.log(`\n${name}`);
    const rest = {
      'second run, same day': again === null ? '–' : `${effectsOf(again).planned} effects`,
      'wall time, run and apply': `${(wallMs / 1000).toFixed(1)} s`,
      'peak memory of the process so far': `${peakMb} MB`,
    };
    for (const [what, value] of Object.entries({ ...facts, ...rest })) console.log(`  ${what.padEnd(36)} ${value}`);
  }
}
