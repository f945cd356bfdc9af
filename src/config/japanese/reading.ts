// Why a file cannot be read: slips of the keyboard, quotes, brackets, depth.

import type { Sentence } from './translate.ts';

export const readingSentences: readonly Sentence[] = [
  // Encodings and sizes.
  ['the file is larger than 1 MiB (⟨n⟩ bytes)', 'ファイルが1 MiBを超えています（⟨n⟩バイト）'],
  ['no model needs that much', 'どんなモデルにもそれほどの大きさは必要ありません'],
  [
    'Remove what does not belong here; data belongs in sources.',
    'ここに要らないものを削除してください。データはデータソースに置きます。',
  ],
  ['the file is saved as UTF-16 ("Unicode")', 'ファイルがUTF-16（「Unicode」）で保存されています'],
  ['the file is saved as Shift_JIS (ANSI)', 'ファイルがShift_JIS（ANSI）で保存されています'],
  ['the file is not UTF-8', 'ファイルの文字コードがUTF-8ではありません'],
  ['names and texts would be garbled', '名前や文章が文字化けするためです'],
  [
    'In your editor choose "Save as", and UTF-8 as the encoding (文字コード).',
    'エディターの「名前を付けて保存」で、文字コードにUTF-8を選んで保存し直してください。',
  ],
  [
    'the file is a workbook or an archive (Excel, zip), not a text',
    'ファイルがテキストではなく、ブックまたは圧縮ファイルです（Excel、zip）',
  ],
  ['only plain text files can be read', '読めるのはテキストファイルだけです'],
  ['Write it in a plain text editor, and save it as UTF-8.', 'テキストエディターで書き、UTF-8で保存してください。'],
  ['brackets are nested deeper than ⟨n⟩', 'かっこの入れ子が⟨n⟩段を超えています'],
  ['settings are nested deeper than ⟨n⟩', '設定の入れ子が⟨n⟩段を超えています'],
  ['no setting is that deep', 'それほど深い設定はありません'],
  ['Close the brackets, or write the part out line by line.', 'かっこを閉じるか、その部分を1行ずつ書いてください。'],
  ['Check the indentation.', '字下げを確かめてください。'],

  // Blanks.
  ['a tab', 'タブ'],
  ['a full-width space', '全角スペース'],
  ['a no-break space', '改行しない特殊な空白'],
  ['an invisible character', '目に見えない文字'],
  [
    '⟨Blank⟩ stands at the beginning of the line, where spaces are needed',
    '行の先頭に⟨Blank⟩があります。ここは半角スペースでなければなりません',
  ],
  [
    'how far a line stands in says what it belongs to, and only ordinary spaces are counted',
    '行がどれだけ右に下がっているかで、どの設定の下にあるかが決まります。数えるのは半角スペースだけです',
  ],
  [
    'Delete the empty part before "⟨text⟩" and type spaces, as many as the lines beside it have.',
    '「⟨text⟩」の前の空白を消し、上下の行と同じ数の半角スペースを入れてください。',
  ],
  [
    '⟨Blank⟩ stands behind the colon, where a space is needed',
    'コロンの後ろに⟨Blank⟩があります。ここは半角スペースでなければなりません',
  ],
  [
    'only an ordinary space ends the name of a setting, so name and value are read as one text',
    '項目名の終わりを示すのは半角スペースだけなので、項目名と値が1つの文字列として読まれます',
  ],
  ['Delete it, and type one space.', '消して、半角スペースを1つ入れてください。'],
  ['an invisible character stands in the name ⟨name⟩', '項目名「⟨name⟩」の中に、目に見えない文字があります'],
  ['names are compared letter by letter', '項目名は1文字ずつ照合されます'],
  ['Delete the name, and type it again.', '項目名を消して、打ち直してください。'],

  // Marks of a Japanese keyboard, of word processors.
  ['the colon is a full-width one (：)', 'コロンが全角（：）です'],
  [
    'only the half-width colon (:) parts a name from its value, so the two are read as one text',
    '項目名と値を分けるのは半角コロン（:）だけなので、2つが1つの文字列として読まれます',
  ],
  ['name and value are read as one text', '項目名と値が1つの文字列として読まれます'],
  [
    'Switch the keyboard to half-width (英数) and write a half-width colon and one space:   name: value',
    '入力を半角英数に切り替え、半角コロンと半角スペース1つを入れてください:   name: value',
  ],
  ['Write a half-width colon and one space:   ⟨text⟩', '半角コロンと半角スペース1つで書いてください:   ⟨text⟩'],
  ['the comma is a full-width one (⟨mark⟩)', 'コンマが全角（⟨mark⟩）です'],
  [
    'only the half-width comma (,) parts entries inside of braces and brackets',
    'かっこの中で項目を区切るのは半角コンマ（,）だけです',
  ],
  [
    'Switch the keyboard to half-width (英数) and write a half-width comma and one space:   ⟨text⟩',
    '入力を半角英数に切り替え、半角コンマと半角スペース1つを入れてください:   ⟨text⟩',
  ],
  ['a semicolon (⟨mark⟩) stands between two entries', '項目と項目の間がセミコロン（⟨mark⟩）になっています'],
  ['only commas part entries inside of braces and brackets', 'かっこの中で項目を区切るのはコンマだけです'],
  ['Write a comma in its place:   ⟨text⟩', '代わりに半角コンマを書いてください:   ⟨text⟩'],
  ['the bracket is a full-width one (⟨mark⟩)', 'かっこが全角（⟨mark⟩）です'],
  [
    'only half-width brackets { } [ ] make groups and lists, so this is read as text',
    'まとまりや一覧になるのは半角の { } [ ] だけなので、ただの文字として読まれます',
  ],
  [
    'Switch the keyboard to half-width (英数) and write ⟨mark⟩ in its place.',
    '入力を半角英数に切り替え、代わりに ⟨mark⟩ と書いてください。',
  ],
  ['the quotes are curly ones (⟨mark⟩)', '引用符が曲がったもの（⟨mark⟩）になっています'],
  ['Japanese brackets (⟨mark⟩) stand where quotes are needed', '引用符が必要な所に、かぎかっこ（⟨mark⟩）があります'],
  [
    'only the straight quotes " and \' hold a text together; these are read as letters',
    '文章を囲めるのは半角の " と \' だけで、これはただの文字として読まれます',
  ],
  ['Write straight quotes around the text:   "…"', '文章を半角の引用符で囲んでください:   "…"'],
  [
    'the entry of the list begins with ⟨mark⟩, not with a dash',
    '一覧の項目が、半角ハイフンではなく ⟨mark⟩ で始まっています',
  ],
  ['the dash of the list has no space behind it', '一覧のハイフンの後ろに、半角スペースがありません'],
  [
    'entries of a list begin with a dash (-) and a space; other marks are read as text',
    '一覧の項目は半角ハイフン（-）と半角スペースで始めます。ほかの記号は文字として読まれます',
  ],
  ['Write a dash and a space in its place:   ⟨text⟩', '代わりに半角ハイフンと半角スペースを書いてください:   ⟨text⟩'],
  ['the entry of the list does not begin with a dash', '一覧の項目が、半角ハイフンで始まっていません'],
  [
    'each entry of a list begins with a dash and a space; the lines below belong to it',
    '一覧の項目は半角ハイフンと半角スペースで始め、続く行はその項目に属します',
  ],
  ['a note begins with ⟨mark⟩', '注記が ⟨mark⟩ で始まっています'],
  [
    'only a half-width # begins a note; anything else is read as a setting',
    '注記の始まりになるのは半角の # だけで、それ以外は設定として読まれます',
  ],
  ['Write # in its place:   ⟨text⟩', '代わりに半角の # を書いてください:   ⟨text⟩'],

  // Signs of other languages.
  ['= stands in place of the colon', 'コロンの代わりに = があります'],
  ['a setting is a name, a colon, a space and a value', '設定は「項目名、半角コロン、半角スペース、値」の順に書きます'],
  ['Write:   ⟨text⟩', '次のように書いてください:   ⟨text⟩'],
  ['the sign ⟨mark⟩ stands where a word for comparing is needed', '比較の言葉が必要な所に、記号 ⟨mark⟩ があります'],
  [
    'signs mean other things in these files; comparing is written in words',
    'このファイルでは記号は別の意味になります。比較は言葉で書きます（at_least は以上、at_most は以下、above は超、below は未満）',
  ],
  [
    'signs mean nothing in these files; comparing is written in words',
    'このファイルでは記号に意味はありません。比較は言葉で書きます（at_least は以上、at_most は以下、above は超、below は未満）',
  ],
  ['there is no space behind the colon of ⟨name⟩', '⟨name⟩ のコロンの後ろに、半角スペースがありません'],
  ['without it, name and value are read as one text', '半角スペースがないと、項目名と値が1つの文字列として読まれます'],
  ['there is no colon behind ⟨name⟩', '⟨name⟩ の後ろに、半角コロンがありません'],
  ['a comma ends the line, as in JSON', '行がJSONのようにコンマで終わっています'],
  [
    'lines are parted by themselves; the comma is read as part of the value',
    '行は改行だけで区切られ、コンマは値の一部として読まれます',
  ],
  ['Delete the comma.', 'コンマを消してください。'],
  [
    'JSON is pasted here: braces and commas around whole settings',
    'JSONが貼り付けられています（設定全体が { } とコンマで囲まれています）',
  ],
  [
    'below settings that are written line by line, a group in braces has no name and no place',
    '1行ずつ書かれた設定の下では、{ } だけのまとまりには名前も置き場所もありません',
  ],
  [
    'Take away the outer { and } and the commas at the ends of lines:   ⟨text⟩',
    '外側の { と }、行末のコンマを取り除いてください:   ⟨text⟩',
  ],
  [
    'two versions of the same lines stand here, between <<<<<<< and >>>>>>>',
    '同じ行の2つの版が <<<<<<< と >>>>>>> の間に残っています',
  ],
  [
    'two people changed them at the same time, and nobody has decided which holds',
    '2人が同時に変更し、どちらを採るかまだ決まっていません',
  ],
  [
    'Keep the lines that are right, and delete the others and the three lines <<<<<<<, ======= and >>>>>>>.',
    '正しい行だけを残し、ほかの行と <<<<<<<、=======、>>>>>>> の3行を消してください。',
  ],
  ['a text that begins with ⟨mark⟩ stands without quotes', '⟨mark⟩ で始まる文章が、引用符で囲まれていません'],
  [
    '⟨mark⟩ at the beginning means something else in these files',
    'このファイルでは、先頭の ⟨mark⟩ は別の意味になります',
  ],
  ['Put the whole text into quotes:   ⟨text⟩', '文章全体を半角の引用符で囲んでください:   ⟨text⟩'],
  ['a backslash (\\) stands inside of double quotes', '二重引用符の中に円記号（\\）があります'],
  [
    'there it begins a special character, and this one does not exist',
    'そこでは特殊文字の始まりになりますが、この組み合わせの文字はありません',
  ],
  [
    'In paths write / in its place:   data/contracts.csv   elsewhere write it twice:   \\\\',
    'パスでは代わりに / を使ってください:   data/contracts.csv   それ以外では2つ重ねて書きます:   \\\\',
  ],

  // Quotes, brackets, colons.
  ['the quote ⟨mark⟩ that opens here is never closed', 'ここで始まる引用符 ⟨mark⟩ が閉じられていません'],
  ['everything below it is read as one long text', 'その下がすべて1つの長い文章として読まれます'],
  ['Write ⟨mark⟩ at the end of the text:   ⟨text⟩', '文章の終わりに ⟨mark⟩ を書いてください:   ⟨text⟩'],
  ['the text in quotes ends here, and something follows', '引用符で囲んだ文章がここで終わり、その後ろに続きがあります'],
  ['a second quote inside of a text ends it', '文章の中の2つ目の引用符は、文章の終わりになります'],
  ['Write single quotes inside:   ⟨text⟩', '中では一重引用符を使ってください:   ⟨text⟩'],
  ['the bracket ⟨mark⟩ closes nothing', 'かっこ ⟨mark⟩ に対応する開きかっこがありません'],
  ['there is one ⟨a⟩ more than there are ⟨b⟩', '⟨a⟩ が ⟨b⟩ より1つ多くなっています'],
  ['Delete one ⟨a⟩, or add the ⟨b⟩ that is lacking.', '⟨a⟩ を1つ消すか、足りない ⟨b⟩ を加えてください。'],
  ['the bracket ⟨mark⟩ that opens here is never closed', 'ここで始まるかっこ ⟨mark⟩ が閉じられていません'],
  ['the lines below are read as if they stood inside of it', '下の行が、かっこの中にあるものとして読まれます'],
  ['Write ⟨mark⟩ at the end of the line.', '行末に ⟨mark⟩ を書いてください。'],
  ['a comma is lacking before ⟨name⟩', '⟨name⟩ の前にコンマがありません'],
  ['inside of braces, entries are parted by commas', '{ } の中では、項目をコンマで区切ります'],
  ['Write a comma:   ⟨text⟩', 'コンマを入れてください:   ⟨text⟩'],
  [
    'a colon followed by a space stands inside of a text without quotes',
    '引用符で囲まれていない文章の中に、コロンと空白があります',
  ],
  [
    'a colon and a space end the name of a setting, so the text is cut in two',
    'コロンと空白は項目名の終わりを示すので、文章が2つに切れてしまいます',
  ],

  // Depth.
  [
    'the line stands ⟨Spaces⟩ in; its neighbours stand ⟨Wanted⟩ in',
    'この行の字下げは⟨Spaces⟩ですが、周りの行は⟨Wanted⟩です',
  ],
  ['1 space', '半角スペース1つ'],
  ['⟨n⟩ spaces', '半角スペース⟨n⟩個'],
  [
    'how far a line stands in says what it belongs to',
    '行がどれだけ右に下がっているかで、どの設定の下にあるかが決まります',
  ],
  ['Write ⟨Spaces⟩ before it:   ⟨text⟩', '行の前に⟨Spaces⟩を入れてください:   ⟨text⟩'],
  [
    '⟨key⟩ stands beside ⟨before⟩, but it is a setting of ⟨owner⟩',
    '⟨key⟩ が ⟨before⟩ と並んでいますが、⟨owner⟩ の中の設定です',
  ],
  [
    'Write two more spaces before ⟨key⟩ and the lines below it.',
    '⟨key⟩ とその下の行の前に、半角スペースを2つ足してください。',
  ],
  [
    '⟨key⟩ stands below ⟨group⟩, but it is a setting of the file itself',
    '⟨key⟩ が ⟨group⟩ の下にありますが、ファイルの一番外側の設定です',
  ],
  [
    '⟨key⟩ stands below ⟨group⟩, but it is a setting of ⟨owner⟩',
    '⟨key⟩ が ⟨group⟩ の下にありますが、⟨owner⟩ の設定です',
  ],
  [
    'Take spaces away before ⟨key⟩, until it stands in line with ⟨other⟩.',
    '⟨key⟩ の前の半角スペースを減らし、⟨other⟩ と同じ位置にそろえてください。',
  ],

  // What else a reader refuses.
  ['⟨key⟩ stands twice in one group: here and in line ⟨n⟩', '⟨key⟩ が同じまとまりに2回あります（ここと⟨n⟩行目）'],
  ['only one of the two could count', '有効になるのはどちらか1つだけです'],
  ['Remove one of them, or give it another name.', 'どちらかを消すか、別の名前にしてください。'],
  ['commas stand inside of a number', '数の中にコンマがあります'],
  [
    'inside of braces a comma begins the next entry, so the number ends before it',
    '{ } の中ではコンマが次の項目の始まりになるので、数がその前で終わります',
  ],
  ['Write the number without commas:   ⟨n⟩', 'コンマなしで書いてください:   ⟨n⟩'],
  ['a comma stands in a number in place of the decimal point', '小数点の代わりにコンマがあります'],
  ['Write a point:   ⟨n⟩', '小数点はピリオドで書いてください:   ⟨n⟩'],
  ['the alias *⟨name⟩ is not allowed', 'エイリアス *⟨name⟩ は使えません'],
  [
    'a leading * asks for a copy of another part, and copies of copies can fill any memory',
    '先頭の * は別の部分の複製を意味し、複製の複製はメモリーを使い尽くすことがあります',
  ],
  ['If it is a text, put it into quotes:   ⟨text⟩', '文章であれば、半角の引用符で囲んでください:   ⟨text⟩'],
  ['Else write the value out where it is used.', 'そうでなければ、使う場所に値をそのまま書いてください。'],
  ['the anchor &⟨name⟩ is not allowed', 'アンカー &⟨name⟩ は使えません'],
  [
    'anchors are only good for aliases, and those are refused',
    'アンカーはエイリアスのためのもので、エイリアスは使えません',
  ],
  ['Remove it.', '取り除いてください。'],
  ['this is not a value that a setting can have', '設定に使えない値です'],
  [
    'settings are text, numbers, yes/no, lists and groups',
    '設定の値は、文字・数値・true/false・一覧・まとまりのどれかです',
  ],
  ['Write it plainly.', '普通の値で書いてください。'],
  ['the key ⟨key⟩ is not allowed', '⟨key⟩ という項目名は使えません'],
  ['it means something to the machine', 'プログラムにとって特別な意味を持つ名前です'],
  ['Choose another name.', '別の名前にしてください。'],
  ['a key must be text', '項目名は文字でなければなりません'],
  ['lists, groups, numbers and yes/no cannot be names here', '一覧・まとまり・数値・true/falseは項目名になりません'],
  ['Put quotes around it.', '半角の引用符で囲んでください。'],
  ['a tab is used for indentation', '字下げにタブが使われています'],
  ['YAML counts spaces', '数えるのは半角スペースだけです'],
  ['Replace the tab by spaces.', 'タブを半角スペースに置き換えてください。'],
  ['the note above goes on here without its #', '上の注記の続きに # がありません'],
  [
    'every line of a note begins with #; this one is read as a setting',
    '注記は行ごとに # で始めます。この行は設定として読まれます',
  ],
  ['Write # before it:   ⟨text⟩', '行の前に # を書いてください:   ⟨text⟩'],
  ['a second setting begins on the same line', '同じ行で2つ目の設定が始まっています'],
  ['each setting stands on a line of its own, except inside of braces', '{ } の中を除き、設定は1行に1つです'],
  ['Begin a new line before it:   ⟨text⟩', 'その前で改行してください:   ⟨text⟩'],
  ['the mark ⟨mark⟩ does not belong here', 'ここに記号 ⟨mark⟩ は要りません'],
  ['without it the line can be read', 'これがなければ読むことができます'],
  [
    'Delete it. If it belongs to a text, put the whole text into quotes:   ⟨text⟩',
    '消してください。文章の一部なら、文章全体を半角の引用符で囲みます:   ⟨text⟩',
  ],
  ['the line cannot be read: ⟨Error⟩', 'この行は読めません（⟨Error⟩）'],
  ['it is no setting, which is a name, a colon and a value', '「項目名、コロン、値」の形の設定ではありません'],
  ['it stands at another depth than what is around it', '周りと字下げが違います'],
  ['something stands behind a value that has ended', '値が終わった後ろに何かがあります'],
  ['a comma or a colon is lacking inside of the brackets', 'かっこの中にコンマかコロンが足りません'],
  ['it belongs to nothing that stands above', '上のどの設定にも属していません'],
  ['a text begins with a mark that needs quotes', '引用符が必要な記号で文章が始まっています'],
  ['a colon stands where a text is', '文章の所にコロンがあります'],
  ['a quote is never closed', '引用符が閉じられていません'],
  ['a backslash in quotes begins a special character', '引用符の中の円記号は特殊文字の始まりになります'],
  ['a note needs a space before its #', '注記の # の前に半角スペースが必要です'],
  ['a bracket is never closed', 'かっこが閉じられていません'],
  ['a text begins with * or &, and stands without quotes', '* か & で始まる文章が、引用符で囲まれていません'],
  ['the line cannot be read: ⟨error⟩', 'この行は読めません（⟨error⟩）'],
  ['the file stops making sense here', 'ここから先の意味が分からなくなります'],
  [
    'Check indentation, colons, brackets and quotes on this line and the one above.',
    'この行と1つ上の行の、字下げ・コロン・かっこ・引用符を確かめてください。',
  ],
  [
    'Check this line; text with : # { [ or a leading * & ! needs quotes.',
    'この行を確かめてください。: # { [ を含む文章や、* & ! で始まる文章は引用符で囲みます。',
  ],
  ['the file holds more than one document', 'ファイルが --- で複数に分かれています'],
  ['only the first would be read', '読まれるのは最初の部分だけです'],
  ['Remove the --- line.', '--- の行を消してください。'],
  ['a tag is not allowed (⟨error⟩)', 'タグは使えません（⟨error⟩）'],
  [
    'a leading ! asks for something to be built, and a file holds plain values',
    '先頭の ! は何かを作る指示になりますが、ファイルに書けるのは普通の値だけです',
  ],
  [
    'If it is a text, put it into quotes; else remove the tag.',
    '文章であれば半角の引用符で囲み、そうでなければタグを取り除いてください。',
  ],
];
