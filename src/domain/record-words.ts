// Our words for what a CRM record shows: the single vocabulary behind mappings/*.yaml, the wishes and the setup. A pure
// list: what a word means, which type it has, who fills it. It knows no vendor; the fields are named in the mappings.

import type { FieldType } from './decisions.ts';
import type { CrmObject, Words } from './nouns.ts';

/** One word of a record. Mappings inherit all of it and may override label, help, digits, length and options. */
export interface RecordWord {
  readonly word: string;
  readonly object: CrmObject;
  readonly type: FieldType;
  readonly label: Words;
  readonly help: Words;
  /** kenko writes it; human: people fill it, we only read. */
  readonly who: 'kenko' | 'human';
  /** Decimals of numbers. Percents are 0..100. */
  readonly digits: number;
  /** Digits before the point plus `digits`; what a number field must hold. */
  readonly precision: number;
  /** Longest text; 0 where it is no text. */
  readonly length: number;
  readonly options: readonly { readonly value: string; readonly label: Words }[];
  /** True where the CRM must refuse the same value twice. */
  readonly unique: boolean;
  /** The fact of the same meaning that fills it (a metric, a matrix); null where the house makes it (bands, reasons…). */
  readonly fact: string | null;
  /** People fill it, and a mapping may let us fill it too: write says so. */
  readonly shared: boolean;
}

type Extra = Partial<
  Pick<RecordWord, 'digits' | 'precision' | 'length' | 'options' | 'unique' | 'fact' | 'who' | 'shared'>
>;
const human: Extra = { who: 'human' };
const score: Extra = { digits: 1, precision: 4 };

function word(
  object: CrmObject,
  name: string,
  type: FieldType,
  label: readonly [en: string, ja: string],
  help: readonly [en: string, ja: string],
  extra: Extra = {},
): RecordWord {
  return {
    word: name,
    object,
    type,
    label: { en: label[0], ja: label[1] },
    help: { en: help[0], ja: help[1] },
    who: 'kenko',
    digits: 0,
    precision: 18,
    length: type === 'text' ? 255 : type === 'long_text' ? 1_000 : 0,
    options: [],
    unique: false,
    fact: null,
    shared: false,
    ...extra,
  };
}
function option(value: string, en: string, ja: string): RecordWord['options'][number] {
  return { value, label: { en, ja } };
}

const bands = [
  option('green', 'Green', '良好'),
  option('yellow', 'Yellow', '注意'),
  option('red', 'Red', '危険'),
  option('unknown', 'Unknown', '判定不能'),
  option('not_scored', 'Not scored', '対象外'),
];
const bandHelp = [
  'Changes only after two runs in the new zone.',
  '2回続けて区分を越えたときだけ変わります。良好/注意/危険/判定不能/対象外',
] as const;
const partHelp = ['Part of the health score, 0 to 100.', '部分スコア(0〜100)。'] as const;
const overrideHelp = [
  'A correction by hand: at most 15 points, at most 90 days, a reason is required.',
  '手動補正は±15点・最長90日・理由必須です。',
] as const;
const pulseHelp = ['How the CSM feels about this customer; valid for 60 days.', '○△×。60日間有効です。'] as const;

