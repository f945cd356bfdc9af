// contacts.yaml: what its settings are for, and what can be wrong with what is said of single people.

import type { Sentence } from './translate.ts';

export const contactSentences: readonly Sentence[] = [
  // What settings are for.
  ['What is said of single people on contact records', '担当者（個人）のレコードに書く内容'],
  [
    'Rows that say who used the product, and when. Left out: nothing is said about use',
    '誰がいつ使ったかを示す行。省略すると、利用については何も書きません',
  ],
  [
    'Column that is added up to find star users. Left out: rows are counted',
    'スタープレイヤーを見つけるために合計する列。省略すると行数で数えます',
  ],
  ['How many days back rows count', '何日前までの行を数えるか'],
  [
    'Column of contact sources with the day a person was last seen; the later of it and use counts',
    '担当者一覧の「最終利用日」の列。利用の行と比べて新しい方を使います',
  ],
  ['Column of contact sources with the day a person left', '担当者一覧の「離脱日」の列'],
  [
    'A champion who was not seen for so many days is inactive',
    '推進者がこの日数を超えて利用していないと、休眠とみなします',
  ],
  ['Where the answers to the NPS question are', 'NPSの回答のある場所'],
  ['Where the answers about value are, on a scale of 1 to 7', '価値についての回答（1〜7）のある場所'],
  ['Column with the answer, a number', '回答（数値）の列'],
  ['Column with the day of the answer. Left out: the day of the row', '回答日の列。省略すると行の日付を使います'],
  [
    'newest: the last answer. mean: all answers of the window together',
    'newest は直近の回答、mean は期間内の回答の平均',
  ],
  [
    'What the score of a person is made of. Left out: people have no score',
    '個人スコアの内訳。省略すると個人スコアはありません',
  ],
  ['Days of use in 28 days', '28日間の利用日数'],
  ['Days since the person was last seen', '最後の利用からの日数'],
  ['The NPS answer, 0 to 10', 'NPSの回答（0〜10）'],
  ['The answer about value, 1 to 7', '価値についての回答（1〜7）'],
  ['How much it counts', '重み'],
  [
    'Share of the weights that must be known; below it a person has no score',
    '分かっているべき重みの割合。これを下回ると個人スコアを出しません',
  ],

  // What can be wrong.
  ['nothing could be said of anybody', '誰についても何も書けません'],
  [
    'Use the name of a source in config/sources.yaml.',
    'config/sources.yaml にあるデータソースの名前を書いてください。',
  ],
  ['it would be said of nobody', '誰のことか分かりません'],
  [
    'Name the column with the person in config/sources.yaml:   ⟨text⟩',
    'config/sources.yaml に人を示す列を書いてください:   ⟨text⟩',
  ],
  ['nothing could be read from it', '読み取れるものがありません'],
  ['Declare it there:   ⟨text⟩', 'そこに列を書いてください:   ⟨text⟩'],
  ['⟨column⟩ is ⟨type⟩; a ⟨wanted⟩ is needed', '⟨column⟩ は ⟨type⟩ ですが、⟨wanted⟩ が必要です'],
  ['nothing could be made of it', '使える値になりません'],
  ['Name a column of type ⟨type⟩.', '型が ⟨type⟩ の列を書いてください。'],
  [
    'the score counts ⟨fact⟩, and nothing says where it comes from',
    'スコアが ⟨fact⟩ を数えていますが、それがどこから来るのか書かれていません',
  ],
  ['it would never be known', '値が決まることがありません'],
  [
    'Add ⟨setting⟩: to this file, or take ⟨fact⟩ out of the score.',
    'このファイルに ⟨setting⟩: を加えるか、score から ⟨fact⟩ を取り除いてください。',
  ],
  ['⟨kind⟩ compares accounts, and people are no accounts', '⟨kind⟩ は取引先どうしを比べるもので、個人には使えません'],
  ['there is nobody to compare a person with', '比べる相手がいません'],
  ['Use linear, tiers, piecewise or band.', 'linear・tiers・piecewise・band のどれかを使ってください。'],
  [
    '⟨word⟩ is mapped, and config/contacts.yaml does not say what it is made of',
    '⟨word⟩ の項目はありますが、何から作るかが config/contacts.yaml に書かれていません',
  ],
  ['the field would stay empty', '項目は空のままになります'],
  [
    'Add ⟨setting⟩: to config/contacts.yaml, or take the field out of the mapping.',
    'config/contacts.yaml に ⟨setting⟩: を加えるか、対応表からその項目を取り除いてください。',
  ],
];
