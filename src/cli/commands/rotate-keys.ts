/** Moves everything that is wrapped under a new workspace key, while the server runs, and shows how far it is. */
import { SingleBar } from 'cli-progress';
import { command } from '../command.ts';

/** Of a part of a workspace that has been gone through, how many lines tell of it where no bar does. */
const LINES = 10;

export const rotateKeys = command({
  name: 'rotate-keys',
  summary: 'Wrap all keys anew, under new workspace keys and the current root key. Nobody waits.',
  calls: [],
  async *run(_given, desk) {
    const operator = await desk.operator();
    const { stderr } = desk.surroundings;
    const bar =
      stderr.isTTY && !desk.output.json
        ? new SingleBar({ stream: stderr, format: FORMAT, clearOnComplete: true, fps: 10 })
        : null;
    let shown = 0;
    try {
      for await (const row of operator.rotateKeys()) {
        const { is, total, rewrapped, broken, workspace } = row;
        const gone = rewrapped + broken;
        if (is === 'begun') {
          shown = 0;
          bar?.start(total, 0, { workspace });
        } else if (is === 'under way') {
          bar?.setTotal(Math.max(total, gone));
          bar?.update(gone);
          const part = Math.floor((gone / Math.max(total, 1)) * LINES);
          if (bar || part === shown) continue;
          shown = part;
        } else bar?.stop();
        yield row;
      }
    } finally {
      bar?.stop();
    }
  },
  words({ is, workspace, version, resumed, rerooted, total, rewrapped, broken }) {
    const named = `Workspace ${workspace}:`;
    if (is === 'unreadable')
      return `${named} its key does not open under any root key. Left alone.`;
    if (is === 'under way') return `${named} ${rewrapped + broken} of ${total} keys`;
    if (is === 'begun') {
      const which = resumed ? `going on with version ${version}` : `version ${version} of its key`;
      const roots = rerooted > 0 ? `, ${rerooted} versions put under the current root key` : '';
      return `${named} ${which}, ${total} keys to wrap${roots}.`;
    }
    const left = broken > 0 ? `; ${broken} do not open and were left` : '';
    return `${named} ${rewrapped} keys are wrapped under version ${version}${left}.`;
  },
});

const FORMAT = '{bar} {percentage}% | {value} of {total} keys | {workspace}';
