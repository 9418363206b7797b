/** A clone is made ready to run once, by one process at a time. */
import { join } from 'node:path';
import { build, needsBuild } from './build.mjs';
import { generate, needsGenerate } from './generate.mjs';
import { install, needsInstall } from './install.mjs';
import { waitForLock } from './lock.mjs';
import { ownFolder } from './paths.mjs';

export async function prepare({ root, env, say, run, signal }) {
  const dev = env.NODE_ENV !== 'production';
  const ready = () => !needsInstall(root, { dev }) && !needsGenerate(root) && !needsBuild(root);
  if (ready()) return;
  await underLock({ root, say, signal }, async () => {
    if (needsInstall(root, { dev })) await install(root, { say, run });
    await makeUpToDate(root, { say, run });
  });
}

/** What is made from the source and belongs to it: the database client, then the code that runs. */
export async function makeUpToDate(root, { say, run }) {
  if (needsGenerate(root)) await generate(root, { say, run });
  if (needsBuild(root)) await build(root, { say });
}

/** Installing twice at once into one node_modules would leave it half written. */
export async function underLock({ root, say, signal }, work) {
  const run = ownFolder(join(ownFolder(join(root, 'var'), 0o711), 'run'), 0o700);
  const lock = await waitForLock(join(run, 'prepare.json'), {
    signal,
    onWait: ({ pid }) => say(`Waiting for process ${pid}, which is installing in this folder …`),
  });
  try {
    await work();
  } finally {
    lock.release();
  }
}
