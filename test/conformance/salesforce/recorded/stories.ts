// The proof by CumulusCI's cassettes: every story in an org of its own, every exchange compared.

import type { Proof } from '../../report.ts';
import { edited, stories } from './cassette.ts';
import { isHere } from './fixtures.ts';
import { type Replayed, replayStory } from './replay.ts';

export async function proveStories(): Promise<Proof> {
  const name = 'CumulusCI cassettes';
  if (!isHere)
    return { name, compared: 0, agreed: 0, differences: [], skipped: 'the recorded answers are not on this machine' };
  const all = stories();
  const played: { story: string; one: Replayed }[] = [];
  for (const story of all) for (const one of await replayStory(story)) played.push({ story: story.name, one });
  return {
    name,
    compared: played.length,
    agreed: played.filter(({ one }) => one.differences.length === 0).length,
    differences: [
      ...new Set(played.flatMap(({ story, one }) => one.differences.map((text) => told(story, one, text)))),
    ],
    // The twelve are those of `isPatched`.
    figures: `${all.length} stories; left out, made by hand: ${Object.keys(edited).length} stories, 12 exchanges`,
  };
}

function told(story: string, { exchange }: Replayed, difference: string): string {
  return `${story}: ${exchange.method} ${exchange.path.slice(0, 100)}: ${difference}`;
}
