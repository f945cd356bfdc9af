// A report type for admins, reports and two dashboards over the fields of ours that are mapped. Reports stand on the vendor's
// own list of accounts, so that everybody who may see accounts may open them.

import type { CrmMapping } from '../../domain/decisions.ts';
import { type Component, isCustom } from './components.ts';

export const reportFolder = 'Kenko';
const folderName = 'Kenko';
/** Words that tell how much an account is worth, best first. */
const valueWords = ['metric_arr', 'arr', 'lifetime_value'];

type Body = Readonly<Record<string, unknown>>;
interface Report {
  readonly name: string;
  readonly title: string;
  readonly columns: readonly (string | null)[];
  readonly where?: readonly (readonly [column: string | null, operator: string, value: string])[];
  readonly groups?: readonly (string | null)[];
  readonly sum?: string | null;
  readonly sort?: readonly [column: string | null, order: 'Asc' | 'Desc'];
}

/** The report type, the folders, the reports and the dashboards; none where no account field is mapped. */
export function reports(mapping: CrmMapping): Component[] {
  const account = mapping.objects.account;
  if (account?.object !== 'Account') return [];
  const fieldOf = (word: string): string | null => {
    const field = account.fields.find((one) => one.word === word)?.field;
    return field === undefined || !isCustom(field) ? null : `Account.${field}`;
  };
  const band = fieldOf('health_band');
  if (band === null) return [];
  const worth = valueWords.map(fieldOf).find((field) => field !== null) ?? null;
  const score = fieldOf('health_score');
  const listed: readonly Report[] = [
    {
      name: 'At_Risk_by_ARR',
      title: worth === fieldOf('lifetime_value') ? 'At Risk by Value / 要対応' : 'At Risk by ARR / 要対応',
      columns: ['ACCOUNT.NAME', 'USERS.NAME', score, worth, fieldOf('health_reasons'), fieldOf('next_action')],
      where: [[band, 'equals', 'red']],
      sort: [worth ?? score, worth === null ? 'Asc' : 'Desc'],
    },
    {
      name: 'Movers',
      title: 'Movers / 急落した顧客',
      columns: ['ACCOUNT.NAME', 'USERS.NAME', score, fieldOf('health_change_30d'), fieldOf('health_change_note')],
      where: [[fieldOf('health_change_30d'), 'lessOrEqual', '-10']],
      sort: [fieldOf('health_change_30d'), 'Asc'],
    },
    { name: 'Band_Distribution', title: 'Band Distribution / 健康度の分布', columns: ['ACCOUNT.NAME'], groups: [band] },
    {
      name: 'Bands_by_Owner',
      title: 'Bands by Owner / 担当者別の健康度',
      columns: ['ACCOUNT.NAME', score],
      groups: ['USERS.NAME', band],
    },
    {
      name: 'Bands_by_Touch_Model',
      title: 'Bands by Touch Model / タッチ別の健康度',
      columns: ['ACCOUNT.NAME', score],
      groups: [fieldOf('touch_model'), band],
    },
    {
      name: 'Value_by_Band',
      title: 'Value by Band / 健康度別の金額',
      columns: ['ACCOUNT.NAME'],
      groups: [band],
      sum: worth,
    },
    {
      name: 'Workload_by_Owner',
      title: 'At Risk by Owner / 担当者別の要対応',
      columns: ['ACCOUNT.NAME', score, fieldOf('next_action'), fieldOf('next_action_due')],
      where: [[band, 'equals', 'red']],
      groups: ['USERS.NAME'],
    },
    {
      name: 'Upsell_Candidates',
      title: 'Upsell Candidates / アップセル候補',
      columns: ['ACCOUNT.NAME', score, fieldOf('upsell_type'), fieldOf('upsell_reason')],
      where: [[fieldOf('upsell_flag'), 'equals', '1']],
      groups: ['USERS.NAME'],
    },
  ];
  const possible = listed.filter(isPossible);
  const names = new Set(possible.map(({ name }) => name));
  const folder = { accessType: 'Public', name: folderName, publicFolderAccess: 'ReadOnly' };
  return [
    reportType(account.fields.flatMap(({ field }) => (isCustom(field) ? [field] : []))),
    { type: 'ReportFolder', fullName: reportFolder, body: folder },
    ...possible.map((report) => component(report)),
    { type: 'DashboardFolder', fullName: reportFolder, body: folder },
    ...dashboards(names),
  ];
}

