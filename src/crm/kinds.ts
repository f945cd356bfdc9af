// The list of CRMs. Nothing registers itself: whoever adds one writes its hand and a line here.

import type { ZodType } from 'zod';
import { connectHubspot, type HubspotClient, hubspotConnection, setupConnection } from '../clients/hubspot/connect.ts';
import type { SalesforceClient } from '../clients/salesforce/connect.ts';
import type { CrmMapping } from '../domain/decisions.ts';
import type { Chance } from '../lib/chance.ts';
import type { Clock } from '../lib/clock.ts';
import type { Crm } from './crm.ts';
import { salesforceConnection, salesforceSettings } from './salesforce/connection.ts';

export interface CrmTools {
  readonly clock: Clock;
  readonly chance: Chance;
  /** IANA zone in which a due day is a day. */
  readonly zone: string;
}
/** A CRM that was opened, and the client behind it, which sources of the same CRM share. */
export interface Opened {
  readonly crm: Crm;
  readonly client: SalesforceClient | HubspotClient;
}

/** Schemas of the `connection` blocks, by CRM. */
export const connectionSchemas: Readonly<Record<string, ZodType>> = {
  salesforce: salesforceConnection,
  hubspot: hubspotConnection,
};

/** Opens the hand of a mapping, loading its client only then. Nothing is sent before the first question. */
export const crmKinds: Readonly<Record<string, (mapping: CrmMapping, tools: CrmTools) => Promise<Opened>>> = {
  salesforce: async (mapping, { clock, chance }) => {
    const [{ openSalesforceClient }, { openSalesforce }] = await Promise.all([
      import('../clients/salesforce/connect.ts'),
      import('./salesforce/open.ts'),
    ]);
    const client = openSalesforceClient(salesforceSettings(mapping.connection), { clock, chance });
    return { client, crm: openSalesforce({ mapping, client, clock, chance }) };
  },
  hubspot: async (mapping, { clock, chance, zone }) => {
    const { openHubspot } = await import('./hubspot/open.ts');
    const connection = hubspotConnection.parse(mapping.connection);
    const client = connectHubspot({ connection, clock, chance });
    const setup = setupConnection(connection);
    const setupClient = setup === null ? {} : { setupClient: connectHubspot({ connection: setup, clock, chance }) };
    return { client, crm: openHubspot({ mapping, client, clock, zone, ...setupClient }) };
  },
};
