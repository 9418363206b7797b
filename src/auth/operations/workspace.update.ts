/** Changes the settings of the workspace: what it decides reads it in its own transaction, on every node. */
import { z } from 'zod';
import { mayInWorkspace, onServer } from '../../access/index.ts';
import {
  operationsFor,
  Refusal,
  reply,
  type Access,
  type Actor,
  type AuditDetail,
} from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import type { WorkspaceRow } from '../store.ts';
import { SETTINGS_SHAPE, shownWorkspace, Workspace } from '../workspace-settings.ts';

const input = z
  .strictObject(SETTINGS_SHAPE)
  .partial()
  .refine((settings) => Object.keys(settings).length > 0, 'at least one setting');
type Input = z.output<typeof input>;

const bySettings = onServer('setting.write');

/**
 * The workspace as it was, held: two who change it do so one after the other. Whoever waited may have lost their role
 * meanwhile, so it is asked again, and held until the commit.
 */
const heldWorkspace: Access<Input, Actor, WorkspaceRow, AuthServices> = {
  ...bySettings,
  async resolve(request) {
    await bySettings.resolve(request); // before anything is held: who may not do this holds up nobody
    const { caller, services } = request;
    const before = await services.workspaceSettings.hold();
    await services.holdAccounts([caller.userId]);
    const holds = await services.standings.inWorkspace(caller.userId);
    if (holds === null) throw new Refusal('unauthenticated');
    if (!mayInWorkspace(holds, 'setting.write')) throw new Refusal('forbidden');
    return before;
  },
};

export const workspaceUpdate = operationsFor<AuthServices, AuthDomain>()({
  name: 'workspace.update',
  summary: 'Changes settings of the workspace; those that are left out stay as they are.',
  on: { http: 'PATCH /v1/workspace', socket: true },
  commit: 'own',
  input,
  output: Workspace,
  access: heldWorkspace,
  limit: 'state.write',
  audit: {
    record({ input: asked, subject: before, reply: after }) {
      const { name, ...choices } = asked;
      const details: Record<string, AuditDetail> = {};
      for (const setting of Object.keys(choices) as (keyof typeof choices)[]) {
        details[`${setting}.before`] = before[setting];
        details[`${setting}.after`] = after[setting];
      }
      // A name is somebody's words: it is sealed.
      const names = JSON.stringify({ name: { before: before.name, after: after.name } });
      return {
        resource: { kind: 'workspace', id: after.id },
        details,
        ...(name !== undefined && { reason: names }),
      };
    },
  },
  refuses: [],
  async handle({ input: { ...settings }, caller, services }) {
    const given = Object.entries(settings).filter(([, value]) => value !== undefined);
    const after = await services.workspaceSettings.change(Object.fromEntries(given));
    return reply(shownWorkspace(caller.workspaceId, after));
  },
});
