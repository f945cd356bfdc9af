// Figures at the ends of months, and who was a customer then. A month that is kept stays as it is: a later run knows other
// facts, and a figure that was reported must not change behind its reader's back.

import type { KpiFigure, Kpis } from '../store.ts';
import type { Sqlite } from './database.ts';
import { fromJson, toJson } from './rows.ts';

export function sqliteKpis(db: Sqlite): Kpis {
  return {
    keep: ({ month, asOf, keptAt, figures }, restate) =>
      db.tx('kpis.keep', () => {
        const onConflict = restate
          ? 'DO UPDATE SET as_of = excluded.as_of, kept_at = excluded.kept_at, figures = excluded.figures'
          : 'DO NOTHING';
        return (
          db.run(
            `INSERT INTO kpi_months (month, as_of, kept_at, figures) VALUES (?, ?, ?, ?) ON CONFLICT (month) ${onConflict}`,
            month,
            asOf,
            keptAt,
            toJson(figures),
          ) > 0
        );
      }),
    months: () =>
      db.read(() =>
        db
          .all<{ month: string; asOf: string; keptAt: string; figures: string }>(
            'SELECT month, as_of AS asOf, kept_at AS keptAt, figures FROM kpi_months ORDER BY month',
          )
          .map((row) => ({ ...row, figures: fromJson<KpiFigure[]>(row.figures) })),
      ),
    knowsCustomers: (month) =>
      db.read(() => db.get('SELECT 1 FROM kpi_customers WHERE month = ? LIMIT 1', month) !== undefined),
    forgetCustomers: (month) =>
      db.tx('kpis.forget', () => {
        db.run('DELETE FROM kpi_customers WHERE month = ?', month);
      }),
    keepCustomers: (month, customers) =>
      db.tx('kpis.customers', () => {
        for (const { account, revenue } of customers) {
          db.run(
            `INSERT INTO kpi_customers (month, account, revenue) VALUES (?, ?, ?)
             ON CONFLICT (month, account) DO UPDATE SET revenue = excluded.revenue`,
            month,
            account,
            revenue,
          );
        }
      }),
    compare: (before, month) =>
      db.read(() => {
        // Growth never nets off what others cut: only falls are summed.
        const row = db.get<{
          customers: number;
          lost: number;
          revenue: number;
          cancelled: number;
          contracted: number;
        }>(
          `SELECT count(*) AS customers,
             total(n.account IS NULL) AS lost,
             total(b.revenue) AS revenue,
             total(iif(n.account IS NULL, b.revenue, 0)) AS cancelled,
             total(iif(n.account IS NULL, 0, max(0, b.revenue - n.revenue))) AS contracted
           FROM kpi_customers b LEFT JOIN kpi_customers n ON n.account = b.account AND n.month = ?
           WHERE b.month = ?`,
          month,
          before,
        );
        return row ?? { customers: 0, lost: 0, revenue: 0, cancelled: 0, contracted: 0 };
      }),
  };
}
