// Rules about examples: they name what exists and expect something, and config/ as a whole names no field of a CRM.

import { nearest, type Path } from '../problem.ts';
import { attributeFacts, factParts } from './facts.ts';
import { type Rule, rule } from './rule.ts';

const file = 'examples';

export const exampleRules: readonly Rule[] = [
  rule('examples_name_what_exists', ['examples', 'flags', 'plays', ...factParts], (parts, tell) => {
    const known = {
      attribute: new Set([...attributeFacts(parts).keys(), 'owner', 'name']),
      metric: new Set(Object.keys(parts.metrics.metrics)),
      dimension: new Set(Object.keys(parts.scorecard.dimensions)),
      segment: new Set(Object.keys(parts.segments.segments)),
      flag: new Set(Object.keys(parts.flags.flags)),
      play: new Set(Object.keys(parts.plays.plays)),
      model: new Set(parts.scorecard.models.map((model) => model.id)),
    };
    const check = (kind: keyof typeof known, name: string, path: Path, at: 'key' | 'value') => {
      if (known[kind].has(name)) return;
      const near = nearest(name, known[kind]);
      tell({
        file,
        path,
        at,
        what: `there is no ${kind} called ${name}`,
        why: 'the example would test nothing',
        fix: near === null ? 'Correct the name, or define it first.' : `Did you mean ${near}?`,
      });
    };
    parts.examples.examples.forEach((example, index) => {
      const path = ['examples', index];
      const given = [...path, 'given'];
      const expect = [...path, 'expect'];
      for (const name of Object.keys(example.given.attributes))
        check('attribute', name, [...given, 'attributes', name], 'key');
      for (const name of Object.keys(example.given.metrics)) check('metric', name, [...given, 'metrics', name], 'key');
      example.given.before?.plays?.forEach((name, at) => {
        check('play', name, [...given, 'before', 'plays', at], 'value');
      });
      const { dimensions, segments, flags, plays, quiet_plays: quiet, model } = example.expect;
      for (const name of Object.keys(dimensions ?? {}))
        check('dimension', name, [...expect, 'dimensions', name], 'key');
      for (const name of Object.keys(flags ?? {})) check('flag', name, [...expect, 'flags', name], 'key');
      for (const [name, value] of Object.entries(segments ?? {})) {
        check('segment', name, [...expect, 'segments', name], 'key');
        const values = parts.segments.segments[name]?.values.map((one) => one.value) ?? [value];
        if (!values.includes(value)) {
          tell({
            file,
            path: [...expect, 'segments', name],
            what: `${name} is never ${value}`,
            why: `it is one of ${values.join(', ')}`,
            fix: 'Correct the value.',
          });
        }
      }
      plays?.forEach((name, at) => {
        check('play', name, [...expect, 'plays', at], 'value');
      });
      quiet?.forEach((name, at) => {
        check('play', name, [...expect, 'quiet_plays', at], 'value');
      });
      if (model !== undefined) check('model', model, [...expect, 'model'], 'value');
    });
  }),

  rule('examples_are_told_apart', ['examples'], ({ examples }, tell) => {
    const seen = new Set<string>();
    examples.examples.forEach((example, index) => {
      const path = ['examples', index];
      if (example.like !== undefined && !seen.has(example.like)) {
        const near = nearest(example.like, seen);
        tell({
          file,
          path: [...path, 'like'],
          what: `there is no example "${example.like}" above`,
          why: 'what is given there cannot be taken over',
          fix: near === null ? 'Name an example that stands above this one.' : `Did you mean "${near}"?`,
        });
      }
      if (seen.has(example.name)) {
        tell({
          file,
          path: [...path, 'name'],
          what: `there are two examples called "${example.name}"`,
          why: 'a failure would not say which one is meant',
          fix: 'Give one of them another name.',
        });
      }
      seen.add(example.name);
      if (Object.keys(example.expect).length === 0) {
        tell({
          file,
          path: [...path, 'expect'],
          at: 'key',
          what: `the example "${example.name}" expects nothing`,
          why: 'it would pass whatever comes out',
          fix: 'Add for example:   expect: {band: green}',
        });
      }
    });
  }),
];
