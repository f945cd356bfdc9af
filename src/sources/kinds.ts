// The list of kinds of sources. Nothing registers itself: whoever adds one writes its file and a line here.

import type { ZodType } from 'zod';
import type { HubspotClient } from '../clients/hubspot/connect.ts';
import type { SalesforceClient } from '../clients/salesforce/connect.ts';
import type { SourceSettings } from '../domain/decisions.ts';
import { type Chance, systemChance } from '../lib/chance.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { ConfigError } from '../lib/errors.ts';
import { BigquerySettings, openBigquerySource } from './bigquery.ts';
import { CsvSettings, openCsvSource } from './csv.ts';
import { openFilesSource } from './files/files.ts';
import { FilesSettings } from './files/settings.ts';
import { HubspotSettings, openHubspotSource } from './hubspot.ts';
import { MysqlSettings, openMysqlSource } from './mysql.ts';
import { openPostgresSource, PostgresSettings } from './postgres.ts';
import { openRestSource } from './rest/rest.ts';
import { RestSettings } from './rest/settings.ts';
import { openSalesforceSource, SalesforceSourceSettings } from './salesforce.ts';
import { openSnowflakeSource, SnowflakeSettings } from './snowflake.ts';
import type { Source } from './source.ts';
import { openSqliteSource, SqliteSettings } from './sqlite.ts';

export interface SourceTools {
  /** The home folder: files are read below it. */
  readonly root: string;
  /** Clients of the mapped CRMs, by name. */
  readonly clients: Readonly<Record<string, unknown>>;
  /** What time it is and how to wait; default: the machine's. Only sources that ask web servers need them. */
  readonly clock?: Clock;
  readonly chance?: Chance;
}

/** Schemas of the `settings` of each kind. */
export const settingsSchemas: Readonly<Record<string, ZodType>> = {
  csv: CsvSettings,
  files: FilesSettings,
  postgres: PostgresSettings,
  mysql: MysqlSettings,
  sqlite: SqliteSettings,
  snowflake: SnowflakeSettings,
  bigquery: BigquerySettings,
  rest: RestSettings,
  salesforce: SalesforceSourceSettings,
  hubspot: HubspotSettings,
};

/** Opens one source. Nothing is read before `check` or `read`. */
export const sourceKinds: Readonly<Record<string, (settings: SourceSettings, tools: SourceTools) => Promise<Source>>> =
  {
    csv: async (settings, { root }) => openCsvSource(settings, root),
    files: async (settings, tools) => openFilesSource(settings, tools),
    postgres: async (settings) => openPostgresSource(settings),
    mysql: async (settings) => openMysqlSource(settings),
    sqlite: async (settings, { root }) => openSqliteSource(settings, root),
    snowflake: async (settings) => openSnowflakeSource(settings),
    bigquery: async (settings) => openBigquerySource(settings),
    rest: async (settings, { clock = systemClock, chance = systemChance }) =>
      openRestSource(settings, { clock, chance }),
    salesforce: async (settings, { clients }) =>
      openSalesforceSource(settings, clientOf<SalesforceClient>(settings, clients)),
    hubspot: async (settings, { clients }) => openHubspotSource(settings, clientOf<HubspotClient>(settings, clients)),
  };

function clientOf<T>(settings: SourceSettings, clients: Readonly<Record<string, unknown>>): T {
  const client = clients[settings.kind];
  if (client !== undefined) return client as T;
  throw new ConfigError([
    {
      code: 'E_CONFIG',
      severity: 'error',
      where: `config/sources.yaml sources.${settings.name}`,
      what: `it reads ${settings.kind}, and there is no mappings/${settings.kind}.yaml to sign in with`,
      why: 'A CRM that is read is signed in to by its mapping.',
      fix: `Add mappings/${settings.kind}.yaml, or take this source out.`,
    },
  ]);
}