/** A report says what it is named for, or it is not shipped: a filter, group or sum without its field is none. */
function isPossible({ where = [], groups = [], sum, sort }: Report): boolean {
  return (
    where.every(([column]) => column !== null) &&
    groups.every((group) => group !== null) &&
    sum !== null &&
    (sort === undefined || sort[0] !== null)
  );
}

function component(report: Report): Component {
  const columns = [...new Set(report.columns.filter((column) => column !== null))].map((field): Body => ({ field }));
  if (report.sum != null) columns.push({ aggregateTypes: 'Sum', field: report.sum });
  const isGrouped = report.groups !== undefined;
  return {
    type: 'Report',
    fullName: `${reportFolder}/${report.name}`,
    body: {
      columns,
      ...(report.where === undefined
        ? {}
        : {
            filter: {
              criteriaItems: report.where.map(([column, operator, value]) => ({
                column,
                columnToColumn: false,
                isUnlocked: true,
                operator,
                value,
              })),
            },
          }),
      format: isGrouped ? 'Summary' : 'Tabular',
      ...(report.groups === undefined
        ? {}
        : { groupingsDown: report.groups.map((field) => ({ dateGranularity: 'Day', field, sortOrder: 'Asc' })) }),
      name: report.title,
      reportType: 'AccountList',
      scope: 'organization',
      showDetails: !isGrouped,
      ...(report.sort === undefined ? {} : { sortColumn: report.sort[0], sortOrder: report.sort[1] }),
      timeFrameFilter: { dateColumn: 'CREATED_DATE', interval: 'INTERVAL_CUSTOM' },
    },
  };
}

function reportType(fields: readonly string[]): Component {
  return {
    type: 'ReportType',
    fullName: 'Kenko_Account_Health',
    body: {
      baseObject: 'Account',
      category: 'accounts',
      deployed: true,
      description: 'Accounts with the fields of Kenko.',
      label: 'Account Health / 取引先の健康度',
      sections: {
        columns: ['Name', ...fields].map((field) => ({ checkedByDefault: field === 'Name', field, table: 'Account' })),
        masterLabel: 'Health',
      },
    },
  };
}

type Part = readonly [type: 'Donut' | 'Column' | 'Bar' | 'Metric', report: string, header: string];
function dashboards(names: ReadonlySet<string>): Component[] {
  const manager: readonly (readonly Part[])[] = [
    [
      ['Donut', 'Band_Distribution', 'Bands / 健康度の分布'],
      ['Metric', 'Workload_by_Owner', 'Accounts at risk / 要対応の顧客数'],
    ],
    [
      ['Column', 'Value_by_Band', 'Value by band / 健康度別の金額'],
      ['Bar', 'Bands_by_Touch_Model', 'By touch model / タッチ別'],
    ],
    [
      ['Bar', 'Workload_by_Owner', 'At risk by owner / 担当者別の要対応'],
      ['Bar', 'Bands_by_Owner', 'All by owner / 担当者別'],
    ],
  ];
  const sales: readonly (readonly Part[])[] = [
    [['Metric', 'Upsell_Candidates', 'Upsell candidates / アップセル候補']],
    [['Bar', 'Upsell_Candidates', 'By owner / 担当者別']],
    [['Donut', 'Band_Distribution', 'Bands / 健康度の分布']],
  ];
  return [
    ...dashboard('CS_Manager', 'CS Manager / CSマネージャー', manager, names),
    ...(names.has('Upsell_Candidates') ? dashboard('Sales', 'Sales / 営業', sales, names) : []),
  ];
}
function dashboard(
  name: string,
  title: string,
  sections: readonly (readonly Part[])[],
  names: ReadonlySet<string>,
): Component[] {
  const [left, middle, right] = sections.map((parts) => ({
    columnSize: 'Medium',
    components: parts.filter(([, report]) => names.has(report)).map(part),
  }));
  return [
    {
      type: 'Dashboard',
      fullName: `${reportFolder}/${name}`,
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
    },
  ];
}
/** Each kind wants its own properties; without them the whole deployment is refused. */
function part([type, report, header]: Part): Body {
  const shared = { displayUnits: 'Auto', header, report: `${reportFolder}/${report}` };
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
