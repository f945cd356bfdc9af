// The page that `kenko explain` prints: the explanation in plain sentences, aligned for a terminal, in either language. No
// colour codes: whoever prints it knows what it prints on.

import type { ExplainedPart, Explanation } from './explanation.ts';
import type { Locale, Trace, Value } from './nouns.ts';
import { roundHalfAway } from './number.ts';
import { byLoss } from './score.ts';
import { nothing, plainNumber, signedPoints, wordFor } from './words.ts';

export { type Explanation, explainAccount } from './explanation.ts';

const texts = {
  en: {
    noScore: 'no score',
    since: (day: string) => `since ${day}`,
    pending: (band: string) => `${band} is waiting for a second run`,
    alert: 'ALERT',
    trend: (direction: string, d30: string) => `${direction}, ${d30} in 30 days`,
    noTrend: 'no earlier score to compare with',
    week: (d7: string) => `${d7} in 7 days`,
    drop: 'drop alert',
    changed: 'What changed',
    confidence: (word: string, share: string) =>
      `Confidence ${word.toLowerCase()}: ${share} of the weight stands on fresh data.`,
    model: (label: string, version: string, hash: string) => `Model ${label} ${version} #${hash}.`,
    calculated: (score: string, delta: string, reason: string, until: string) =>
      `Calculated ${score}, corrected by ${delta} until ${until}: ${reason}`,
    vetoed: 'A cap is a veto: a correction by hand does not lift the score above it.',
    dimensions: 'Dimensions',
    weight: 'weight',
    costs: 'What costs points',
    carries: 'What earns points',
    notCounted: 'What does not count',
    caps: 'Caps',
    capFree: '(does not lower it today)',
    segments: 'Segments',
    locked: 'locked by a person',
    matrices: 'Tables',
    flags: 'Flags',
    up: 'up',
    down: 'down',
    plays: 'Next actions',
    lift: (band: string, edge: string, runs: number, gap: string) =>
      `To reach ${band.toLowerCase()}: ${edge} in ${runs} ${runs === 1 ? 'run' : 'runs in a row'}, ${gap} points more`,
    enough: 'enough alone',
    nothingLost: 'nothing: it has all points',
    others: 'Other numbers',
  },
  ja: {
    noScore: 'スコアなし',
    since: (day: string) => `${day}から`,
    pending: (band: string) => `次回も続けば「${band}」`,
    alert: 'アラート',
    trend: (direction: string, d30: string) => `${direction}(30日 ${d30}点)`,
    noTrend: '比較できる過去のスコアなし',
    week: (d7: string) => `7日 ${d7}点`,
    drop: '急落アラート',
    changed: '変化の理由',
    confidence: (word: string, share: string) => `信頼度 ${word}(データ充足率${share})`,
    model: (label: string, version: string, hash: string) => `モデル ${label} ${version} #${hash}`,
    calculated: (score: string, delta: string, reason: string, until: string) =>
      `算出値${score}、手動補正${delta}点(${until}まで): ${reason}`,
    vetoed: '上限が優先されるため、手動補正で上限を超えることはありません。',
    dimensions: '評価軸',
    weight: '配点',
    costs: '減点の要因',
    carries: '得点の要因',
    notCounted: '算入されない指標',
    caps: '上限',
    capFree: '(今回は影響なし)',
    segments: 'セグメント',
    locked: '手動固定',
    matrices: 'マトリクス',
    flags: 'フラグ',
    up: 'あり',
    down: 'なし',
    plays: '次のアクション',
    lift: (band: string, edge: string, runs: number, gap: string) =>
      `「${band}」になるには: ${edge}点以上を${runs}回連続、あと${gap}点`,
    enough: 'これだけで到達',
    nothingLost: 'なし(満点)',
    others: 'その他の指標',
  },
} as const;

/** The explanation as a page of text; lines end with \n only between them. */
export function explainText(explanation: Explanation, locale: Locale): string {
  const t = texts[locale];
  const lines: string[] = [];
  const section = (title: string, rows: readonly string[]): void => {
    if (rows.length > 0) lines.push('', title, ...rows.map((row) => `  ${row}`));
  };

  lines.push(
    `${explanation.name} (${explanation.account}) ${explanation.asOf}`,
    ...headOf(explanation, locale).map((line) => `  ${line}`),
  );
  section(t.dimensions, dimensionRows(explanation, t.weight));
  section(
    t.caps,
    explanation.caps.map((cap) => (cap.applied ? cap.text : `${cap.text} ${t.capFree}`)),
  );
  if (explanation.score !== null || explanation.parts.some((part) => part.points !== null)) {
    const lost = byLoss(explanation.parts).filter((part) => part.lost > 0);
    section(t.costs, lost.length === 0 ? [t.nothingLost] : lost.map((part) => part.text));
    section(t.carries, earning(explanation.parts, locale));
  }
  section(
    t.notCounted,
    explanation.parts.filter((part) => part.points === null).map((part) => part.text),
  );
  section(
    t.segments,
    Object.entries(explanation.segments).map(
      ([name, segment]) =>
        `${name}: ${segment.label}, ${t.since(segment.since)}${segment.locked ? `, ${t.locked}` : ''}`,
    ),
  );
  section(
    t.matrices,
    Object.entries(explanation.matrices).map(([name, cell]) => `${name}: ${cell.label}`),
  );
  section(
    t.flags,
    explanation.flags.map((flag) => {
      const since = flag.since === null ? '' : ` ${t.since(flag.since)}`;
      return `${flag.label}: ${flag.up ? t.up : t.down}${since}${flag.because.length === 0 ? '' : ` – ${flag.because.join('; ')}`}`;
    }),
  );
  section(t.plays, playRows(explanation));
  const { nextBand } = explanation;
  if (nextBand !== null)
    section(
      t.lift(wordFor(nextBand.band, locale), plainNumber(nextBand.edge), nextBand.runs, plainNumber(nextBand.gap)),
      explanation.liftToNextBand.map((step) => (step.enough ? `${step.text} – ${t.enough}` : step.text)),
    );
  section(
    t.others,
    columns(
      explanation.otherMetrics.map((metric) => [
        metric.name,
        metric.value === null ? wordFor(metric.state, locale) : shown(metric.value),
      ]),
    ),
  );
  return lines.join('\n');
}

