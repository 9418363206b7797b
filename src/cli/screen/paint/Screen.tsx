/** Puts the parts of a frame where they belong: channels at the left, the conversation beside them, the status below. */
/** @jsxRuntime automatic */
import { Box } from 'ink';
import type { ReactNode } from 'react';
import type { Frame } from '../layout/frame.ts';
import { Lines } from './Lines.tsx';
import type { Theme } from './theme.ts';

interface ScreenProps {
  readonly frame: Frame;
  readonly theme: Theme;
}

export function Screen({ frame, theme }: ScreenProps): ReactNode {
  const { size, sidebar, sidebarColumns, main, status } = frame;
  const isAlone = sidebarColumns === 0;
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows} overflow="hidden">
      <Box flexGrow={1}>
        {!isAlone && <Sidebar columns={sidebarColumns} lines={sidebar} theme={theme} />}
        <Box flexDirection="column" flexGrow={1}>
          <Lines lines={main} theme={theme} />
        </Box>
      </Box>
      {status.length > 0 && <Lines lines={[status]} theme={theme} />}
    </Box>
  );
}

interface SidebarProps {
  readonly columns: number;
  readonly lines: Frame['sidebar'];
  readonly theme: Theme;
}

function Sidebar({ columns, lines, theme }: SidebarProps): ReactNode {
  return (
    <Box
      width={columns}
      flexShrink={0}
      borderStyle="single"
      borderTop={false}
      borderBottom={false}
      borderLeft={false}
    >
      <Lines lines={lines} theme={theme} />
    </Box>
  );
}