/** What an account record (Salesforce Account, HubSpot company) may show. */
const accountWords: readonly RecordWord[] = [
  word(
    'account',
    'health_score',
    'number',
    ['Health Score', 'ヘルススコア'],
    ['0 to 100, higher is healthier; empty means not enough data.', '0〜100。高いほど健全。空欄はデータ不足です。'],
    score,
  ),
  word(
    'account',
    'health_score_calculated',
    'number',
    ['Health Score (calculated)', 'ヘルススコア(計算値)'],
    ['Before caps; differs from the health score where a cap holds.', '上限制限を掛ける前のスコア。'],
    score,
  ),
  word('account', 'health_band', 'picklist', ['Health Band', '健康度区分'], bandHelp, { options: bands }),
  word(
    'account',
    'health_alert',
    'checkbox',
    ['Health Alert', 'アラート'],
    ['Score of 20 or below, or cancellation notice.', 'スコア20以下、または解約申出。'],
  ),
  word(
    'account',
    'health_reasons',
    'long_text',
    ['Top Reasons', '主な要因'],
    ['The three biggest losses of points, caps first.', '減点の大きい上位3件(上限制限が先)。'],
    { length: 1_000 },
  ),
  word(
    'account',
    'health_strengths',
    'text',
    ['Strengths', '良い点'],
    ['The two metrics that give most points.', '得点の大きい上位2件。'],
  ),
  word(
    'account',
    'health_change_7d',
    'number',
    ['Change 7d', '7日変化'],
    ['Points since 7 days ago, same model version only.', '7日前との差(同一版で比較)。'],
    score,
  ),
  word(
    'account',
    'health_change_30d',
    'number',
    ['Change 30d', '30日変化'],
    ['Points since 30 days ago, same model version only.', '30日前との差(同一版で比較)。'],
    score,
  ),
  word(
    'account',
    'health_trend',
    'picklist',
    ['Trend', '傾向'],
    ['Up or down from 5 points in 30 days.', '30日間に±5点以上で上昇/低下。'],
    { options: [option('up', 'Up', '上昇'), option('flat', 'Flat', '横ばい'), option('down', 'Down', '低下')] },
  ),
  word(
    'account',
    'health_change_note',
    'text',
    ['What Changed', '変化の理由'],
    ['The metrics that moved the score most, e.g. "Seats 62→48 (-9)".', 'スコアを動かした指標。例「席数 62→48(−9)」'],
  ),
  word('account', 'health_usage_score', 'number', ['Usage', '活用度'], partHelp, {
    ...score,
    fact: 'dimension_usage',
  }),
  word('account', 'health_value_score', 'number', ['Value', '成果'], partHelp, { ...score, fact: 'dimension_value' }),
  word('account', 'health_engagement_score', 'number', ['Engagement', '顧客接点'], partHelp, {
    ...score,
    fact: 'dimension_engagement',
  }),
  word('account', 'health_sentiment_score', 'number', ['Sentiment', '満足度'], partHelp, {
    ...score,
    fact: 'dimension_sentiment',
  }),
  word('account', 'health_support_score', 'number', ['Support', 'サポート'], partHelp, {
    ...score,
    fact: 'dimension_support',
  }),
  word(
    'account',
    'health_coverage',
    'percent',
    ['Data Coverage', 'データ充足率'],
    ['Share of the weights with fresh data, in percent.', '新しいデータがある指標の割合(重みベース、%)。'],
    { precision: 3 },
  ),
  word(
    'account',
    'health_confidence',
    'picklist',
    ['Confidence', '信頼度'],
    ['How far the score can be trusted; from the data coverage.', 'データ充足率による信頼度。高/中/低/なし'],
    {
      options: [
        option('high', 'High', '高'),
        option('medium', 'Medium', '中'),
        option('low', 'Low', '低'),
        option('none', 'None', 'なし'),
      ],
    },
  ),
  word(
    'account',
    'touch_model',
    'picklist',
    ['Touch Model', 'タッチモデル'],
    ['Set from the lifetime value and kept for a while.', 'LTVで自動判定します。'],
    {
      options: [
        option('high', 'High touch', 'ハイタッチ'),
        option('low', 'Low touch', 'ロータッチ'),
        option('tech', 'Tech touch', 'テックタッチ'),
      ],
      fact: 'touch_model',
    },
  ),
  word(
    'account',
    'touch_model_lock',
    'checkbox',
    ['Lock Touch Model', 'タッチ固定'],
    ['Tick it, and the connector will not change the touch model.', 'チェックすると自動更新しません。'],
    human,
  ),
  word(
    'account',
    'lifetime_value',
    'currency',
    ['LTV', 'LTV(顧客生涯価値)'],
    ['By the formula in config/metrics.yaml.', '計算式は config/metrics.yaml にあります。'],
    { fact: 'ltv' },
  ),
  word(
    'account',
    'usage_sentiment_quadrant',
    'picklist',
    ['Usage×Sentiment', '活用×満足'],
    ['How much they use it, and how they feel about it.', '活用度とNPSの組合せ。例「不満ヘビーユーザー」'],
    {
      fact: 'usage_sentiment_quadrant',
      options: [
        option('using_happy', 'Using and happy', '満足ヘビーユーザー'),
        option('using_neutral', 'Using, neutral', '中立ヘビーユーザー'),
        option('using_unhappy', 'Using but unhappy', '不満ヘビーユーザー'),
        option('using_silent', 'Using, no answer', '無回答ヘビーユーザー'),
        option('some_use_happy', 'Some use, happy', '満足ライトユーザー'),
        option('some_use_neutral', 'Some use, neutral', '中立ライトユーザー'),
        option('some_use_unhappy', 'Some use, unhappy', '不満ライトユーザー'),
        option('some_use_silent', 'Some use, no answer', '無回答ライトユーザー'),
        option('little_use_happy', 'Little use, happy', '満足低活用'),
        option('little_use_neutral', 'Little use, neutral', '中立低活用'),
        option('little_use_unhappy', 'Little use, unhappy', '不満低活用'),
        option('little_use_silent', 'Little use, no answer', '無回答低活用'),
      ],
    },
  ),
  word(
    'account',
    'touch_nps_priority',
    'number',
    ['Touch×NPS Priority', '接点×NPS優先度'],
    ['1 (first) to 9, from touch score and NPS.', '接点とNPSの組合せ。1が最優先、9まで。'],
    { precision: 1, fact: 'touch_nps_priority' },
  ),
  word(
    'account',
    'support_priority_rank',
    'number',
    ['Support Priority', '優先順位'],
    ['1 = whom to call first, counted per owner.', '担当者ごとの順位。1が最優先。'],
    { precision: 8 },
  ),
  word(
    'account',
    'upsell_flag',
    'checkbox',
    ['Upsell Flag', 'アップセルフラグ'],
    ['The health gate and a demand signal both say yes.', '健康度と需要の両方が条件を満たしています。'],
  ),
  word('account', 'upsell_type', 'multi_picklist', ['Upsell Type', '提案種別'], ['What to offer.', '提案の種類。'], {
    options: [
      option('seats', 'Seats', '席数'),
      option('plan', 'Plan', 'プラン'),
      option('product', 'Product', '製品'),
      option('limit', 'Limit', '上限'),
    ],
  }),
  word(
    'account',
    'upsell_reason',
    'text',
    ['Upsell Reason', '提案根拠'],
    ['The evidence, e.g. "48/50 seats (96%); health 82".', '根拠。例「席数48/50(96%)・健康度82」'],
  ),
  word(
    'account',
    'upsell_flag_since',
    'date',
    ['Flag Since', 'フラグ開始日'],
    ['The day the upsell flag was raised.', 'アップセルフラグが立った日。'],
  ),
  word(
    'account',
    'next_action',
    'text',
    ['Next Action', '次のアクション'],
    ['The open play that ranks highest.', '最優先の未完了アクション。'],
  ),
  word(
    'account',
    'next_action_due',
    'date',
    ['Next Action Due', '期限'],
    ['When the next action is due.', '次のアクションの期限。'],
  ),
  word(
    'account',
    'next_guide_url',
    'text',
    ['Next Guide', '次のガイド'],
    ['A guide for your in-app tool to show; tech touch.', 'テックタッチ向けに表示するガイド。'],
  ),
  word(
    'account',
    'nurture_track',
    'text',
    ['Nurture Track', 'ナーチャリング'],
    ['A track for your marketing tool to pick up; tech touch.', 'MAツールが参照する配信コース。'],
    { length: 80 },
  ),
  word(
    'account',
    'parked_until',
    'date',
    ['Parked Until', '保留期限'],
    ['Set aside until then: three plays brought no gain.', '施策3回で改善がないため、この日まで保留。'],
  ),
  word('account', 'health_override', 'number', ['Override ±', '手動補正'], overrideHelp, { ...score, ...human }),
  word('account', 'health_override_reason', 'text', ['Override Reason', '補正の理由'], overrideHelp, human),
  word('account', 'health_override_until', 'date', ['Override Until', '補正の期限'], overrideHelp, human),
  word('account', 'csm_pulse', 'picklist', ['CSM Pulse', '担当者の感触'], pulseHelp, {
    ...human,
    options: [option('good', 'Good', '○'), option('so_so', 'So-so', '△'), option('bad', 'Bad', '×')],
  }),
  word('account', 'csm_pulse_date', 'date', ['CSM Pulse Date', '担当者の感触(日付)'], pulseHelp, human),
  word(
    'account',
    'health_score_feedback',
    'picklist',
    ['Score Feedback', 'スコアへの意見'],
    ['Is the score right? Read in the quarterly review.', '四半期レビューで使います。'],
    {
      ...human,
      options: [
        option('right', 'Right', '妥当'),
        option('too_high', 'Too high', '高すぎる'),
        option('too_low', 'Too low', '低すぎる'),
      ],
    },
  ),
  word(
    'account',
    'health_model_version',
    'text',
    ['Model Version', 'モデル版'],
    ['Which model made the score, e.g. "adoption@1.0.0 #a1b2c3".', '例「adoption@1.0.0 #a1b2c3」'],
    { length: 80 },
  ),
  word(
    'account',
    'health_scored_at',
    'datetime',
    ['Scored At', '算出日時'],
    ['When this record last changed by scoring.', 'スコアを最後に書き込んだ日時。'],
  ),
  word(
    'account',
    'value_statement',
    'text',
    ['Value Statement', '成果の要約'],
    ['What they gained, for the regular meeting.', '定例会で伝える成果。'],
    human,
  ),
  word(
    'account',
    'value_opportunity_score',
    'number',
    ['Value Opportunity', '価値向上の機会'],
    ['0 to 100: how open they are to hear about more value.', '0〜100。価値向上の提案を聞いてもらいやすい度合い。'],
    { ...score, fact: 'value_opportunity_score' },
  ),
  word(
    'account',
    'value_enhancement_score',
    'number',
    ['VES', '価値向上スコア(VES)'],
    ['Mean of the two survey items on a scale of 1 to 7.', 'アンケート2問の平均(1〜7)。'],
    { digits: 2, precision: 4, fact: 'value_enhancement_score' },
  ),
  word(
    'account',
    'last_contact_reason',
    'picklist',
    ['Last Contact Reason', '直近のコンタクト理由'],
    ['Why they last called.', '直近の入電理由。'],
    {
      fact: 'last_contact_reason',
      options: [
        option('inquiry', 'Inquiry', '問い合わせ'),
        option('complaint', 'Complaint', 'クレーム'),
        option('won', 'Deal won', '成約'),
        option('notice', 'Cancellation notice', '解約'),
        option('other', 'Other', 'その他'),
      ],
    },
  ),
  word(
    'account',
    'rep_pool',
    'text',
    ['Rep Pool', '担当者群'],
    ['Which pool of representatives takes the call.', '対応する担当者群。'],
    { length: 80, fact: 'rep_pool' },
  ),
  word(
    'account',
    'worst_product',
    'text',
    ['Worst Product', '最低スコアの製品'],
    ['The product with the lowest score, for customers of several.', '複数製品をお使いの場合の最低スコアの製品。'],
    { length: 80, fact: 'worst_product' },
  ),
  word(
    'account',
    'worst_child_score',
    'number',
    ['Worst Child Score', '最低の子スコア'],
    ['Lowest score among the child accounts.', '子取引先の最低スコア。'],
    score,
  ),
  word(
    'account',
    'red_child_count',
    'number',
    ['Red Children', '危険な子の数'],
    ['How many child accounts are red.', '危険区分の子取引先の数。'],
    { precision: 6 },
  ),
  word(
    'account',
    'manual_roi',
    'number',
    ['ROI (told)', 'ROI(聞き取り)'],
    ['What the customer told us.', 'お客様から伺ったROI。'],
    { digits: 1, ...human },
  ),
  word(
    'account',
    'manual_roi_date',
    'date',
    ['ROI Told On', 'ROI聞き取り日'],
    ['When the customer told us.', '伺った日。'],
    human,
  ),
  word(
    'account',
    'external_account_id',
    'text',
    ['External Account Id', '外部取引先ID'],
    ['The id of this customer in your product; the join key.', '自社製品での顧客ID。突合に使います。'],
    { ...human, length: 80, unique: true },
  ),
];

