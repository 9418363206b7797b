/** Shows people how their workspace is set up. */
import { onServer } from '../../access/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import { z } from 'zod';
import type { AuthDomain, AuthServices } from '../services.ts';
import { shownWorkspace, Workspace } from '../workspace-settings.ts';

export const workspaceRead = operationsFor<AuthServices, AuthDomain>()({
  name: 'workspace.read',
  summary: "The caller's workspace with its settings.",
  on: { http: 'GET /v1/workspace', socket: true },
  commit: 'read',
  input: z.strictObject({}),
  output: Workspace,
  access: onServer('setting.read'),
  limit: 'read',
  audit: { skip: 'settings are for everybody who may see them' },
  refuses: [],
  async handle({ caller, services }) {
    return reply(shownWorkspace(caller.workspaceId, await services.workspace()));
  },
});
