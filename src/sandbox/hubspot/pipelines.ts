// Pipelines and their stages, as a new portal has them: read by everybody, changed by nobody here. Also tells whether a
// stage that is written exists.

import { answer, notFound } from './answers.ts';
import { kindNamed, type Routes } from './call.ts';
import { needOneOf } from './tokens.ts';

const since = '1970-01-01T00:00:00Z';

interface Stage {
  readonly id: string;
  readonly label: string;
  readonly metadata: Readonly<Record<string, string>>;
}
interface Pipeline {
  readonly id: string;
  readonly label: string;
  readonly stages: readonly Stage[];
}

const dealStage = (id: string, label: string, probability: string, isClosed = false): Stage => ({
  id,
  label,
  metadata: { isClosed: String(isClosed), probability },
});
const ticketStage = (id: string, label: string, ticketState: 'OPEN' | 'CLOSED'): Stage => ({
  id,
  label,
  metadata: { ticketState, isClosed: String(ticketState === 'CLOSED') },
});

const pipelines: Readonly<Record<string, readonly Pipeline[]>> = {
  deals: [
    {
      id: 'default',
      label: 'Sales Pipeline',
      stages: [
        dealStage('appointmentscheduled', 'Appointment Scheduled', '0.2'),
        dealStage('qualifiedtobuy', 'Qualified To Buy', '0.4'),
        dealStage('presentationscheduled', 'Presentation Scheduled', '0.6'),
        dealStage('decisionmakerboughtin', 'Decision Maker Bought-In', '0.8'),
        dealStage('contractsent', 'Contract Sent', '0.9'),
        dealStage('closedwon', 'Closed Won', '1.0', true),
        dealStage('closedlost', 'Closed Lost', '0.0', true),
      ],
    },
  ],
  tickets: [
    {
      id: '0',
      label: 'Support Pipeline',
      stages: [
        ticketStage('1', 'New', 'OPEN'),
        ticketStage('2', 'Waiting on contact', 'OPEN'),
        ticketStage('3', 'Waiting on us', 'OPEN'),
        ticketStage('4', 'Closed', 'CLOSED'),
      ],
    },
  ],
};

const pipelineNames: Readonly<Record<string, string>> = { deals: 'pipeline', tickets: 'hs_pipeline' };
const stageNames: Readonly<Record<string, string>> = { deals: 'dealstage', tickets: 'hs_pipeline_stage' };

/** True for every property that is neither a pipeline nor a stage; for those, whether there is one of that id. */
export function stageExists(kind: string, property: string, id: string): boolean {
  const known = pipelines[kind] ?? [];
  if (pipelineNames[kind] === property) return known.some((one) => one.id === id);
  if (stageNames[kind] === property) return known.some((one) => one.stages.some((stage) => stage.id === id));
  return true;
}

function stageBody(stage: Stage, at: number) {
  return {
    label: stage.label,
    displayOrder: at,
    metadata: stage.metadata,
    id: stage.id,
    createdAt: since,
    updatedAt: since,
    writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
    archived: false,
  };
}
function pipelineBody(one: Pipeline, at: number) {
  return {
    label: one.label,
    displayOrder: at,
    id: one.id,
    stages: one.stages.map(stageBody),
    createdAt: since,
    updatedAt: since,
    archived: false,
  };
}

/** GET of pipelines and stages. */
export function pipelineRoutes(routes: Routes): void {
  const read = (segment: string, id?: string): { readonly body: ReturnType<typeof pipelineBody> }[] => {
    const known = (pipelines[kindNamed(segment).name] ?? []).map((one, at) => ({ body: pipelineBody(one, at) }));
    if (id === undefined) return known;
    const found = known.filter((one) => one.body.id === id);
    if (found.length === 0) throw notFound(`No pipeline found with id ${id}`, { context: { pipelineId: [id] } });
    return found;
  };
  routes.get('/crm/v3/pipelines/:type', (call) => {
    needOneOf(call.env.grant, kindNamed(call.req.param('type')).readScopes);
    return answer(200, { results: read(call.req.param('type')).map((one) => one.body) });
  });
  routes.get('/crm/v3/pipelines/:type/:id', (call) => {
    needOneOf(call.env.grant, kindNamed(call.req.param('type')).readScopes);
    return answer(200, read(call.req.param('type'), call.req.param('id'))[0]!.body);
  });
  routes.get('/crm/v3/pipelines/:type/:id/stages', (call) => {
    needOneOf(call.env.grant, kindNamed(call.req.param('type')).readScopes);
    return answer(200, { results: read(call.req.param('type'), call.req.param('id'))[0]!.body.stages });
  });
}
