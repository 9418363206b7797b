/** Some roles of a workspace's own making, as one may define them, and what each adds to everybody else's in the matrix. */
import {
  CHANNEL_PERMISSIONS,
  mayInChannel,
  sees,
  type CustomRole,
} from '../../src/access/index.ts';
import { WorkspaceRole } from '../../src/contract/index.ts';
import { CHANNELS, letters, table } from './matrix-text.ts';

const SAMPLES: readonly (readonly [string, CustomRole])[] = [
  [
    'A viewer of the workspace',
    { name: 'viewer', scope: 'workspace', permissions: ['channel.read', 'message.read'] },
  ],
  [
    'A reader of the channels that it names',
    { name: 'reader', scope: 'channels', permissions: ['channel.read', 'message.read'] },
  ],
  [
    'A poster, who writes in the channels that it names',
    { name: 'poster', scope: 'channels', permissions: ['message.send'] },
  ],
  [
    'A manager of every channel that they see',
    {
      name: 'manager',
      scope: 'workspace',
      permissions: ['channel.update', 'member.mute', 'message.delete.any'],
    },
  ],
  [
    'A report desk, which reaches reports alone',
    { name: 'desk', scope: 'reports', permissions: ['report.read', 'report.handle'] },
  ],
];

/** A table for each; what is the same without the role is left out. */
export function roleSamples(): string[] {
  return SAMPLES.flatMap(([what, role]) => {
    const body = CHANNELS.flatMap(([where, place]) =>
      (['_sees it_', ...CHANNEL_PERMISSIONS] as const).flatMap((permission) => {
        const cells = (customRoles: readonly CustomRole[]) =>
          WorkspaceRole.options.map((workspaceRole) =>
            letters((channelRole) => {
              const standing = { workspaceRole, channelRole, ...place, customRoles };
              return permission === '_sees it_'
                ? sees(standing)
                : mayInChannel(standing, permission);
            }),
          );
        const [without, withIt] = [cells([]), cells([role])];
        const changed = withIt.map((cell, i) => (cell === without[i] ? '' : cell));
        return changed.every((cell) => cell === '') ? [] : [[permission, where, ...changed]];
      }),
    );
    const carries = role.permissions.map((one) => `\`${one}\``).join(', ');
    return [
      `### ${what}: ${carries}`,
      table(['permission', 'where', ...WorkspaceRole.options], body),
    ];
  });
}