function headOf(explanation: Explanation, locale: Locale): readonly string[] {
  const t = texts[locale];
  const { trend, override } = explanation;
  const band = wordFor(explanation.band, locale);
  const score = explanation.score === null ? t.noScore : explanation.score.toFixed(1);
  const head = [
    `${score} · ${band} ${t.since(explanation.bandSince)}${explanation.alert ? ` · ${t.alert}` : ''}`,
    ...(explanation.reason === null ? [] : [explanation.reason]),
    ...(explanation.bandPending === null ? [] : [t.pending(wordFor(explanation.bandPending, locale))]),
  ];
  if (override !== null && explanation.calculated !== null) {
    head.push(
      t.calculated(
        explanation.calculated.toFixed(1),
        signedPoints(override.delta, locale),
        override.reason,
        override.until,
      ),
    );
    if (override.delta > 0 && explanation.caps.some((cap) => cap.applied)) head.push(t.vetoed);
  }
  if (explanation.score !== null) {
    const d30 =
      trend.delta30d === null
        ? null
        : t.trend(wordFor(trend.direction ?? 'flat', locale), signedPoints(trend.delta30d, locale));
    const d7 = trend.delta7d === null ? null : t.week(signedPoints(trend.delta7d, locale));
    const told = [d30, d7, trend.dropAlert ? t.drop : null].filter((one) => one !== null);
    head.push(told.length === 0 ? t.noTrend : told.join(' · '));
    if (trend.note !== '') head.push(`${t.changed}: ${trend.note}`);
  }
  const share = `${plainNumber(roundHalfAway(explanation.coverage * 100, 0))}%`;
  const { model } = explanation;
  return [
    ...head,
    `${t.confidence(wordFor(explanation.confidence, locale), share)} ${t.model(model.label, model.version, model.hash.slice(0, 6))}`,
  ];
}

function dimensionRows(explanation: Explanation, weight: string): readonly string[] {
  return columns(
    explanation.dimensions.map((dimension) => [
      dimension.label,
      (dimension.value === null ? nothing : dimension.value.toFixed(1)).padStart(5),
      `${weight} ${plainNumber(dimension.weight)}`,
    ]),
  );
}
function earning(parts: readonly ExplainedPart[], locale: Locale): readonly string[] {
  return columns(
    parts
      .filter((part) => (part.points ?? 0) > 0)
      .toSorted((a, b) => (b.points ?? 0) - (a.points ?? 0) || (a.metric < b.metric ? -1 : 1))
      .map((part) => [part.label, signedPoints(part.points ?? 0, locale).padStart(6)]),
  );
}

/** Fired plays with the facts that made them, the others with the reason why not. */
function playRows(explanation: Explanation): readonly string[] {
  const width = Math.max(0, ...explanation.plays.map((play) => widthOf(play.play)));
  return explanation.plays.flatMap((play) => [
    `${padded(play.play, width)}  ${play.says}`,
    ...(play.fired ? leaves(play.trace).map((line) => `${' '.repeat(width)}    ${line}`) : []),
  ]);
}
function leaves(trace: Trace): readonly string[] {
  if (trace.of !== undefined) return [...new Set(trace.of.flatMap(leaves))];
  if (trace.fact === undefined) return [];
  const expected = trace.expected === undefined ? '' : [trace.expected].flat().map(shown).join(', ');
  return [
    `${trace.fact} ${shown(trace.actual ?? null)} (${trace.kind.replaceAll('_', ' ')} ${expected}: ${trace.answer})`,
  ];
}
function shown(value: Value): string {
  if (value === null) return nothing;
  return typeof value === 'number' ? plainNumber(value) : String(value);
}

/** Rows with columns as wide as their widest cell. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  return rows.map((row) =>
    row
      .map((cell, index) => padded(cell, widths[index] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
function padded(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
/** Columns of a terminal that a text takes: Japanese characters are two wide. */
function widthOf(text: string): number {
  let width = 0;
  for (const character of text)
    width += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
      character,
    )
      ? 2
      : 1;
  return width;
}
