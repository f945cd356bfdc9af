// Owners: the people records are assigned to. Their id is not their user's id, and an archived one has lost the latter.

import { answer, notFound, Refusal } from './answers.ts';
import { type Routes, wholeIn } from './call.ts';
import type { Owner, PortalState } from './state.ts';
import { needOneOf } from './tokens.ts';

const scopes = ['crm.objects.owners.read'];

function ownerBody(owner: Owner) {
  return {
    id: owner.id,
    email: owner.email,
    type: 'PERSON',
    firstName: owner.firstName,
    lastName: owner.lastName,
    userId: owner.archived ? null : owner.userId,
    userIdIncludingInactive: owner.userId,
    createdAt: owner.createdAt,
    updatedAt: owner.updatedAt,
    archived: owner.archived,
  };
}

/** List (active or archived ones), and get by owner id or user id. */
export function ownerRoutes(routes: Routes, state: PortalState): void {
  routes.get('/crm/v3/owners', (call) => {
    needOneOf(call.env.grant, scopes);
    const limit = wholeIn(call, 'limit', 100, 500);
    const isArchived = call.req.query('archived') === 'true';
    const email = call.req.query('email')?.toLowerCase() ?? '';
    const all = [...state.owners.values()].filter(
      (owner) => owner.archived === isArchived && (email === '' || owner.email.toLowerCase() === email),
    );
    const after = call.req.query('after') ?? '';
    const start = after === '' ? 0 : all.findIndex((owner) => owner.id === after);
    if (start < 0)
      throw new Refusal(400, { status: 'error', message: `after ${after} is invalid`, category: 'VALIDATION_ERROR' });
    const next = all[start + limit]?.id;
    return answer(200, {
      results: all.slice(start, start + limit).map(ownerBody),
      ...(next === undefined
        ? {}
        : { paging: { next: { after: next, link: `${state.url()}/crm/v3/owners?limit=${limit}&after=${next}` } } }),
    });
  });
  routes.get('/crm/v3/owners/:id', (call) => {
    needOneOf(call.env.grant, scopes);
    const id = call.req.param('id');
    const byUser = call.req.query('idProperty') === 'userId';
    const isArchived = call.req.query('archived') === 'true';
    const owner = byUser ? [...state.owners.values()].find((one) => String(one.userId) === id) : state.owners.get(id);
    if (owner === undefined || owner.archived !== isArchived)
      throw notFound(`Owner with id ${id} does not exist`, { context: { ownerId: [id] } });
    return answer(200, ownerBody(owner));
  });
}
