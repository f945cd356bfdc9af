// What check says besides: examples, files of sources, the summary, the table of weights.

import type { Sentence } from './translate.ts';

export const checkSentences: readonly Sentence[] = [
  ['example ⟨q⟩: ⟨differences⟩', '例 ⟨q⟩: ⟨differences⟩'],
  [
    'The rules no longer give what this example says they should.',
    'この例に書かれた結果と、規則の結果が一致しなくなりました。',
  ],
  [
    'If the rules are right, correct the example; if the example is right, correct the rules.',
    '規則が正しければ例を、例が正しければ規則を直してください。',
  ],
  ['a file is not there', 'ファイルがありません'],
  [
    'Nothing can be derived from it, so the scores that need it stay as they are.',
    'そこからは何も計算できないので、それを使うスコアは今のままになります。',
  ],
  [
    'Put the export there, or correct path in config/sources.yaml.',
    'そこにファイルを置くか、config/sources.yaml の path を直してください。',
  ],
  [
    '⟨a⟩ and ⟨b⟩ say the same: rank correlation ⟨rho⟩ over ⟨n⟩ accounts',
    '⟨a⟩ と ⟨b⟩ は同じことを言っています（⟨n⟩社での順位相関 ⟨rho⟩）',
  ],
  [
    'What is counted twice weighs twice, and hides what is counted once.',
    '2回数えたものは2倍効き、1回しか数えないものを隠します。',
  ],
  [
    'Keep the one that is easier to explain and give it both weights, or measure something else in the place of the other.',
    '説明しやすい方を残して両方の配点を与えるか、もう一方の代わりに別のことを測ってください。',
  ],
  ['no errors', 'エラーはありません'],
  ['no errors, 1 warning', 'エラーはありません（警告1件）'],
  ['no errors, ⟨n⟩ warnings', 'エラーはありません（警告⟨n⟩件）'],
  ['1 error, ⟨n⟩ warnings', 'エラー1件、警告⟨n⟩件'],
  ['⟨m⟩ errors, ⟨n⟩ warnings', 'エラー⟨m⟩件、警告⟨n⟩件'],
  ['⟨m⟩ errors, 1 warning', 'エラー⟨m⟩件、警告1件'],
  ['1 error, 1 warning', 'エラー1件、警告1件'],
  [
    '⟨Sources⟩, ⟨Metrics⟩, ⟨Models⟩, ⟨Plays⟩ on, ⟨Crms⟩ mapped',
    '⟨Sources⟩、⟨Metrics⟩、⟨Models⟩、有効な⟨Plays⟩、対応表のある⟨Crms⟩',
  ],
  ['⟨n⟩ sources', 'データソース⟨n⟩件'],
  ['1 source', 'データソース1件'],
  ['⟨n⟩ metrics', '指標⟨n⟩個'],
  ['1 metric', '指標1個'],
  ['⟨n⟩ models', 'モデル⟨n⟩個'],
  ['1 model', 'モデル1個'],
  ['⟨n⟩ plays', 'アクション⟨n⟩個'],
  ['1 play', 'アクション1個'],
  ['⟨n⟩ CRMs', 'CRM⟨n⟩個'],
  ['1 CRM', 'CRM1個'],
  ['examples: ⟨a⟩ of ⟨b⟩ give what they say', '例: ⟨b⟩件中⟨a⟩件が書かれたとおりの結果です'],
  ['Weights: what each metric counts, in percent of the score', '配点: 各指標がスコアの何パーセントを占めるか'],
];
