// A report type for admins, reports and dashboards over the fields of ours that are mapped, as metadata. Reports stand on the
// vendor's own lists of accounts and deals, so that everybody who may see those may open them.

import type { CrmMapping } from '../../domain/decisions.ts';
import { type Component, isCustom } from './components.ts';
import { dashboards } from './dashboards.ts';
import { type Report, reportsFor } from './report-list.ts';

export const reportFolder = 'Kenko';
const folderName = 'Kenko';

type Body = Readonly<Record<string, unknown>>;

/** The report type, the folders, the reports and the dashboards; none where no account field is mapped. */
export function reports(mapping: CrmMapping): Component[] {
  const listed = reportsFor(mapping);
  if (listed.length === 0) return [];
  const fields = mapping.objects.account?.fields ?? [];
  const folder = { accessType: 'Public', name: folderName, publicFolderAccess: 'ReadOnly' };
  return [
    reportType(fields.flatMap(({ field }) => (isCustom(field) ? [field] : []))),
    { type: 'ReportFolder', fullName: reportFolder, body: folder },
    ...listed.map(component),
    { type: 'DashboardFolder', fullName: reportFolder, body: folder },
    ...dashboards(reportFolder, new Set(listed.map(({ name }) => name))),
  ];
}

function component(report: Report): Component {
  const columns = [...new Set(report.columns.filter((column) => column !== null))].map((field): Body => ({ field }));
  if (report.sum != null) columns.push({ aggregateTypes: 'Sum', field: report.sum });
  for (const field of report.averages ?? []) if (field !== null) columns.push({ aggregateTypes: 'Average', field });
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
        : {
            groupingsDown: report.groups.map((field) => ({
              dateGranularity: field === report.byMonth ? 'Month' : 'Day',
              field,
              sortOrder: 'Asc',
            })),
          }),
      name: report.title,
      // Deals that are open, whatever their probability.
      ...(report.on === 'Opportunity'
        ? {
            params: [
              { name: 'open', value: 'open' },
              { name: 'probability', value: '0' },
            ],
          }
        : {}),
      reportType: report.on ?? 'AccountList',
      scope: 'organization',
      showDetails: !isGrouped,
      ...(report.sort === undefined ? {} : { sortColumn: report.sort[0], sortOrder: report.sort[1] }),
      timeFrameFilter: {
        dateColumn: report.on === 'Opportunity' ? 'CLOSE_DATE' : 'CREATED_DATE',
        interval: 'INTERVAL_CUSTOM',
      },
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
