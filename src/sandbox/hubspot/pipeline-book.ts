// The pipelines of a portal and what became of them: as a new portal has them, then as an admin changes them. Also tells
// whether a stage that is written exists. It answers no request; pipelines.ts does.

export interface Stage {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly displayOrder: number;
  readonly stages: readonly Stage[];
  readonly createdAt: string;
  readonly updatedAt: string;
}
/** What was done to a pipeline, for its audit. */
export interface PipelineChange {
  readonly pipeline: string;
  readonly action: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly at: string;
  readonly by: string;
  readonly after: Pipeline | null;
}

/** HubSpot's own pipelines have no date of birth (recorded). */
const since = '1970-01-01T00:00:00Z';

function pipeline(
  id: string,
  label: string,
  stages: readonly (readonly [string, string, Stage['metadata']])[],
): Pipeline {
  return {
    id,
    label,
    displayOrder: 0,
    stages: stages.map(([stage, name, metadata], displayOrder) => ({
      id: stage,
      label: name,
      displayOrder,
      metadata,
      createdAt: since,
      updatedAt: since,
    })),
    createdAt: since,
    updatedAt: since,
  };
}
const deal = (probability: string, isClosed = false) => ({ isClosed: String(isClosed), probability });
const ticket = (ticketState: 'OPEN' | 'CLOSED') => ({ ticketState, isClosed: String(ticketState === 'CLOSED') });
const life = (state: 'OPEN' | 'CLOSED') => ({ isClosed: String(state === 'CLOSED'), state });
const lifecycle = (id: string) =>
  pipeline(id, 'Lifecycle Stage Pipeline', [
    ['subscriber', 'Subscriber', life('OPEN')],
    ['lead', 'Lead', life('OPEN')],
    ['marketingqualifiedlead', 'Marketing Qualified Lead', life('OPEN')],
    ['salesqualifiedlead', 'Sales Qualified Lead', life('OPEN')],
    ['opportunity', 'Opportunity', life('OPEN')],
    ['customer', 'Customer', life('OPEN')],
    ['evangelist', 'Evangelist', life('OPEN')],
    ['other', 'Other', life('CLOSED')],
  ]);

const first: Readonly<Record<string, readonly Pipeline[]>> = {
  contacts: [lifecycle('contacts-lifecycle-pipeline')],
  companies: [lifecycle('companies-lifecycle-pipeline')],
  deals: [
    pipeline('default', 'Sales Pipeline', [
      ['appointmentscheduled', 'Appointment Scheduled', deal('0.2')],
      ['qualifiedtobuy', 'Qualified To Buy', deal('0.4')],
      ['presentationscheduled', 'Presentation Scheduled', deal('0.6')],
      ['decisionmakerboughtin', 'Decision Maker Bought-In', deal('0.8')],
      ['contractsent', 'Contract Sent', deal('0.9')],
      ['closedwon', 'Closed Won', deal('1.0', true)],
      ['closedlost', 'Closed Lost', deal('0.0', true)],
    ]),
  ],
  tickets: [
    pipeline('0', 'Support Pipeline', [
      ['1', 'New', ticket('OPEN')],
      ['2', 'Waiting on contact', ticket('OPEN')],
      ['3', 'Waiting on us', ticket('OPEN')],
      ['4', 'Closed', ticket('CLOSED')],
    ]),
  ],
};
/** In which properties of a record its pipeline and its stage stand. */
const places: Readonly<Record<string, { readonly pipeline: string; readonly stage: string }>> = {
  deals: { pipeline: 'pipeline', stage: 'dealstage' },
  tickets: { pipeline: 'hs_pipeline', stage: 'hs_pipeline_stage' },
};

/** The pipelines of one portal. */
export class PipelineBook {
  readonly #known = new Map(Object.entries(first).map(([kind, list]) => [kind, [...list]]));
  readonly #changes: PipelineChange[] = [];
  #next = 90_000_001;

  /** Of one object type, in the order in which they are shown. */
  of(kind: string): readonly Pipeline[] {
    return [...(this.#known.get(kind) ?? [])].sort((a, b) => a.displayOrder - b.displayOrder);
  }
  find(kind: string, id: string): Pipeline | undefined {
    return this.#known.get(kind)?.find((one) => one.id === id);
  }
  /** A number for a new pipeline or stage. */
  nextId(): string {
    this.#next += 7;
    return String(this.#next);
  }
  keep(kind: string, after: Pipeline, by: string, at: string): void {
    const list = this.#known.get(kind) ?? [];
    const place = list.findIndex((one) => one.id === after.id);
    if (place === -1) list.push(after);
    else list[place] = after;
    this.#known.set(kind, list);
    this.#changes.push({ pipeline: after.id, action: place === -1 ? 'CREATE' : 'UPDATE', at, by, after });
  }
  remove(kind: string, id: string, by: string, at: string): void {
    this.#known.set(
      kind,
      (this.#known.get(kind) ?? []).filter((one) => one.id !== id),
    );
    this.#changes.push({ pipeline: id, action: 'DELETE', at, by, after: null });
  }
  changes(id: string): readonly PipelineChange[] {
    return this.#changes.filter((one) => one.pipeline === id);
  }
  /** True for every property that is neither a pipeline nor a stage; for those, whether there is one of that id. */
  offers(kind: string, property: string, id: string): boolean {
    const place = places[kind];
    const known = this.#known.get(kind) ?? [];
    if (place?.pipeline === property) return known.some((one) => one.id === id);
    if (place?.stage === property) return known.some((one) => one.stages.some((stage) => stage.id === id));
    return true;
  }
  /** The properties of records of this type that name a pipeline and a stage; undefined where none does. */
  placesOf(kind: string): { readonly pipeline: string; readonly stage: string } | undefined {
    return places[kind];
  }
}