/** What a contact record may show. */
const contactWords: readonly RecordWord[] = [
  word(
    'contact',
    'customer_role',
    'picklist',
    ['Customer Role', '役割'],
    ['Whose voice counts how much.', '推進者・決裁者・スタープレイヤー・利用者。'],
    {
      ...human,
      shared: true,
      options: [
        option('champion', 'Champion', '推進者'),
        option('decision_maker', 'Decision maker', '決裁者'),
        option('star_user', 'Star user', 'スタープレイヤー'),
        option('user', 'User', '利用者'),
      ],
    },
  ),
  word(
    'contact',
    'last_active_date',
    'date',
    ['Last Active', '最終利用日'],
    ['Last day of use.', '最後に利用した日。'],
  ),
  word(
    'contact',
    'active_days_28d',
    'number',
    ['Active Days 28d', '28日利用日数'],
    ['Days of use in 28 days.', '28日間の利用日数。'],
    { precision: 2 },
  ),
  word(
    'contact',
    'contact_health_score',
    'number',
    ['Contact Health', '個人スコア'],
    ['0 to 100 for this person.', 'この方のスコア(0〜100)。'],
    score,
  ),
  word('contact', 'nps_score', 'number', ['NPS', 'NPS'], ['Last answer, 0 to 10.', '直近の回答(0〜10)。'], {
    precision: 2,
  }),
  word('contact', 'nps_answer_date', 'date', ['NPS Answered On', 'NPS回答日'], ['When it was answered.', '回答日。']),
  word(
    'contact',
    'value_enhancement_score',
    'number',
    ['VES', '価値向上スコア(VES)'],
    ['Mean of the two items, 1 to 7.', '2問の平均(1〜7)。'],
    { digits: 2, precision: 4 },
  ),
  word(
    'contact',
    'champion_inactive',
    'checkbox',
    ['Champion Inactive', '推進者休眠'],
    ['A champion who has not been seen for 60 days.', '60日以上利用のない推進者。'],
  ),
];

