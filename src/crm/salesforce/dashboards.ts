// Four dashboards over the reports that are shipped: what a CS manager, a CSM, sales and an admin look at in the morning.

import type { Component } from './components.ts';

type Body = Readonly<Record<string, unknown>>;
type Part = readonly [type: 'Donut' | 'Column' | 'Bar' | 'Metric', report: string, header: string];
type Sections = readonly (readonly Part[])[];

const boards: readonly (readonly [name: string, title: string, needs: string, sections: Sections])[] = [
  [
    'CS_Manager',
    'CS Manager / CSマネージャー',
    'Band_Distribution',
    [
      [
        ['Donut', 'Band_Distribution', 'Bands / 健康度の分布'],
        ['Metric', 'Workload_by_Owner', 'Accounts at risk / 要対応の顧客数'],
        ['Bar', 'Trend_by_Band', 'Trend / 傾向'],
      ],
      [
        ['Column', 'Value_by_Band', 'Value by band / 健康度別の金額'],
        ['Bar', 'Bands_by_Touch_Model', 'By touch model / タッチ別'],
        ['Bar', 'Parts_by_Band', 'Why we are red / 部分スコア'],
      ],
      [
        ['Bar', 'Workload_by_Owner', 'At risk by owner / 担当者別の要対応'],
        ['Bar', 'Bands_by_Owner', 'All by owner / 担当者別'],
        ['Column', 'Value_by_Touch_Model', 'LTV by touch model / タッチ別のLTV'],
      ],
    ],
  ],
  [
    'CSM_Daily',
    'CSM Daily / CSMの毎日',
    'Actions_by_Owner',
    [
      [['Metric', 'Actions_by_Owner', 'Open actions / 未完了の施策']],
      [
        ['Bar', 'Workload_by_Owner', 'At risk / 要対応'],
        ['Bar', 'Champion_Gone', 'No champion / 推進者不在'],
      ],
      [
        ['Bar', 'Green_Renewing', 'Green, renewing / 更新間近の要確認'],
        ['Bar', 'Onboarding_Late', 'Onboarding late / 導入遅延'],
      ],
    ],
  ],
  [
    'Sales',
    'Sales / 営業',
    'Upsell_Candidates',
    [
      [['Metric', 'Upsell_Candidates', 'Upsell candidates / アップセル候補']],
      [['Bar', 'Upsell_Candidates', 'By owner / 担当者別']],
      [
        ['Column', 'Renewals_by_Month', 'Open deals by month / 月別の商談'],
        ['Donut', 'Band_Distribution', 'Bands / 健康度の分布'],
      ],
    ],
  ],
  [
    'Admin',
    'Admin / 管理者',
    'Coverage_by_Confidence',
    [
      [['Donut', 'Coverage_by_Confidence', 'Confidence / 信頼度']],
      [['Metric', 'Unknown_by_Owner', 'Unknown / 判定不能']],
      [['Bar', 'Unknown_by_Owner', 'Unknown by owner / 担当者別の判定不能']],
    ],
  ],
];

/** The dashboards whose main report is there, each with the parts whose reports are there. */
export function dashboards(folder: string, names: ReadonlySet<string>): Component[] {
  return boards
    .filter(([, , needs]) => names.has(needs))
    .map(([name, title, , sections]) => dashboard({ folder, name, title, sections }, names));
}

function dashboard(
  given: { readonly folder: string; readonly name: string; readonly title: string; readonly sections: Sections },
  names: ReadonlySet<string>,
): Component {
  const { folder, name, title } = given;
  const [left, middle, right] = given.sections.map((parts) => ({
    columnSize: 'Medium',
    components: parts.filter(([, report]) => names.has(report)).map((part) => componentOf(folder, part)),
  }));
  return {
    type: 'Dashboard',
    fullName: `${folder}/${name}`,
    body: {
      backgroundEndColor: '#FFFFFF',
      backgroundFadeDirection: 'Diagonal',
      backgroundStartColor: '#FFFFFF',
      dashboardType: 'SpecifiedUser',
      isGridLayout: false,
      leftSection: left,
      middleSection: middle,
      rightSection: right,
      textColor: '#000000',
      title,
      titleColor: '#000000',
      titleSize: 12,
    },
  };
}
/** Each kind wants its own properties; without them the whole deployment is refused. */
function componentOf(folder: string, [type, report, header]: Part): Body {
  const shared = { displayUnits: 'Auto', header, report: `${folder}/${report}` };
  if (type === 'Metric') {
    return {
      componentType: type,
      ...shared,
      indicatorBreakpoint1: 10,
      indicatorBreakpoint2: 50,
      indicatorHighColor: '#C25454',
      indicatorLowColor: '#54C254',
      indicatorMiddleColor: '#C2C254',
    };
  }
  return {
    autoselectColumnsFromReport: true,
    chartAxisRange: 'Auto',
    componentType: type,
    ...shared,
    drillEnabled: false,
    drillToDetailEnabled: false,
    enableHover: true,
    expandOthers: false,
    legendPosition: 'Bottom',
    showPercentage: false,
    showValues: true,
    sortBy: 'RowLabelAscending',
    useReportChart: false,
  };
}
