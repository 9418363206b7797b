/** Paints lines that are laid out already: one row each, exactly as they are. */
/** @jsxRuntime automatic */
import { Box, Text, Transform } from 'ink';
import type { ReactNode } from 'react';
import type { Line } from '../layout/line.ts';
import type { Theme } from './theme.ts';

interface LinesProps {
  readonly lines: readonly Line[];
  readonly theme: Theme;
}

/**
 * Ink remembers the size of every text that it was ever given, for as long as the process lives. So it is given a
 * stand-in of the same height, always the same, and the lines take its place when everything is measured.
 */
export function Lines({ lines, theme }: LinesProps): ReactNode {
  if (lines.length === 0) return null;
  const standIn = Array.from(lines, () => '.').join('\n');
  return (
    <Box flexShrink={0} height={lines.length}>
      <Transform transform={(_, row) => theme(lines[row] ?? [])}>
        <Text>{standIn}</Text>
      </Transform>
    </Box>
  );
}