/** What an opportunity or deal may show. */
const opportunityWords: readonly RecordWord[] = [
  word(
    'opportunity',
    'health_score_at_open',
    'number',
    ['Health Score at Open', '作成時スコア'],
    ['The score when it was opened.', '商談作成時のスコア。'],
    score,
  ),
  word('opportunity', 'health_band', 'picklist', ['Health Band', '健康度区分'], bandHelp, { options: bands }),
];

/** Our own fields on a task. The standard ones (subject, due date…) exist in every CRM and need no words here. */
const taskWords: readonly RecordWord[] = [
  word(
    'task',
    'key',
    'text',
    ['Kenko Key', 'Kenkoキー'],
    ['Set by the connector; do not change.', '連携用のキーです。変更しないでください。'],
    { length: 40, unique: true },
  ),
  word('task', 'play', 'text', ['Play', '施策'], ['Which play made this task.', 'このToDoを作成した施策。'], {
    length: 80,
  }),
  word(
    'task',
    'outcome',
    'picklist',
    ['Play Outcome', '施策の結果'],
    ['What came of it; read back by the connector.', '対応結果。自動で読み取ります。'],
    {
      options: [
        option('done', 'Done', '実施済み'),
        option('not_useful', 'Not useful', '役に立たない'),
        option('wrong_data', 'Wrong data', 'データ誤り'),
        option('snooze', 'Snooze', '一時停止'),
        option('declined', 'Customer declined', 'お客様辞退'),
        option('auto_resolved', 'Resolved by itself', '自動解消'),
      ],
    },
  ),
  word(
    'task',
    'snooze_until',
    'date',
    ['Snooze Until', '一時停止期限'],
    ['Not touched before that day; at most 60 days.', 'この日まで更新しません(最長60日)。'],
    human,
  ),
  word(
    'task',
    'score_when_created',
    'number',
    ['Health Score When Created', '作成時ヘルススコア'],
    ['The score on the day the task was made.', 'ToDo作成時のスコア。'],
    score,
  ),
];

/** All words, account first. A word is unique inside its object. */
export const recordWords: readonly RecordWord[] = [...accountWords, ...contactWords, ...opportunityWords, ...taskWords];

const byName = new Map(recordWords.map((entry) => [`${entry.object}.${entry.word}`, entry]));
/** One word of an object; undefined when it is none of ours (`metric_<name>` and `dimension_<name>` are free). */
export function recordWord(object: CrmObject, name: string): RecordWord | undefined {
  return byName.get(`${object}.${name}`);
}
