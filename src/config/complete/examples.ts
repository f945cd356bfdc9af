// examples.yaml → examples: what is given "like" another one is given here too.

import type { Example } from '../../domain/decisions.ts';
import type { YamlFile } from '../read.ts';
import type { ExamplesFile } from '../schema/examples.ts';

type ExampleGiven = ExamplesFile['examples'][number];

/** The day of examples that name none; any day will do, but it must be the same one every time. */
const anyDay = '2026-01-05';

/** All examples in order, each with its place. */
export function completeExamples(file: ExamplesFile, places: YamlFile | null): Example[] {
  const done = new Map<string, Example>();
  return file.examples.map((given, index) => {
    const like = given.like === undefined ? undefined : done.get(given.like);
    const example: Example = {
      name: given.name,
      place: places?.place(['examples', index]) ?? 'config/examples.yaml',
      asOf: given.as_of ?? like?.asOf ?? anyDay,
      given: {
        attributes: { ...like?.given.attributes, ...given.given.attributes },
        metrics: { ...like?.given.metrics, ...Object.fromEntries(Object.entries(given.given.metrics).map(metric)) },
        before: before(given) ?? like?.given.before ?? null,
      },
      expect: expectation(given),
    };
    done.set(given.name, example);
    return example;
  });
}

function metric([name, value]: [string, ExampleGiven['given']['metrics'][string]]) {
  if (typeof value !== 'object' || value === null) return [name, value] as const;
  const { state, value: known, age_days: ageDays } = value;
  return [
    name,
    { state, ...(known === undefined ? {} : { value: known }), ...(ageDays === undefined ? {} : { ageDays }) },
  ] as const;
}
function before(given: ExampleGiven): Example['given']['before'] {
  if (given.given.before === undefined) return null;
  const { band, plays } = given.given.before;
  return { ...(band === undefined ? {} : { band }), ...(plays === undefined ? {} : { plays }) };
}
function expectation(given: ExampleGiven): Example['expect'] {
  const { quiet_plays: quietPlays, ...same } = given.expect;
  const written = { ...same, quietPlays };
  return Object.fromEntries(Object.entries(written).filter(([, value]) => value !== undefined)) as Example['expect'];
}
