/** The permission matrix as text: what the policy comes to, permission by permission and operation by operation. */
import {
  CHANNEL_PERMISSIONS,
  covers,
  mayBestow,
  mayInChannel,
  mayInWorkspace,
  mayRemove,
  sees,
  type Standing,
  type WorkspacePermission,
} from '../../src/access/index.ts';
import { explain } from '../../src/access/explain.ts';
import { ACTIONS, RESOURCES } from '../../src/access/policy.ts';
import { ChannelKind, ChannelRole, WorkspaceRole } from '../../src/contract/index.ts';
import { operations } from '../../src/operations.ts';

/** From who is not in the channel to who owns it, each with its letter in the table. */
export const PLACES = [
  [null, 'n'],
  ['guest', 'g'],
  ['member', 'm'],
  ['moderator', 'M'],
  ['owner', 'o'],
] as const satisfies readonly (readonly [ChannelRole | null, string])[];

export type Place = Pick<Standing, 'kind' | 'historyPolicy' | 'readOnly'>;
/** Every kind of channel; how far back its history goes decides only where it can be read without joining. */
export const CHANNELS: readonly (readonly [string, Place])[] = [
  ...ChannelKind.options.map(
    (kind) => [`in a ${kind} channel`, { kind, historyPolicy: 'all', readOnly: false }] as const,
  ),
  [
    'in a public one since joining',
    { kind: 'public', historyPolicy: 'since-join', readOnly: false },
  ],
  ['in a read-only one', { kind: 'public', historyPolicy: 'all', readOnly: true }],
];

const WORKSPACE_PERMISSIONS: readonly WorkspacePermission[] = [
  ...RESOURCES.flatMap((resource) => ACTIONS.map((action) => `${resource}.${action}` as const)),
  'channel.create',
  'channel.open-direct',
  'user.find',
];

export function table(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((_, i) =>
    Math.max(3, ...[head, ...body].map((cells) => (cells[i] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

export const letters = (held: (channelRole: ChannelRole | null) => boolean) =>
  `\`${PLACES.map(([role, letter]) => (held(role) ? letter : '-')).join('')}\``;

function inChannels([what, place]: readonly [string, Place]): string {
  const row = (name: string, held: (standing: Standing) => boolean) => [
    name,
    ...WorkspaceRole.options.map((workspaceRole) =>
      letters((channelRole) => held({ workspaceRole, channelRole, ...place })),
    ),
  ];
  return table(
    [what, ...WorkspaceRole.options],
    [
      row('_sees it_', sees),
      ...CHANNEL_PERMISSIONS.map((permission) =>
        row(permission, (standing) => mayInChannel(standing, permission)),
      ),
    ],
  );
}

/** What the declaration of each operation comes to; what is done with the subject may narrow it further. */
function operationsIn([what, place]: readonly [string, Place]): string {
  const body = operations.flatMap(({ name, access: { asks } }) => {
    if (asks.of !== 'channel') return [];
    const cells = WorkspaceRole.options.map((workspaceRole) =>
      letters((channelRole) => {
        const standing = { workspaceRole, channelRole, ...place };
        return explain(asks, { holds: standing, standing }).some(({ allowed }) => allowed);
      }),
    );
    return [[name, ...cells]];
  });
  return table([what, ...WorkspaceRole.options], body);
}

function operationsElsewhere(): string {
  const body = operations.flatMap(({ name, access: { asks } }) => {
    if (asks.of === 'channel') return [];
    const may = (role: WorkspaceRole) =>
      explain(asks, { holds: { workspaceRole: role }, standing: null }).some(
        ({ allowed }) => allowed,
      )
        ? 'yes'
        : '-';
    return [[name, ...WorkspaceRole.options.map(may)]];
  });
  return table(['operation', ...WorkspaceRole.options], body);
}

function highest(may: (standing: Standing, role: ChannelRole) => boolean): string {
  const body = WorkspaceRole.options.map((workspaceRole) => [
    workspaceRole,
    ...PLACES.map(([channelRole]) => {
      const place = { kind: 'public', historyPolicy: 'all', readOnly: false } as const;
      const standing = { workspaceRole, channelRole, ...place };
      return ChannelRole.options.find((role) => may(standing, role)) ?? '-';
    }),
  ]);
  return table(['workspace role', ...PLACES.map(([role]) => role ?? 'none')], body);
}

/** `roles`: what some roles of a workspace's own making add. */
export function matrix(roles: readonly string[]): string {
  const held = (permission: WorkspacePermission) =>
    WorkspaceRole.options.map((role) =>
      mayInWorkspace({ workspaceRole: role }, permission) ? 'yes' : '-',
    );
  return [
    '# Who may do what',
    'Generated from `src/access/policy.ts`; a change of it is a change of this file, to be reviewed as one.',
    '## In the workspace',
    table(
      ['permission', ...WorkspaceRole.options],
      WORKSPACE_PERMISSIONS.map((permission) => [permission, ...held(permission)]),
    ),
    '## Which roles one may give, take away or act on',
    'Where one may act on accounts at all: roles that carry nothing that one lacks.',
    table(
      ['who holds', ...WorkspaceRole.options],
      WorkspaceRole.options.map((held) => [
        held,
        ...WorkspaceRole.options.map((other) =>
          covers({ workspaceRole: held }, { workspaceRole: other }) ? 'yes' : '-',
        ),
      ]),
    ),
    '## In a channel',
    'By workspace role; the letters say with which role in the channel: none, guest, member, Moderator, owner.',
    ...CHANNELS.map(inChannels),
    '## Every operation that is about no channel',
    'Where it is open to all, or about oneself, every role has it.',
    operationsElsewhere(),
    '## Every operation in a channel',
    'Where several permissions would do, as for messages of one’s own and of others, any of them counts.',
    ...CHANNELS.map(operationsIn),
    '## What some roles of a workspace’s own making add',
    'Only what is another cell than without it; they are data, and these are examples.',
    ...roles,
    '## The highest role one may give or take',
    'Where one may at all; by workspace role and role in the channel.',
    highest(mayBestow),
    '## The highest role of a member one may remove',
    'Likewise where one may at all.',
    highest(mayRemove),
  ]
    .join('\n\n')
    .concat('\n');
}
