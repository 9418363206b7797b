/** Makes a workspace, for whoever shows the token of the operator; it is not there before, and its trail begins with it. */
import { z } from 'zod';
import { open } from '../../access/index.ts';
import { WorkspaceId } from '../../contract/index.ts';
import { operationsFor, reply } from '../../kernel/index.ts';
import type { AuthDomain, AuthServices } from '../services.ts';
import { SETTINGS_SHAPE } from '../workspace-settings.ts';
import { Host, Slug } from '../workspaces.ts';

const { name, registration, passwordPolicy } = SETTINGS_SHAPE;
const input = z.strictObject({
  operatorToken: z.string().min(1).max(500),
  slug: Slug,
  name,
  /** The host that is to be its own, without a port. */
  host: Host.optional(),
  registration: registration.default('open'),
  passwordPolicy: passwordPolicy.default('composition'),
});
type Input = z.output<typeof input>;

export const workspaceCreate = operationsFor<AuthServices, AuthDomain>()({
  name: 'workspace.create',
  summary: 'Makes a workspace and the code with which its first admin registers, once and in time.',
  on: { http: 'POST /v1/workspaces' },
  status: 201,
  commit: 'own',
  input,
  output: z.strictObject({ workspaceId: WorkspaceId, setupCode: z.string() }),
  access: open('the token of the operator decides who makes workspaces', (asked: Input) => ({
    by: 'operator',
    token: asked.operatorToken,
  })),
  limit: 'auth.register',
  audit: {
    record: ({ input: { registration: how, passwordPolicy: policy }, reply: { workspaceId } }) => ({
      resource: { kind: 'workspace', id: workspaceId },
      details: { registration: how, passwordPolicy: policy },
    }),
  },
  refuses: ['name_taken'],
  async prepare({ input: asked, domain, refuse }) {
    const taken = await domain.takenName(chosen(asked));
    if (taken) refuse('name_taken', { taken });
  },
  async handle({ input: asked, caller: { workspaceId }, services, now }) {
    return reply({ workspaceId, setupCode: await services.found(chosen(asked), now) });
  },
});

/** What of the input is the workspace. */
function chosen({ slug, name: called, host, registration: how, passwordPolicy: policy }: Input) {
  const own = host === undefined ? {} : { host };
  return { slug, name: called, ...own, registration: how, passwordPolicy: policy };
}
