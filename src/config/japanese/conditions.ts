// Conditions and texts: how they are written, and which facts there are.

import type { Sentence } from './translate.ts';

export const conditionSentences: readonly Sentence[] = [
  ['a condition is needed', '条件が必要です'],
  ['nothing stands here', '何も書かれていません'],
  ['the braces are empty', '{ } の中が空です'],
  ['Write for example:   ⟨text⟩   (every day at 05:00)', '例えば次のように書いてください:   ⟨text⟩   （毎日5時）'],
  ['Write for example:   yellow: 40 and green: 70', '例えば次のように書いてください:   yellow: 40、green: 70'],
  ['Write for example:   ⟨text⟩', '例えば次のように書いてください:   ⟨text⟩'],
  ['a list of conditions needs a word before it', '条件の一覧の前に言葉が必要です'],
  ['it is not clear whether all or any of them must hold', 'すべて満たすのか、どれか1つでよいのかが分かりません'],
  [
    'Write all: or any: and the list below it.',
    'all:（すべて）または any:（どれか）と書き、その下に一覧を書いてください。',
  ],
  [
    'a condition names a fact and what it should be; ⟨q⟩ is ⟨Kind⟩',
    '条件には「何が」「どうであるか」を書きますが、⟨q⟩ は⟨Kind⟩です',
  ],
  ['there is nothing to compare', '比べるものがありません'],
  ['there is nothing to compare with', '比べる相手がありません'],
  ['⟨key⟩ needs a list of conditions; ⟨q⟩ is ⟨Kind⟩', '⟨key⟩ には条件の一覧が必要ですが、⟨q⟩ は⟨Kind⟩です'],
  ['with nothing in it, it would always say the same', '中身がないと、答えがいつも同じになります'],
  [
    'Write one condition per line below ⟨key⟩:, each with a leading dash.',
    '⟨key⟩: の下に、1行に1つずつハイフンを付けて条件を書いてください。',
  ],
  ['"⟨name⟩" cannot be the name of a fact', '「⟨name⟩」は事実の名前になりません'],
  ['names are small letters, digits and _', '名前に使えるのは半角小文字・数字・_ です'],
  ['Write it in small letters:   ⟨name⟩', '半角小文字で書いてください:   ⟨name⟩'],
  [
    'Use the name from metrics.yaml (the word before the colon, not its label) or from a column in sources.yaml.',
    'metrics.yaml の名前（ラベルではなく、コロンの前の英数字）か、sources.yaml の列名を書いてください。',
  ],
  ['That is its label. Write its name:   ⟨name⟩', 'それは表示用のラベルです。名前を書いてください:   ⟨name⟩'],
  ['⟨key⟩ stands where the name of a fact is expected', '事実の名前を書く所に ⟨key⟩ があります'],
  ['it is not clear what to compare', '何を比べるのかが分かりません'],
  ['Name the fact first:   ⟨text⟩', '先に事実の名前を書いてください:   ⟨text⟩'],
  ['⟨key⟩ cannot join conditions', '⟨key⟩ では条件をつなげられません'],
  ['conditions are joined by all and any', '条件は all（すべて）と any（どれか）でつなぎます'],
  [
    'conditions are joined by all (every one must hold), any (one is enough) and not',
    '条件は all（すべて満たす）、any（どれか1つ）、not（満たさない）でつなぎます',
  ],
  ['Write all: or any: instead.', '代わりに all: または any: と書いてください。'],
  ['Write ⟨word⟩: in place of ⟨key⟩:', '⟨key⟩: の代わりに ⟨word⟩: と書いてください'],
  ['the condition is written as a sentence', '条件が文章のように書かれています'],
  [
    'conditions are written as settings: the fact, a colon, and in braces the word and the value',
    '条件は設定の形で書きます（事実の名前、コロン、{ } の中に比較の言葉と値）',
  ],
  ['⟨fact⟩ has nothing to be compared with', '⟨fact⟩ を何と比べるのかが書かれていません'],
  ['the value is empty', '値が空です'],
  [
    'Write ⟨fact⟩: {missing: true} to ask whether it is unknown.',
    '不明かどうかを問うなら ⟨fact⟩: {missing: true} と書いてください。',
  ],
  ['⟨word⟩ is no word for comparing', '⟨word⟩ は比較の言葉ではありません'],
  ['the words are ⟨list⟩', '使える言葉は ⟨list⟩ です'],
  ['⟨word⟩ needs a number or a day; ⟨q⟩ ⟨Slip⟩', '⟨word⟩ には数値か日付が必要ですが、⟨q⟩ ⟨Slip⟩'],
  ['sizes cannot be compared with that', 'それとは大小を比べられません'],
  ['Write a number:   ⟨text⟩', '数値を書いてください:   ⟨text⟩'],
  ['between needs two numbers', 'between には2つの数値が必要です'],
  ['⟨q⟩ is ⟨Kind⟩', '⟨q⟩ は⟨Kind⟩です'],
  ['Write the lower and the upper end:   ⟨text⟩', '下限と上限を書いてください:   ⟨text⟩'],
  ['between has its ends the wrong way round', 'between の下限と上限が逆です'],
  ['⟨a⟩ is above ⟨b⟩', '⟨a⟩ は ⟨b⟩ より大きい値です'],
  ['it asks whether the fact is unknown', '不明かどうかを問う言葉です'],
  ['one_of needs a list of plain values', 'one_of には値の一覧が必要です'],
  ['⟨word⟩ needs one plain value; ⟨q⟩ is ⟨Kind⟩', '⟨word⟩ には1つの値が必要ですが、⟨q⟩ は⟨Kind⟩です'],

  // Facts.
  ['nobody knows the fact ⟨name⟩', '⟨name⟩ という事実はどこにもありません'],
  ['it is no metric, dimension, segment or attribute', '指標・評価軸・セグメント・属性のどれでもありません'],
  ['it is no column of the source ⟨name⟩', 'データソース ⟨name⟩ にその列はありません'],
  ['Correct the name, or define it first.', '名前を直すか、先に定義してください。'],
  ['⟨word⟩ compares numbers and days; ⟨name⟩ is ⟨Kind⟩', '⟨word⟩ は数値と日付を比べる言葉ですが、⟨name⟩ は⟨Kind⟩です'],
  ['the answer would always be unknown', '答えがいつも「不明」になります'],
  ['Write the values that count:   ⟨text⟩', '当てはまる値を書いてください:   ⟨text⟩'],
  ['contains looks into text; ⟨name⟩ is ⟨Kind⟩', 'contains は文字の中を探す言葉ですが、⟨name⟩ は⟨Kind⟩です'],
  ['Use is, at_least or at_most.', 'is、at_least、at_most のどれかを使ってください。'],
  ['the two cannot be compared', '2つを比べることができません'],
  ['⟨name⟩ is ⟨Kind⟩, and the two cannot be compared', '⟨name⟩ は⟨Kind⟩で、2つを比べることができません'],
  ['Write true or false:   ⟨text⟩', 'true または false と書いてください:   ⟨text⟩'],
  ['Write ⟨Kind⟩.', '⟨Kind⟩を書いてください。'],
  [
    '⟨name⟩ is compared with ⟨q⟩: its brackets or quotes are full-width ones',
    '⟨name⟩ の比べる相手 ⟨q⟩ のかっこや引用符が全角です',
  ],
  [
    'only half-width marks make lists and hold texts together; these are read as letters',
    '一覧や文章の囲みになるのは半角の記号だけで、これはただの文字として読まれます',
  ],
  [
    'Switch the keyboard to half-width (英数) and write:   ⟨text⟩',
    '入力を半角英数に切り替えて書いてください:   ⟨text⟩',
  ],
  ['⟨name⟩ is never "⟨value⟩"', '⟨name⟩ が「⟨value⟩」になることはありません'],

  // Texts.
  ['the text cannot be filled in: ⟨error⟩', '文章に値を差し込めません（⟨error⟩）'],
  ['names stand between {{ and }}', '名前は {{ と }} の間に書きます'],
  [
    'the text asks for {{⟨name⟩}}, which nobody knows',
    '文章が {{⟨name⟩}} を求めていますが、その名前はどこにもありません',
  ],
  [
    'it is no metric, dimension, segment, attribute or ready-made line',
    '指標・評価軸・セグメント・属性・用意された文のどれでもありません',
  ],
  ['Correct the name, or define a metric of that name.', '名前を直すか、その名前の指標を定義してください。'],
  [
    'curly quotes (⟨mark⟩) stand around the text, and would be printed with it',
    '文章が曲がった引用符（⟨mark⟩）で囲まれていて、そのまま表示されます',
  ],
  [
    'only straight quotes hold a text together; curly ones are letters like any other',
    '文章を囲めるのは半角の引用符だけで、曲がったものは普通の文字です',
  ],
  [
    'the braces around ⟨name⟩ are not two half-width ones, so the name itself would be printed',
    '⟨name⟩ の囲みが半角の {{ }} ではないので、名前がそのまま表示されます',
  ],
  ['Write straight quotes around it:   ⟨text⟩', '半角の引用符で囲んでください:   ⟨text⟩'],
  ['only names between {{ and }} are filled in', '値が入るのは半角の {{ と }} の間の名前だけです'],
];
