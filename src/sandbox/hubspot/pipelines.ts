// The routes of pipelines and their stages: read by everybody, changed by whoever may write the object type's definitions.

import { answer, empty, invalid, notFound } from './answers.ts';
import { asGiven, badJson, bodyOf, type Call, type Given, idOf, kindNamed, type Routes } from './call.ts';
import type { Kind } from './kinds.ts';
import type { Pipeline, PipelineChange, Stage } from './pipeline-book.ts';
import { nowText, type PortalState } from './state.ts';
import { needOneOf } from './tokens.ts';

const root = '/crm/v3/pipelines/:type';

function stageBody(stage: Stage) {
  const { label, displayOrder, metadata, id, createdAt, updatedAt } = stage;
  return {
    label,
    displayOrder,
    metadata,
    id,
    createdAt,
    updatedAt,
    writePermissions: 'CRM_PERMISSIONS_ENFORCEMENT',
    archived: false,
  };
}
function pipelineBody(one: Pipeline) {
  const { label, displayOrder, id, stages, createdAt, updatedAt } = one;
  const inOrder = [...stages].sort((a, b) => a.displayOrder - b.displayOrder);
  return { label, displayOrder, id, stages: inOrder.map(stageBody), createdAt, updatedAt, archived: false };
}
function auditBody(state: PortalState, change: PipelineChange) {
  return {
    portalId: state.id,
    identifier: change.pipeline,
    action: change.action,
    timestamp: change.at,
    fromUserId: 1,
    ...(change.after === null ? {} : { rawObject: pipelineBody(change.after) }),
  };
}

/** Label and place that a body gives; a whole one needs a label. */
function named(given: Given, before: { readonly label: string; readonly displayOrder: number } | null) {
  const label = idOf(given['label']) ?? before?.label;
  if (label === undefined) throw badJson('some of required attributes are not set [label]');
  const place = given['displayOrder'];
  return { label, displayOrder: typeof place === 'number' ? place : (before?.displayOrder ?? 0) };
}
/** Deals need to know how probable a stage is. */
function metadataIn(kind: Kind, given: unknown, before: Stage['metadata'] = {}): Stage['metadata'] {
  const told = Object.entries(asGiven(given)).map(([name, value]) => [name, String(value)] as const);
  const metadata = { ...before, ...Object.fromEntries(told) };
  if (kind.name === 'deals' && metadata['probability'] === undefined)
    throw invalid('Deal stages need a probability between 0.0 and 1.0.');
  return metadata;
}
function stageIn(state: PortalState, kind: Kind, given: Given): Stage {
  const now = nowText(state);
  return {
    id: state.pipelines.nextId(),
    ...named(given, null),
    metadata: metadataIn(kind, given['metadata']),
    createdAt: now,
    updatedAt: now,
  };
}
function refuseTaken(stages: readonly Stage[]): void {
  const labels = stages.map((stage) => stage.label);
  const twice = labels.find((label, at) => labels.indexOf(label) !== at);
  if (twice !== undefined) throw invalid(`A stage with the label ${twice} already exists in this pipeline.`);
}

/** GET, POST, PUT, PATCH, DELETE of pipelines and stages, and what was done to them. */
export function pipelineRoutes(routes: Routes, state: PortalState): void {
  const book = state.pipelines;
  const seen = (call: Call): Kind => {
    const kind = kindNamed(call.req.param('type') ?? '');
    needOneOf(call.env.grant, kind.readScopes);
    return kind;
  };
  const changing = (call: Call): Kind => {
    const kind = kindNamed(call.req.param('type') ?? '');
    needOneOf(call.env.grant, kind.schemaWriteScopes);
    return kind;
  };
  const pipelineOf = (call: Call, kind: Kind): Pipeline => {
    const id = call.req.param('id') ?? '';
    const found = book.find(kind.name, id);
    if (found === undefined) throw notFound(`No pipeline found with id ${id}`, { context: { pipelineId: [id] } });
    return found;
  };
  const stageOf = (call: Call, one: Pipeline): Stage => {
    const id = call.req.param('stage') ?? '';
    const found = one.stages.find((stage) => stage.id === id);
    if (found === undefined) throw notFound(`No stage found with id ${id}`, { context: { stageId: [id] } });
    return found;
  };
  const keep = (call: Call, kind: Kind, after: Pipeline): Pipeline => {
    refuseTaken(after.stages);
    const now = nowText(state);
    const kept = { ...after, updatedAt: now };
    book.keep(kind.name, kept, call.env.grant.app, now);
    return kept;
  };
  /** Refuses to take away what records still stand in: where the caller asks for it, from 2026-09 on in any case. */
  const checkUse = (call: Call, kind: Kind, stages: readonly Stage[]): void => {
    const asked = ['validateReferencesBeforeDelete', 'validateDealStageUsagesBeforeDelete'];
    const isNew = call.env.version.startsWith('20') && call.env.version >= '2026-09';
    const place = book.placesOf(kind.name)?.stage;
    if (place === undefined || !(isNew || asked.some((name) => call.req.query(name) === 'true'))) return;
    const ids = new Set(stages.map((stage) => stage.id));
    for (const record of state.store.all(kind.name))
      if (ids.has(String(record.values[place] ?? '')))
        throw invalid(`Stage ${record.values[place]} is still in use.`, { context: { objectId: [record.id] } });
  };

  routes.get(root, (call) => answer(200, { results: book.of(seen(call).name).map(pipelineBody) }));
  routes.post(root, async (call) => {
    const kind = changing(call);
    const body = await bodyOf(call);
    if (!Array.isArray(body['stages'])) throw badJson('some of required attributes are not set [stages]');
    const stages = body['stages'].map((one) => stageIn(state, kind, asGiven(one)));
    const now = nowText(state);
    const made = { id: book.nextId(), ...named(body, null), stages, createdAt: now, updatedAt: now };
    return answer(201, pipelineBody(keep(call, kind, made)));
  });
  routes.get(`${root}/:id`, (call) => answer(200, pipelineBody(pipelineOf(call, seen(call)))));
  routes.put(`${root}/:id`, async (call) => {
    const kind = changing(call);
    const before = pipelineOf(call, kind);
    const body = await bodyOf(call);
    if (!Array.isArray(body['stages'])) throw badJson('some of required attributes are not set [stages]');
    checkUse(call, kind, before.stages);
    const stages = body['stages'].map((one) => stageIn(state, kind, asGiven(one)));
    return answer(200, pipelineBody(keep(call, kind, { ...before, ...named(body, null), stages })));
  });
  routes.patch(`${root}/:id`, async (call) => {
    const kind = changing(call);
    const before = pipelineOf(call, kind);
    return answer(200, pipelineBody(keep(call, kind, { ...before, ...named(await bodyOf(call), before) })));
  });
  routes.delete(`${root}/:id`, (call) => {
    const kind = changing(call);
    const before = pipelineOf(call, kind);
    checkUse(call, kind, before.stages);
    book.remove(kind.name, before.id, call.env.grant.app, nowText(state));
    return empty();
  });
  routes.get(`${root}/:id/audit`, (call) => {
    seen(call);
    return answer(200, { results: book.changes(call.req.param('id')).map((one) => auditBody(state, one)) });
  });
  routes.get(`${root}/:id/stages`, (call) =>
    answer(200, { results: pipelineBody(pipelineOf(call, seen(call))).stages }),
  );
  routes.post(`${root}/:id/stages`, async (call) => {
    const kind = changing(call);
    const before = pipelineOf(call, kind);
    const stage = stageIn(state, kind, await bodyOf(call));
    keep(call, kind, { ...before, stages: [...before.stages, stage] });
    return answer(201, stageBody(stage));
  });
  routes.get(`${root}/:id/stages/:stage`, (call) =>
    answer(200, stageBody(stageOf(call, pipelineOf(call, seen(call))))),
  );
  for (const method of ['put', 'patch'] as const)
    routes[method](`${root}/:id/stages/:stage`, async (call) => {
      const kind = changing(call);
      const before = pipelineOf(call, kind);
      const stage = stageOf(call, before);
      const body = await bodyOf(call);
      const whole = method === 'put';
      const after: Stage = {
        ...stage,
        ...named(body, whole ? null : stage),
        metadata: metadataIn(kind, body['metadata'], whole ? {} : stage.metadata),
        updatedAt: nowText(state),
      };
      keep(call, kind, { ...before, stages: before.stages.map((one) => (one.id === stage.id ? after : one)) });
      return answer(200, stageBody(after));
    });
  routes.delete(`${root}/:id/stages/:stage`, (call) => {
    const kind = changing(call);
    const before = pipelineOf(call, kind);
    const stage = stageOf(call, before);
    checkUse(call, kind, [stage]);
    keep(call, kind, { ...before, stages: before.stages.filter((one) => one.id !== stage.id) });
    return empty();
  });
  routes.get(`${root}/:id/stages/:stage/audit`, (call) => {
    const kind = seen(call);
    stageOf(call, pipelineOf(call, kind));
    return answer(200, { results: book.changes(call.req.param('id')).map((one) => auditBody(state, one)) });
  });
}
